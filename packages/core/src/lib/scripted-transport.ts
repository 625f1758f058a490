import type { ResponseHead, ResponseSink, Transport, TransportRequest, TransportSupport } from "./transport.ts";

/** What a test's transport does with one request. */
export type Script = (request: TransportRequest, sink: ResponseSink, hop: number) => Promise<void> | void;

/** A transport for core's own tests: no network, the script is the server. */
export function scriptedTransport(
  script: Script,
  supports: Partial<TransportSupport> = {},
): Transport & { requests: TransportRequest[]; sendSync: NonNullable<Transport["sendSync"]> } {
  const requests: TransportRequest[] = [];
  const proven = { closeDelimited: true, http2: true, decompression: true };
  return {
    name: "scripted",
    version: "scripted/1",
    supports: { contract: 1, connectTimeout: true, sync: true, endProof: proven, ...supports },
    requests,
    async send(request, sink) {
      requests.push(request);
      await Promise.resolve();
      await script(request, sink, requests.length - 1);
    },
    sendSync(request, sink, nextWait) {
      requests.push(request);
      nextWait();
      void script(request, sink, requests.length - 1);
      nextWait();
    },
    async close() {},
  };
}

export function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** The head of an event stream, or what is said otherwise. */
export function head(
  request: TransportRequest,
  init: { status?: number; headers?: Record<string, string> } = {},
): ResponseHead {
  const { status = 200, headers = { "content-type": "text/event-stream" } } = init;
  return { url: request.url.href, status, headers: new Headers(headers) };
}

/** A script that answers with an event stream in these pieces. */
export function stream(...pieces: string[]): Script {
  return async (request, sink) => {
    sink.head(head(request));
    for (const piece of pieces) await sink.body(bytes(piece));
  };
}

/** Never settles but by abort, as a stalled server. */
export function stalled(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason as Error);
    signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true });
  });
}
