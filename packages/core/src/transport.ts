/** For authors of transports: the contract, and what every verb is built on. */
export { codeOfNodeError } from "./lib/node-error-code.ts";
export type { Timeouts } from "./lib/clocks.ts";
export { exchange, type ExchangeOptions, exchangeSync, type SyncTransport } from "./lib/exchange.ts";
export { environmentProxy } from "./lib/proxy-environment.ts";
export { parseProxy, type ProxyServer } from "./lib/proxy-server.ts";
export type { RedirectOptions } from "./lib/redirect-sink.ts";
export { defaultCredentialHeaders, nextHop } from "./lib/redirects.ts";
export type {
  NetworkOptions,
  ResponseHead,
  ResponseSink,
  Transport,
  TransportRequest,
  TransportSupport,
} from "./lib/transport.ts";
export { TransportError, type TransportErrorOptions } from "./lib/transport-error.ts";
