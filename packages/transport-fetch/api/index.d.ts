import { NetworkOptions, Transport } from "@headrace/core/transport";
/** Of the network options, fetch honours `userAgent` (not in browsers) and `proxy: false`; it refuses the others. */
interface FetchTransportOptions extends NetworkOptions {
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
export declare function fetchTransport(options?: FetchTransportOptions): Transport;
export type { FetchTransportOptions };
