import type { ClientRequest, IncomingMessage } from "node:http";
import { codeOfNodeError, TransportError, type ResponseSink, type TransportRequest } from "@headrace/core/transport";
import { startConnectClock } from "./connect-clock.ts";
import { endHidesReset, watchHiddenReset } from "./hidden-reset.ts";
import type { Network } from "./network.ts";

/** One request and its response. Aborting `stop` closes the connection. */
export interface Exchange {
  readonly network: Network;
  readonly request: TransportRequest;
  readonly sink: ResponseSink;
  readonly stop: AbortController;
}

/** Makes the exchange. Once it is stopped it leaves the sink alone, and its end means nothing. */
export async function runExchange(exchange: Exchange): Promise<void> {
  const { request, sink, stop } = exchange;
  const response = await responseOf(exchange, !/^(GET|HEAD|OPTIONS)$/.test(request.method));
  try {
    if (stop.signal.aborted) return;
    const refused = refusalOf(response);
    if (refused) throw new TransportError("protocol", refused, { phase: "head" });
    const headers = headersOf(response.rawHeaders);
    const { statusCode: status = 0, statusMessage: statusText = "" } = response;
    const httpVersion = response.httpVersion === "1.0" ? "1.0" : "1.1";
    sink.head({ url: request.url.href, status, statusText, httpVersion, headers });
    if (status === 205) return; // node:http would wait for content
    await deliver(response, exchange);
    if (!stop.signal.aborted && response.rawTrailers.length > 0) sink.trailers?.(headersOf(response.rawTrailers));
  } finally {
    response.destroy();
    await new Promise(setImmediate);
  }
}

/** Resolves at a proven end. Of a cut response node:http keeps what it has read, for `read()` only. */
async function deliver(response: IncomingMessage, { sink, stop }: Exchange): Promise<void> {
  let wake = (): void => {};
  for (const event of ["readable", "end", "close"]) response.on(event, () => wake());
  while (!stop.signal.aborted) {
    const bytes = response.read() as Uint8Array | null;
    if (bytes !== null) await sink.body(bytes);
    else if (response.readableEnded) return;
    else if (response.destroyed) throw response.errored instanceof TransportError ? response.errored : cutShort();
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

function cutShort(): TransportError {
  return new TransportError("truncated", "the connection was closed before the end of the message");
}

/** What node:http lets pass. */
function refusalOf({ statusCode, httpVersion, headers, rawHeaders }: IncomingMessage): string | undefined {
  const coding = headers["transfer-encoding"] ?? "chunked";
  if (coding.toLowerCase() !== "chunked") return "a transfer coding that nobody asked for";
  if (statusCode === 101) return "101 to a request that asked for no upgrade";
  if (statusCode === undefined || statusCode < 200) return "a status below 200";
  if (!httpVersion.startsWith("1.")) return `a response of HTTP/${httpVersion}`;
  if (rawHeaders.length > 2_000) return "a head of more than 1,000 fields";
  return undefined;
}

function headersOf(raw: readonly string[]): Headers {
  const headers = new Headers();
  for (let at = 0; at < raw.length; at += 2) headers.append(raw[at] ?? "", raw[at + 1] ?? "");
  return headers;
}

/** Resolves with the final head. Where a kept connection had died, the request is repeated on a fresh one. */
function responseOf(exchange: Exchange, fresh: boolean): Promise<IncomingMessage> {
  const { network, request, stop } = exchange;
  const outgoing = network.open(request, fresh);
  const stopClock = startConnectClock(request.connectTimeout, stop);
  let stage: "connect" | "tls" | "head" = "connect";
  let bytesBefore = 0;
  let response: IncomingMessage | undefined;
  const connected = (): void => {
    stage = "head";
    stopClock();
  };
  destroyWith(stop, outgoing);
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const isStale = outgoing.reusedSocket && outgoing.socket?.bytesRead === bytesBefore;
      if (response?.complete === false) response.destroy(failureOf(error, "body"));
      else if (isStale && !stop.signal.aborted) resolve(responseOf(exchange, true));
      else reject(failureOf(error, stage));
    };
    outgoing.on("error", fail).once("close", stopClock);
    outgoing.once("response", (message) => {
      response = message.on("error", () => {});
      // RFC 9112 section 6.1
      if (message.httpVersion === "1.0" && message.headers["transfer-encoding"]) outgoing.shouldKeepAlive = false;
      resolve(message);
    });
    outgoing.once("upgrade", (message, socket) => {
      socket.destroy();
      resolve(message);
    });
    outgoing.once("socket", (socket) => {
      bytesBefore = socket.bytesRead;
      if (outgoing.reusedSocket) connected();
      else if (request.url.protocol === "http:") socket.once("connect", connected);
      else socket.once("connect", () => (stage = "tls")).once("secureConnect", connected);
      if (endHidesReset) outgoing.once("close", watchHiddenReset(socket, fail));
    });
    outgoing.end(request.body ?? undefined);
  });
}

/** A request that is destroyed before it has a socket would leave that in the pool. */
function destroyWith(stop: AbortController, outgoing: ClientRequest): void {
  const destroy = (): void => void (outgoing.socket ? outgoing.destroy() : outgoing.once("socket", destroy));
  stop.signal.addEventListener("abort", destroy);
}

function failureOf(error: Error, stage: "connect" | "tls" | "head" | "body"): TransportError {
  const known = stage === "tls" ? "tls" : codeOfNodeError(error, stage === "body");
  const code = known ?? (stage === "connect" ? "connect" : "reset");
  const cause = code === "protocol" ? {} : { cause: error }; // a parser's error holds what the server sent
  const [first = error] = error instanceof AggregateError ? (error.errors as Error[]) : []; // its own message is empty
  return new TransportError(code, first.message, { phase: stage === "tls" ? "connect" : stage, ...cause });
}
