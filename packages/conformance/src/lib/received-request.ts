import { toBytes } from "./http-text.ts";

/** A request as it stood on the wire (RFC 9112 section 2.1). */
export interface ReceivedRequest {
  readonly method: string;
  /** The request target, verbatim. */
  readonly target: string;
  readonly version: string;
  /** Field lines in order, names as sent, values without surrounding whitespace, one character a byte. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Every value of the field, in order. */
  values(name: string): readonly string[];
  /** The values joined by a comma and a space; `undefined` where there is no such field. */
  value(name: string): string | undefined;
  /** The content; empty until the whole message was read. */
  readonly body: Uint8Array;
  /** The request line and field lines as they came. */
  readonly rawHead: string;
}

/** Reads a head that ends in a blank line; `undefined` while that is missing. Throws where it is not HTTP/1. */
export function parseRequestHead(bytes: Uint8Array): { request: ReceivedRequest; length: number } | undefined {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf("\r\n\r\n");
  if (end === -1) return undefined;
  const rawHead = Buffer.from(bytes.subarray(0, end)).toString("latin1");
  const [requestLine = "", ...lines] = rawHead.split("\r\n");
  const match = /^(\S+) (\S+) (HTTP\/1\.[01])$/.exec(requestLine);
  if (match === null) throw new Error(`not a request line: ${JSON.stringify(requestLine.slice(0, 200))}`);
  const [, method = "", target = "", version = ""] = match;
  const fields = lines.map(parseField);
  const values = (name: string): string[] =>
    fields.filter(([candidate]) => candidate.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  const value = (name: string): string | undefined => {
    const all = values(name);
    return all.length === 0 ? undefined : all.join(", ");
  };
  return {
    request: { method, target, version, fields, values, value, body: new Uint8Array(), rawHead },
    length: end + 4,
  };
}

function parseField(line: string): readonly [string, string] {
  const colon = line.indexOf(":");
  if (colon <= 0 || /[\s]/.test(line.slice(0, colon))) throw new Error(`not a field line: ${JSON.stringify(line)}`);
  return [line.slice(0, colon), line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "")];
}

/**
 * Reads the content of `request` from what follows its head.
 *
 * @returns the content and how many bytes it took on the wire; `undefined` while some are missing
 */
export function parseRequestBody(
  request: ReceivedRequest,
  bytes: Uint8Array,
): { body: Uint8Array; length: number } | undefined {
  if (request.value("transfer-encoding") !== undefined) return parseChunked(bytes);
  const length = Number(request.value("content-length") ?? 0);
  if (!Number.isSafeInteger(length) || length < 0) throw new Error("the request's Content-Length is not one number");
  return bytes.length < length ? undefined : { body: bytes.slice(0, length), length };
}

function parseChunked(bytes: Uint8Array): { body: Uint8Array; length: number } | undefined {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: Uint8Array[] = [];
  for (let position = 0; ;) {
    const lineEnd = buffer.indexOf("\r\n", position);
    if (lineEnd === -1) return undefined;
    const size = Number.parseInt(buffer.toString("latin1", position, lineEnd), 16);
    const next = lineEnd + 2 + size + 2;
    if (buffer.length < next) return undefined;
    if (size === 0) return { body: toBytes(...parts), length: next };
    parts.push(buffer.subarray(lineEnd + 2, lineEnd + 2 + size));
    position = next;
  }
}
