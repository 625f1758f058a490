import type { ResponseSink, Transport, TransportRequest } from "@headrace/core/transport";

/** Decorates a transport: `tap` sees each request and gives the sink that its response goes to. */
export function tapTransport(
  transport: Transport,
  tap: (request: TransportRequest, sink: ResponseSink) => ResponseSink,
): Transport {
  const { sendSync } = transport;
  return {
    ...transport,
    send: (request, sink) => transport.send(request, tap(request, sink)),
    ...(sendSync && {
      sendSync: (request: TransportRequest, sink: ResponseSink, nextWait: () => number) =>
        sendSync(request, tap(request, sink), nextWait),
    }),
  };
}

/**
 * Hands each piece of body to `onBytes` before it is framed, and holds the transport back while `ready` gives a
 * promise: for output that does not follow the events one by one, raw bytes and comments.
 */
export function holdTransport(
  transport: Transport,
  { onBytes, ready }: { onBytes?: (bytes: Uint8Array) => void; ready: () => Promise<void> | undefined },
): Transport {
  return tapTransport(transport, (_, sink) => ({
    head: (head) => sink.head(head),
    body(bytes) {
      onBytes?.(bytes);
      const held = sink.body(bytes);
      const full = ready();
      return held && full ? Promise.all([held, full]).then(() => {}) : (held ?? full);
    },
    trailers: (trailers) => sink.trailers?.(trailers),
  }));
}
