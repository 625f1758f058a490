import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import type { Socket } from "node:net";
import { type ResponseHead, TransportError, type TransportRequest } from "@headrace/core/transport";
import { ByteReader } from "./byte-reader.ts";
import type { decoding } from "./reference-coding.ts";

/** A connection that speaks HTTP/2, shared by the exchanges with one origin. */
export interface SharedSession {
  readonly origin: string;
  readonly session: ClientHttp2Session;
  /** Whether new streams are welcome: GOAWAY has not come (RFC 9113 section 6.8). */
  isOpen: boolean;
  /** What broke the connection as such. */
  failure: unknown;
  readonly closed: Promise<void>;
  streams: number;
}

/** Speaks HTTP/2 on a connection. */
export function startSession(url: URL, socket: Socket): SharedSession {
  const session = connect(url.origin, { createConnection: () => socket });
  const closed = new Promise<void>((resolve) => session.once("close", resolve));
  const shared: SharedSession = { origin: url.origin, session, isOpen: true, failure: undefined, closed, streams: 0 };
  const shut = (): void => void (shared.isOpen = false);
  session.on("goaway", shut).on("close", shut);
  session.on("error", (error) => (shared.failure ??= error));
  return shared;
}

/** An exchange on a stream of its own. */
export interface OpenStream {
  /** Returns at END_STREAM (RFC 9113 section 8.1). */
  converse(sink: ReturnType<typeof decoding>): Promise<void>;
  /** Gives the stream up, unless it is over. */
  close(): void;
}

/** Sends the request. */
export function openStream(shared: SharedSession, request: TransportRequest): OpenStream {
  const { session } = shared;
  const { body, url } = request;
  const isEmpty = body === null || body.length === 0;
  const stream = session.request(requestFields(request), { endStream: isEmpty });
  if (shared.streams++ === 0) session.ref();
  const end = watchEnd(stream);
  const responded = new Promise<ResponseHead>((resolve, reject) => {
    stream.on("response", (fields: IncomingHttpHeaders, _flags: number, raw: string[]) =>
      resolve({ url: url.href, status: Number(fields[":status"]), headers: toHeaders(raw), httpVersion: "2" }),
    );
    stream.on("close", () => void lost(shared, stream).then(reject));
  });
  let trailers: Headers | undefined;
  stream.on("trailers", (_fields: IncomingHttpHeaders, _flags: number, raw: string[]) => (trailers = toHeaders(raw)));
  const reader = new ByteReader(stream, false);
  if (!isEmpty) stream.end(body);
  return {
    async converse(sink) {
      const head = await responded;
      sink.head(head);
      for (let bytes = await reader.read(); bytes !== undefined; bytes = await reader.read()) await sink.body(bytes);
      if (!end.isProven) throw await lost(shared, stream, head);
      await sink.end();
      if (trailers !== undefined) sink.trailers(trailers);
    },
    close() {
      responded.catch(() => {});
      stream.close(constants.NGHTTP2_CANCEL);
      if (--shared.streams === 0) session.unref();
    },
  };
}

/**
 * Tells END_STREAM from RST_STREAM with NO_ERROR or CANCEL: Node ends the stream alike, but in the latter
 * case it has closed it before.
 */
function watchEnd(stream: ClientHttp2Stream): { readonly isProven: boolean } {
  const end = { isProven: false };
  const push = stream.push.bind(stream);
  stream.push = (bytes: unknown, encoding?: BufferEncoding) => {
    if (bytes === null && !stream.closed) end.isProven = true;
    return push(bytes, encoding);
  };
  return end;
}

function requestFields({ url, method, headers, body }: TransportRequest): Record<string, string> {
  const fields = new Headers(headers);
  fields.delete("host");
  if (body !== null || /^(?:POST|PUT|PATCH)$/.test(method)) fields.set("content-length", String(body?.length ?? 0));
  const target = { ":scheme": url.protocol.slice(0, -1), ":authority": headers.get("host") ?? url.host };
  return { ":method": method, ":path": targetOf(url), ...target, ...Object.fromEntries(fields) };
}

/** What follows the authority, as it is written. */
export function targetOf(url: URL): string {
  return url.href.slice(url.href.indexOf(url.host, url.protocol.length) + url.host.length);
}

function toHeaders(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let index = 0; index < raw.length; index += 2) {
    const [name = "", value = ""] = raw.slice(index, index + 2);
    if (!name.startsWith(":")) headers.append(name, value);
  }
  return headers;
}

/** The error of a stream that ended before its END_STREAM (contract 7, rows 5 to 8). */
async function lost(shared: SharedSession, stream: ClientHttp2Stream, head?: ResponseHead): Promise<TransportError> {
  const { session } = shared;
  if (session.destroyed) await shared.closed; // It says why after its streams have.
  const { failure } = shared;
  const phase = head === undefined ? "head" : "body";
  const isNotHttp = failure instanceof Error && "code" in failure && failure.code === "ERR_HTTP2_ERROR";
  // Node's own finding where DATA and Content-Length differ (RFC 9113 section 8.1.1).
  const isMismatch =
    stream.rstCode === constants.NGHTTP2_PROTOCOL_ERROR && head?.headers.has("content-length") === true;
  if (isNotHttp || isMismatch) return new TransportError("protocol", "The server broke the rules of HTTP/2", { phase });
  if (phase === "body" && session.destroyed)
    return new TransportError("truncated", "The connection ended before the end of the body", { phase });
  return new TransportError("reset", `The stream was reset with code ${stream.rstCode}`, { phase });
}
