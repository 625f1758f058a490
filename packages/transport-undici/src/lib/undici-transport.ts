import { TransportError, type NetworkOptions, type Transport, type TransportSupport } from "@headrace/core/transport";
import type { Dispatcher } from "undici";
import manifest from "../../package.json" with { type: "json" };
import { givenDispatcher } from "./given-dispatcher.ts";
import { loadUndici } from "./load-undici.ts";
import { readNetworkOptions, refuseNetworkOptions } from "./network-options.ts";
import { OwnConnections } from "./own-connections.ts";
import type { UndiciExchange } from "./undici-exchange.ts";
import { dispatcherSupport, ownSupport } from "./supports.ts";

/** How the transport reaches the network. */
export interface UndiciTransportOptions extends NetworkOptions {
  /**
   * A dispatcher to send through (an `Agent`, a `ProxyAgent`, a mock), instead of connections of our own.
   * It keeps its own settings, so of the network options only `userAgent` may be given too, and it is never closed.
   */
  dispatcher?: Dispatcher;
}

/**
 * Makes a transport over undici's `dispatch`.
 *
 * It keeps its own connections and never touches undici's global dispatcher. HTTP/1.1 is spoken unless
 * `httpVersion` asks for another. A POST goes out once: what is lost is reported, not sent again.
 *
 * @throws `unsupported` for an option that undici, or the given dispatcher, cannot honour, and on a
 * runtime that stubs undici, as Bun does; `invalid-argument` for an option that makes no sense
 */
export function undiciTransport(options: UndiciTransportOptions = {}): Transport {
  const { dispatcher } = options;
  const undici = loadUndici();
  const userAgent = options.userAgent ?? `headrace/${manifest.version} undici/${undici.version}`;
  if (dispatcher) refuseNetworkOptions(options);
  const connections = dispatcher
    ? givenDispatcher(dispatcher, userAgent)
    : new OwnConnections({ undici, network: readNetworkOptions(options) }, userAgent);
  const supports = dispatcher ? dispatcherSupport() : ownSupport(options.ca !== undefined);
  const inFlight = new Set<UndiciExchange>();
  let closed = false;
  return {
    name: "undici",
    version: `undici/${undici.version}`,
    supports: supports satisfies TransportSupport,
    ...(options.unixSocket !== undefined && { fixedOrigin: true }),
    async send(request, sink) {
      if (closed) throw closedError();
      if (request.signal.aborted) throw request.signal.reason;
      const exchange = connections.start(request, sink);
      inFlight.add(exchange);
      try {
        await exchange.settled;
      } finally {
        inFlight.delete(exchange);
      }
    },
    async close({ force = false } = {}) {
      closed = true;
      if (force) for (const exchange of inFlight) exchange.fail(closedError());
      const idle = connections.close(false);
      await Promise.allSettled([...inFlight].map(({ settled }) => settled));
      await idle;
      await connections.close(true);
    },
  };
}

function closedError(): TransportError {
  return new TransportError("closed", "the transport is closed");
}
