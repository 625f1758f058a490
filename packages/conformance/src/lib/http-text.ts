/** Bytes as a script writes them: a string is one byte a character (U+0000 to U+00FF), never UTF-8. */
export type Bytes = string | Uint8Array;

/** Joins the parts; refuses a character above U+00FF, which has no byte. */
export function toBytes(...parts: readonly Bytes[]): Uint8Array {
  return Buffer.concat(parts.map((part) => (typeof part === "string" ? latin1(part) : part)));
}

function latin1(text: string): Uint8Array {
  if (/[^\0-\xff]/.test(text)) throw new RangeError("A script's string has one character a byte; encode others first");
  return Buffer.from(text, "latin1");
}

/** A head with these field lines: `head("404 Not Found", "Content-Length: 0")`. */
export function head(statusLine: string, ...fields: readonly string[]): string {
  return [`HTTP/1.1 ${statusLine}`, ...fields, "", ""].join("\r\n");
}

/** The head of a 200 event stream with these further field lines. */
export function ok(...fields: readonly string[]): string {
  return head("200 OK", "Content-Type: text/event-stream", ...fields);
}

/** The head of a 200 event stream in chunks. */
export const okChunked: string = ok("Transfer-Encoding: chunked");

/** One chunk of a chunked body (RFC 9112 section 7.1). */
export function chunk(data: Bytes): Uint8Array {
  const bytes = toBytes(data);
  return toBytes(`${bytes.length.toString(16)}\r\n`, bytes, "\r\n");
}

/** The last chunk and an empty trailer section. */
export const lastChunk = "0\r\n\r\n";
