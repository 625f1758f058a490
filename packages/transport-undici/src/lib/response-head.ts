import { TransportError, type ResponseHead } from "@headrace/core/transport";

/** Contract section 7: more than these make the response not HTTP. */
const MAX_FIELDS = 1000;

/** What undici says of a response's fields: name and value in turn, as bytes; over HTTP/2, and by interceptors, an object. */
export type RawFields =
  | readonly (Uint8Array | string)[]
  | Record<string, string | string[] | undefined>
  | null
  | undefined;

/**
 * Copies fields as received: duplicates in order, each character one byte.
 *
 * @throws `protocol` for more than 1000 fields, or one that is no field
 */
export function toHeaders(raw: RawFields): Headers {
  const headers = new Headers();
  const pairs = Array.isArray(raw)
    ? pairsOf(raw as (Uint8Array | string)[])
    : entriesOf(raw as Record<string, string | string[]>);
  if (pairs.length > MAX_FIELDS)
    throw notHttp(`the response has ${pairs.length} header fields, over the limit of ${MAX_FIELDS}`);
  try {
    for (const [name, value] of pairs) headers.append(name, value);
  } catch {
    // The error of `append` would carry the value.
    throw notHttp("the response has a header field that HTTP does not allow");
  }
  return headers;
}

/** Error for a response that breaks HTTP. */
export function notHttp(message: string, phase: "head" | "body" = "head"): TransportError {
  return new TransportError("protocol", message, { phase });
}

/** Whether the end of the message is told by the end of the connection (RFC 9112 section 6.3, item 8). */
export function isCloseDelimited({ headers, httpVersion }: ResponseHead): boolean {
  return httpVersion !== "2" && !headers.has("content-length") && !headers.has("transfer-encoding");
}

function pairsOf(raw: readonly (Uint8Array | string)[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < raw.length; i += 2) pairs.push([text(raw[i]), text(raw[i + 1])]);
  return pairs;
}

function entriesOf(raw: Record<string, string | string[] | undefined> | null | undefined): [string, string][] {
  const pairs: [string, string][] = [];
  for (const [name, value] of Object.entries(raw ?? {})) {
    if (value === undefined || name.startsWith(":")) continue;
    for (const each of Array.isArray(value) ? value : [value]) pairs.push([name, each]);
  }
  return pairs;
}

function text(bytes: Uint8Array | string | undefined): string {
  if (typeof bytes === "string" || !bytes) return bytes ?? "";
  return (bytes as Buffer).toString("latin1");
}
