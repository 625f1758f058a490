import { readInput } from "./read-input.ts";
import { usageError } from "./usage-error.ts";

/** The headers of a request as curl's flags give them. */
export interface RequestHeaders {
  pairs: [string, string][];
  /** What was left out, and why: for `-v`. */
  notes: string[];
}

/** What `collectHeaders` needs to know of the transport and of the other flags. */
export interface HeaderContext {
  /** Headers that other flags stand for; one of `-H` with the same name replaces it. */
  readonly defaults: readonly (readonly [string, string])[];
  readonly host: string;
  readonly decompression: readonly string[];
  readonly forbidden: readonly string[];
}

// Connection and framing: a browser's "Copy as cURL" has them, and each stack sets its own (RFC 9110 section 7.6.1).
const transportsOwn =
  /^(:.*|connection|content-length|expect|keep-alive|proxy-connection|te|trailer|transfer-encoding|upgrade)$/;

/**
 * Reads `-H` lines as curl does: `Name: value`, `Name;` for an empty value, `Name:` to leave out what another
 * flag would add, `@file` for a line each. Leaves out, with a note, what only the HTTP stack can set; asks only for
 * content codings that it can undo.
 *
 * @throws `invalid-argument` for a line that is no header
 */
export async function collectHeaders(lines: readonly string[], context: HeaderContext): Promise<RequestHeaders> {
  const notes: string[] = [];
  const given = (await Promise.all(lines.map(expandFile))).flat().map(parseLine);
  const names = new Set(given.map(([name]) => name.toLowerCase()));
  const added = context.defaults.filter(([name]) => !names.has(name.toLowerCase()));
  const pairs: [string, string][] = [];
  for (const [name, value] of [...given, ...added]) {
    if (value === undefined) {
      const added = context.defaults.some(([other]) => other.toLowerCase() === name.toLowerCase());
      notes.push(added ? `${name} is left out, as asked` : `no flag adds ${name}: there is nothing to leave out`);
      continue;
    }
    const kept = adapt(name, value, { ...context, notes });
    if (kept !== undefined) pairs.push([name, byteString(kept)]);
  }
  return { pairs, notes };
}

async function expandFile(line: string): Promise<string[]> {
  if (!line.startsWith("@")) return [line];
  const text = Buffer.from(await readInput(line.slice(1))).toString();
  return text.split(/\r?\n/).filter((each) => each.trim() !== "");
}

function parseLine(line: string): [string, string | undefined] {
  const [, name, sign, value = ""] = /^(:?[^:;]+)([:;])(.*)$/s.exec(line) ?? [];
  if (name === undefined || (sign === ";" && value.trim() !== "")) {
    throw usageError("-H takes 'Name: value', 'Name;' (empty value), 'Name:' (leave it out) or @file");
  }
  const trimmed = value.replace(/^[ \t]+|[ \t]+$/g, "");
  return [name.trim(), sign === ":" && trimmed === "" ? undefined : trimmed];
}

/** The value to send, or undefined where the header is left out. */
function adapt(name: string, value: string, context: HeaderContext & { notes: string[] }): string | undefined {
  const { host, decompression, forbidden, notes } = context;
  const lower = name.toLowerCase();
  const redundant =
    forbidden.includes(lower) && (lower.startsWith("sec-fetch-") || (lower === "host" && value === host));
  if (transportsOwn.test(lower) || redundant) {
    notes.push(`${lower} is left out: the HTTP stack sets its own`);
    return undefined;
  }
  if (lower !== "accept-encoding") return value;
  const asked = value.split(",").map((coding) => coding.trim());
  const known = asked.filter((coding) => decompression.includes(coding.replace(/;.*/, "").toLowerCase()));
  if (known.length < asked.length)
    notes.push(`accept-encoding is ${known.join(", ") || "identity"}: what this transport can undo`);
  return known.join(", ") || "identity";
}

/** UTF-8 as a byte string, which is what a field value is: one character a byte. */
function byteString(value: string): string {
  return Buffer.from(value).toString("latin1");
}
