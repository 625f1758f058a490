import { createFetch } from "@headrace/core/fetch";
import type { Transport, TransportSupport } from "@headrace/core/transport";
import { fetchTransport } from "@headrace/transport-fetch";

/** `fetchTransport({ fetch: createFetch(inner) })`, with what the inner one can do declared as far as fetch carries it. */
export function throughFetch(inner: Transport): Transport {
  const outer = fetchTransport({ fetch: createFetch(inner) });
  return {
    ...outer,
    ...(inner.fixedOrigin && { fixedOrigin: true }),
    name: `fetch(${inner.name})`,
    version: inner.version,
    supports: carriedByFetch(inner.supports),
    async close(options) {
      await outer.close(options);
      await inner.close(options);
    },
  };
}

/**
 * What of a transport's capabilities is still there behind a fetch.
 *
 * The factory's options go to the inner transport, and so do codings, faults and ends: a body that is not proven to have
 * ended fails, and the failure's cause is the inner transport's own error. A fetch has no word for a connect clock,
 * cannot block, and its response tells neither version nor trailers.
 */
function carriedByFetch(inner: Partial<TransportSupport>): Partial<TransportSupport> {
  return {
    ...inner,
    sync: false,
    connectTimeout: false,
    httpVersion: "none",
    trailers: false,
    backpressure: inner.backpressure === "none" ? "none" : "bounded",
  };
}
