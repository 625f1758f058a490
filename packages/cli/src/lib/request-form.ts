import { randomUUID } from "node:crypto";
import { basename, extname } from "node:path";
import { readInput } from "./read-input.ts";
import { usageError } from "./usage-error.ts";

/** A body and the content type it needs. */
export interface EncodedForm {
  bytes: Uint8Array<ArrayBuffer>;
  type: string;
}

/** What curl knows files by: APIs go by the type of an image. */
const types: ReadonlyMap<string, string> = new Map([
  [".gif", "image/gif"],
  [".jpg", "image/jpeg"],
  [".jpeg", "image/jpeg"],
  [".png", "image/png"],
  [".svg", "image/svg+xml"],
  [".txt", "text/plain"],
  [".htm", "text/html"],
  [".html", "text/html"],
  [".pdf", "application/pdf"],
  [".xml", "application/xml"],
]);

/**
 * Encodes curl's `-F` parts as `multipart/form-data` (RFC 7578): `name=text`, `name=@file` and `name=<file`, with
 * `;type=` and `;filename=`, each of them perhaps in double quotes.
 *
 * Not with the platform's FormData, which makes every LF of a text a CR LF, and a file of one that has a type.
 *
 * @throws `invalid-argument` for a part that is none of these
 */
export async function encodeForm(parts: readonly string[]): Promise<EncodedForm | undefined> {
  if (parts.length === 0) return undefined;
  const boundary = `----headrace-${randomUUID()}`;
  const pieces: Uint8Array[] = [];
  for (const part of parts) {
    const { head, content } = await encodePart(part);
    pieces.push(Buffer.from(`--${boundary}\r\n${head}\r\n\r\n`), content, Buffer.from("\r\n"));
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return { bytes: new Uint8Array(Buffer.concat(pieces)), type: `multipart/form-data; boundary=${boundary}` };
}

async function encodePart(part: string): Promise<{ head: string; content: Uint8Array }> {
  const [, name, given] = /^([^=]+)=(.*)$/s.exec(part) ?? [];
  if (name === undefined || given === undefined) throw usageError("-F takes name=content, name=@file or name=<file");
  const [value = "", ...parameters] = given.split(/;\s*(?=(?:type|filename)=)/);
  const [, sign = "", rest = ""] = /^([@<]?)(.*)$/s.exec(value) ?? [];
  const text = unquoted(rest);
  const { type, filename = sign === "@" ? basename(text) : undefined } = parametersOf(parameters);
  const known = sign && types.get(extname(filename || text).toLowerCase());
  const contentType = type ?? (known || (sign === "@" ? "application/octet-stream" : undefined));
  const file = filename === undefined ? "" : `; filename="${escaped(filename)}"`;
  const disposition = `Content-Disposition: form-data; name="${escaped(name)}"${file}`;
  return {
    head: contentType === undefined ? disposition : `${disposition}\r\nContent-Type: ${contentType}`,
    content: sign === "" ? Buffer.from(text) : await readInput(text),
  };
}

function parametersOf(parameters: readonly string[]): { type?: string; filename?: string } {
  return Object.fromEntries(
    parameters.map((text) => [text.slice(0, text.indexOf("=")), unquoted(text.slice(text.indexOf("=") + 1))]),
  );
}

/** curl takes off double quotes; within them a backslash stands before another, or a quote. */
function unquoted(text: string): string {
  const [, within] = /^"((?:[^"\\]|\\.)*)"$/s.exec(text) ?? [];
  return within === undefined ? text : within.replaceAll(/\\(["\\])/g, "$1");
}

/** HTML 4.10.21.8, "multipart/form-data encoding algorithm": what would end a name, or its line. */
function escaped(name: string): string {
  return name.replaceAll("\n", "%0A").replaceAll("\r", "%0D").replaceAll('"', "%22");
}
