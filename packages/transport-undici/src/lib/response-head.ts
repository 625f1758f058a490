import type { Socket } from "node:net";
import { TransportError, type ResponseHead, type TransportRequest } from "@headrace/core/transport";
import type { Connection } from "./connection.ts";

/** Contract section 7: more than these make the response not HTTP. */
const MAX_FIELDS = 1000;

/** What undici says of a response's fields: name and value in turn, as bytes; over HTTP/2, and by interceptors, an object. */
export type RawFields =
  | readonly (Uint8Array | string)[]
  | Record<string, string | string[] | undefined>
  | null
  | undefined;

/** What undici says of a head. */
export interface RawHead {
  readonly status: number;
  readonly fields: RawFields;
  readonly statusText: string;
}

/**
 * Reads a final head.
 *
 * @param connection it came over; unknown with a given dispatcher
 * @throws `protocol` for what is not HTTP
 */
export function readHead(
  { url, method }: TransportRequest,
  { status, fields, statusText }: RawHead,
  connection: Connection | undefined,
): ResponseHead {
  if (status === 101) throw notHttp("the server switched protocols, unasked");
  const line = connection?.wire
    ? connection.wire.statusLine
    : { statusText, ...(connection && { httpVersion: "2" as const }) };
  if (!line) throw notHttp("the response is not HTTP/1.0 or 1.1");
  const head: ResponseHead = { url: url.href, status, headers: toHeaders(fields), ...line };
  checkTransferCoding(method, head);
  return head;
}

/**
 * Copies fields as received: duplicates in order, each character one byte.
 *
 * @throws `protocol` for more than 1000 fields, or one that is no field
 */
export function toHeaders(raw: RawFields, phase: "head" | "body" = "head"): Headers {
  const headers = new Headers();
  const pairs = Array.isArray(raw)
    ? pairsOf(raw as (Uint8Array | string)[])
    : entriesOf(raw as Record<string, string | string[]>);
  if (pairs.length > MAX_FIELDS)
    throw notHttp(`the response has ${pairs.length} header fields, over the limit of ${MAX_FIELDS}`, phase);
  try {
    for (const [name, value] of pairs) headers.append(name, value);
  } catch {
    // The error of `append` would carry the value.
    throw notHttp("the response has a header field that HTTP does not allow", phase);
  }
  return headers;
}

/** Error for a response that breaks HTTP. */
export function notHttp(message: string, phase: "head" | "body" = "head"): TransportError {
  return new TransportError("protocol", message, { phase });
}

/** Whether the end of the message is told by the end of the connection (RFC 9112 section 6.3, item 8). */
export function isCloseDelimited({ headers, httpVersion }: ResponseHead): boolean {
  return httpVersion !== "2" && !headers.has("content-length") && transferCodings(headers).length === 0;
}

/**
 * Whether no other exchange may follow: where the server says so or has closed its side (RFC 9112 section 9.6), and after
 * chunks in HTTP/1.0 (section 6.1).
 */
export function endsConnection({ headers, httpVersion }: ResponseHead, socket: Socket): boolean {
  if (socket.readableEnded || (httpVersion === "1.0" && headers.has("transfer-encoding"))) return true;
  return /(?:^|,)\s*close\s*(?:,|$)/i.test(headers.get("connection") ?? "");
}

/** RFC 9112 section 7: what is left on a body is not the content. undici undoes `chunked` alone, where it is last. */
function checkTransferCoding(method: string, { status, headers }: ResponseHead): void {
  const [coding = "chunked", ...others] = transferCodings(headers);
  const none = method === "HEAD" || status === 204 || status === 304;
  if (!none && (coding !== "chunked" || others.length > 0))
    throw notHttp("the response has a Transfer-Encoding that nobody asked for");
}

/** `identity`, which RFC 7230 took out, is none. */
function transferCodings(headers: Headers): string[] {
  const codings = (headers.get("transfer-encoding") ?? "").toLowerCase().split(",");
  return codings.map((coding) => coding.trim()).filter((coding) => coding !== "" && coding !== "identity");
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
