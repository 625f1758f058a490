import { readInput } from "./read-input.ts";

/** One of curl's `--data` family or `--json`, in the order of the command line. */
export interface DataPart {
  readonly kind: "data" | "raw" | "binary" | "urlencode" | "json";
  readonly value: string;
}

/**
 * Joins the parts as curl does: with `&`, but for `--json`, which is added as it is. `@file` and `@-` are
 * read by all but `--data-raw`; `--data` drops the CR, LF and NUL of a file.
 *
 * @throws `invalid-argument` for a file that cannot be read
 */
export async function joinData(parts: readonly DataPart[]): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (parts.length === 0) return undefined;
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    if (pieces.length > 0 && part.kind !== "json") pieces.push(Buffer.from("&"));
    pieces.push(await encodePart(part));
  }
  return new Uint8Array(Buffer.concat(pieces));
}

async function encodePart({ kind, value }: DataPart): Promise<Uint8Array> {
  if (kind === "raw") return Buffer.from(value);
  if (kind === "urlencode") return await urlencode(value);
  if (!value.startsWith("@")) return Buffer.from(value);
  const content = await readInput(value.slice(1));
  return kind === "data" ? content.filter((byte) => byte !== 13 && byte !== 10 && byte !== 0) : content;
}

/** curl's `content`, `=content`, `name=content`, `@file` and `name@file`: the name goes as it is, the content encoded. */
async function urlencode(value: string): Promise<Uint8Array> {
  const [, name = "", sign, rest = ""] = /^([^=@]*)([=@])(.*)$/s.exec(value) ?? [];
  const content = sign === "@" ? await readInput(rest) : Buffer.from(sign === undefined ? value : rest);
  return Buffer.from((name && `${name}=`) + percentEncode(content));
}

/** Everything but RFC 3986's unreserved characters, as libcurl's `curl_easy_escape`. */
function percentEncode(content: Uint8Array): string {
  return Array.from(content, (byte) => {
    const character = String.fromCharCode(byte);
    return /[\w.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }).join("");
}
