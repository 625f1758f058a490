import { TransportError, type NetworkOptions, type Transport, type TransportSupport } from "@headrace/core/transport";
import { startExchange, type FetchExchange } from "./fetch-exchange.ts";
import { fetchRuntime } from "./fetch-runtime.ts";
import { checkNetworkOptions } from "./network-options.ts";

/** Of the network options, fetch honours `userAgent` (not in browsers) and `proxy: false`; it refuses the others. */
export interface FetchTransportOptions extends NetworkOptions {
  /** The fetch to use. Default: the global one, as it is at the factory call. */
  fetch?: typeof globalThis.fetch;
}

/**
 * Makes a transport over any fetch: the one of a browser, Bun, Deno, a Worker, Node, or one given.
 *
 * What fetch cannot do stands in `supports`: it cannot prove the end of a body without a length, nor that
 * of a compressed one; it has no connect clock; a browser's follows redirects by itself and does not say
 * why a request failed; Node's ends a body after 300 s of silence (`hiddenIdleLimit`).
 *
 * @throws `unsupported` for a network option that fetch cannot honour, or where there is no fetch; `invalid-argument`
 * for a `fetch` that is no function
 */
export function fetchTransport(options: FetchTransportOptions = {}): Transport {
  const { userAgent } = options;
  const fetch = options.fetch ?? globalThis.fetch;
  if (!fetch) throw new TransportError("unsupported", "this environment has no fetch: pass one as the option fetch");
  if (typeof fetch !== "function") throw new TransportError("invalid-argument", "`fetch` must be a function");
  const { version, supports } = fetchRuntime(fetch === globalThis.fetch);
  checkNetworkOptions(options, supports.forbiddenHeaders);
  const init = { fetch, userAgent, automatic: supports.redirects === "automatic" };
  const inFlight = new Map<FetchExchange["fail"], Promise<void>>();
  let closed = false;
  const closedError = (): Error => new TransportError("closed", "the transport is closed");
  return {
    name: "fetch",
    version,
    supports: supports satisfies TransportSupport,
    async send(request, sink) {
      if (closed) throw closedError();
      const { signal } = request;
      signal.throwIfAborted();
      const { settled, fail } = startExchange(init, request, sink);
      inFlight.set(fail, settled);
      const onAbort = (): void => fail(signal.reason);
      signal.addEventListener("abort", onAbort);
      try {
        await settled;
      } finally {
        inFlight.delete(fail);
        signal.removeEventListener("abort", onAbort);
      }
    },
    async close({ force = false } = {}) {
      closed = true;
      if (force) for (const fail of inFlight.keys()) fail(closedError());
      await Promise.allSettled(inFlight.values());
    },
  };
}
