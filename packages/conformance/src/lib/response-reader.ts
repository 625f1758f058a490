import { type ResponseHead, TransportError, type TransportRequest } from "@headrace/core/transport";
import type { ByteReader } from "./byte-reader.ts";

const maxHeadBytes = 262_144;
const maxFields = 1000;

/** Reads the head of the final response, past any 1xx (RFC 9110 section 15.2). */
export async function readHead(reader: ByteReader, request: TransportRequest): Promise<ResponseHead> {
  let budget = maxHeadBytes;
  const line = async (): Promise<string> => {
    const text = await reader.line(budget);
    if (text === undefined) throw lost(reader, "head");
    budget -= text.length + 2;
    if (budget < 0) throw new TransportError("protocol", "The response head is over 256 KiB", { phase: "head" });
    return text;
  };
  for (;;) {
    const head = { ...parseStatusLine(await line()), headers: await readFields(line), url: request.url.href };
    if (head.status === 101) throw new TransportError("protocol", "101, and nobody asked for it", { phase: "head" });
    if (head.status >= 200) return head;
  }
}

function parseStatusLine(text: string): Pick<ResponseHead, "status" | "statusText" | "httpVersion"> {
  const match = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([^\0\r]*))?$/.exec(text);
  if (match === null) throw new TransportError("protocol", "The server did not answer with HTTP/1", { phase: "head" });
  const [, minor, status, reason = ""] = match;
  return { status: Number(status), statusText: reason, httpVersion: minor === "0" ? "1.0" : "1.1" };
}

async function readFields(line: () => Promise<string>, phase: "head" | "body" = "head"): Promise<Headers> {
  const headers = new Headers();
  for (let count = 0; ; count++) {
    const text = await line();
    if (text === "") return headers;
    const match = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*(.*?)[ \t]*$/.exec(text);
    if (match === null || count === maxFields || /[\0\r]/.test(text)) {
      throw new TransportError("protocol", "A field line of the response is malformed, or one too many", { phase });
    }
    headers.append(match[1] ?? "", match[2] ?? "");
  }
}

/** Reads the body by its framing (RFC 9112 section 6.3); returns at its proven end. */
export async function readBody(
  reader: ByteReader,
  framing: BodyFraming,
  deliver: { body(bytes: Uint8Array): Promise<void>; trailers(trailers: Headers): void },
): Promise<void> {
  if (framing === "until-close") {
    for (let bytes = await reader.read(); bytes !== undefined; bytes = await reader.read()) await deliver.body(bytes);
    if (reader.end?.fin !== true) throw lost(reader, "body");
    return;
  }
  if (framing !== "chunked") return readExactly(reader, framing, deliver.body);
  for (;;) {
    const size = parseChunkSize(await bodyLine(reader));
    if (size === 0) break;
    await readExactly(reader, size, deliver.body);
    if ((await bodyLine(reader)) !== "") throw new TransportError("protocol", "A chunk is longer than it says");
  }
  const trailers = await readFields(() => bodyLine(reader), "body");
  if ([...trailers].length > 0) deliver.trailers(trailers);
}

async function readExactly(
  reader: ByteReader,
  length: number,
  deliver: (bytes: Uint8Array) => Promise<void>,
): Promise<void> {
  for (let left = length; left > 0;) {
    const bytes = await reader.read(left);
    if (bytes === undefined) throw lost(reader, "body");
    left -= bytes.length;
    await deliver(bytes);
  }
}

async function bodyLine(reader: ByteReader): Promise<string> {
  const text = await reader.line(maxHeadBytes);
  if (text === undefined) throw lost(reader, "body");
  if (text.length > maxHeadBytes)
    throw new TransportError("protocol", "A chunk's extension or a trailer is over 256 KiB");
  return text;
}

function parseChunkSize(line: string): number {
  const size = /^([0-9a-fA-F]{1,13})[ \t]*(?:;.*)?$/.exec(line)?.[1];
  if (size === undefined) throw new TransportError("protocol", "A chunk size is not a hexadecimal number");
  return Number.parseInt(size, 16);
}

/** How the end of a body is known: a number of bytes, the last chunk, or the end of the connection. */
export type BodyFraming = number | "chunked" | "until-close";

/** Decides the framing of a response (RFC 9112 section 6.3). */
export function framingOf(head: ResponseHead, method: string): BodyFraming {
  if (method === "HEAD" || head.status === 204 || head.status === 205 || head.status === 304) return 0;
  const coding = head.headers.get("transfer-encoding");
  const length = head.headers.get("content-length");
  if (coding !== null) {
    if (coding.toLowerCase() === "chunked" && length === null) return "chunked";
    throw new TransportError("protocol", "Transfer-Encoding is not chunked alone", { phase: "head" });
  }
  if (length === null) return "until-close";
  const [first = "", ...others] = length.split(",").map((text) => text.trim());
  if (!/^\d{1,15}$/.test(first) || others.some((other) => other !== first)) {
    throw new TransportError("protocol", "Content-Length is not one number", { phase: "head" });
  }
  return Number(first);
}

/** The error of a connection lost before the end of the message (contract 7, rows 6 to 8). */
function lost({ end }: ByteReader, phase: "head" | "body"): TransportError {
  const cause = end?.fin === false ? end.error : undefined;
  if (phase === "head" && isTlsError(cause))
    return new TransportError("tls", "The server refused the handshake", { cause });
  if (phase === "head")
    return new TransportError("reset", "The connection was lost before the response head", { phase, cause });
  if (cause !== undefined)
    return new TransportError("reset", "The connection was reset before the end of the body", { phase, cause });
  return new TransportError("truncated", "The connection ended before the end of the body", { phase });
}

function isTlsError(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_SSL");
}
