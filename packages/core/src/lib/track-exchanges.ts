import { macrotask } from "./macrotask.ts";
import type { ResponseSink, Transport, TransportRequest } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** Makes one exchange: resolves at its proven end, and closes its connection when the request's signal is aborted. */
export type MakeExchange = (request: TransportRequest, sink: ResponseSink) => Promise<void>;

/**
 * Makes the `send` and the `close` of a transport, with what they owe whatever the stack is (contract 2, 3 and 5):
 *
 * - nothing is started after `close`, or with a signal that is aborted already;
 * - `make` gets the request with a signal of its own, which is aborted by the caller's, by `close({ force: true })`, and
 *   when the exchange fails, be it by its sink. No listener stays on the caller's;
 * - once that signal is aborted, what is put into the sink is dropped, and `send` rejects, though the sink be pending;
 * - `send` settles a macrotask after what `make` returned, and rejects with the very value that this rejected with.
 *
 * `close` resolves when no exchange is in flight; connections are then for the transport to close.
 */
export function trackExchanges(make: MakeExchange): Pick<Transport, "send" | "close"> {
  const inFlight = new Map<AbortController, Promise<void>>();
  let closed = false;
  const closedError = (): TransportError => new TransportError("closed", "the transport was closed");
  return {
    async send(request, sink) {
      if (closed) throw closedError();
      request.signal.throwIfAborted();
      const stop = new AbortController();
      const { signal } = stop;
      const onAbort = (): void => stop.abort(request.signal.reason);
      request.signal.addEventListener("abort", onAbort);
      const settled = settle(stop, () => make({ ...request, signal }, until(signal, sink)));
      inFlight.set(stop, settled);
      try {
        await settled;
      } finally {
        inFlight.delete(stop);
        request.signal.removeEventListener("abort", onAbort);
      }
    },
    async close({ force = false } = {}) {
      closed = true;
      if (force) for (const stop of inFlight.keys()) stop.abort(closedError());
      await Promise.allSettled(inFlight.values());
    },
  };
}

async function settle(stop: AbortController, make: () => Promise<void>): Promise<void> {
  const stopped = new Promise<never>((_resolve, reject) => {
    stop.signal.addEventListener("abort", () => reject(stop.signal.reason as Error));
  });
  const made = async (): Promise<void> => {
    try {
      await make();
    } finally {
      await macrotask();
    }
  };
  try {
    await Promise.race([stopped, made()]);
  } catch (reason) {
    stop.abort(reason);
    throw reason;
  }
}

function until(signal: AbortSignal, sink: ResponseSink): ResponseSink {
  return {
    head: (head) => (signal.aborted ? undefined : sink.head(head)),
    body: (bytes) => (signal.aborted ? undefined : sink.body(bytes)),
    trailers: (trailers) => (signal.aborted ? undefined : sink.trailers?.(trailers)),
  };
}
