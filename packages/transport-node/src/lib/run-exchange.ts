import type { ClientRequest, IncomingMessage } from "node:http";
import {
  type ExchangeStage,
  fromNodeError,
  PieceJoiner,
  receivedHead,
  receivedHeaders,
  type ResponseSink,
  startConnectClock,
  TransportError,
  type TransportRequest,
  watchHiddenReset,
} from "@headrace/core/transport";
import type { Network } from "./network.ts";

/** Makes one exchange. When the request's signal is aborted its connection is closed. */
export async function runExchange(network: Network, request: TransportRequest, sink: ResponseSink): Promise<void> {
  const response = await responseOf(network, request, !/^(GET|HEAD|OPTIONS)$/.test(request.method));
  try {
    sink.head(receivedHead(request, response));
    if (response.statusCode !== 205) await deliver(response, sink); // of a 205 node:http would wait for content
    if (response.rawTrailers.length > 0) sink.trailers?.(receivedHeaders(response.rawTrailers, "body"));
  } finally {
    response.destroy();
  }
}

/** Resolves at a proven end. Of a cut response node:http keeps what it has read, for `read()` only. */
async function deliver(response: IncomingMessage, sink: ResponseSink): Promise<void> {
  const joiner = new PieceJoiner((bytes) => sink.body(bytes));
  let wake = (): void => {};
  for (const event of ["readable", "end", "close"]) response.on(event, () => wake());
  while (!response.readableEnded) {
    const bytes = response.read() as Uint8Array | null;
    const pending = bytes ? joiner.push(bytes) : joiner.flush();
    if (pending) await pending;
    else if (bytes) continue;
    else if (response.errored instanceof TransportError) throw response.errored;
    else if (response.destroyed) throw new TransportError("truncated", "the connection was closed inside the message");
    else await new Promise<void>((resolve) => (wake = resolve));
  }
}

/** Resolves with the final head. Where a kept connection had died, the request is repeated on a fresh one. */
function responseOf(network: Network, request: TransportRequest, fresh: boolean): Promise<IncomingMessage> {
  const outgoing = network.open(request, fresh);
  const stageNow = watchConnection(outgoing, request);
  let bytesBefore = 0;
  let response: IncomingMessage | undefined;
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const isStale = outgoing.reusedSocket && outgoing.socket?.bytesRead === bytesBefore;
      if (response?.complete === false) response.destroy(fromNodeError(error, "body"));
      else if (isStale && !request.signal.aborted) resolve(responseOf(network, request, true));
      else reject(fromNodeError(error, stageNow()));
    };
    outgoing.once("response", (message) => {
      response = message.on("error", () => {});
      // RFC 9112 section 6.1
      if (message.httpVersion === "1.0" && message.headers["transfer-encoding"]) outgoing.shouldKeepAlive = false;
      resolve(message);
    });
    outgoing.on("error", fail).once("upgrade", resolve);
    outgoing.once("socket", (socket) => {
      bytesBefore = socket.bytesRead;
      outgoing.once("close", watchHiddenReset(socket, fail));
    });
    outgoing.end(request.body ?? undefined);
  });
}

/**
 * Destroys a request on abort, and where its connection takes too long.
 *
 * @returns says how far it has come
 */
function watchConnection(
  outgoing: ClientRequest,
  { url, signal, connectTimeout }: TransportRequest,
): () => ExchangeStage {
  let stage: ExchangeStage = "connect";
  const stopClock = startConnectClock(connectTimeout, url.host, (reason) => outgoing.destroy(reason));
  const connected = (): void => {
    stage = "head";
    stopClock();
  };
  // Destroyed before it has a socket, it would leave that in the pool.
  const destroy = (): void => void (outgoing.socket ? outgoing.destroy() : outgoing.once("socket", destroy));
  signal.addEventListener("abort", destroy);
  outgoing.once("close", stopClock).once("socket", (socket) => {
    if (outgoing.reusedSocket) connected();
    else if (url.protocol === "http:") socket.once("connect", connected);
    else socket.once("connect", () => (stage = "tls")).once("secureConnect", connected);
  });
  return () => stage;
}
