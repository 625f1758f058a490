/** For authors of transports: the contract, and what every verb is built on. */
export { checkNetworkOptions, type NetworkSettings } from "./lib/check-network-options.ts";
export type { Timeouts } from "./lib/clocks.ts";
export { startConnectClock } from "./lib/connect-clock.ts";
export { exchange, type ExchangeOptions, exchangeSync, type SyncTransport } from "./lib/exchange.ts";
export { type ExchangeStage, fromNodeError } from "./lib/from-node-error.ts";
export { type ResettableSocket, watchHiddenReset } from "./lib/hidden-reset.ts";
export { macrotask } from "./lib/macrotask.ts";
export { codeOfNodeError } from "./lib/node-error-code.ts";
export { PieceJoiner } from "./lib/piece-joiner.ts";
export { promiseOf } from "./lib/promise-of.ts";
export { environmentProxy } from "./lib/proxy-environment.ts";
export { parseProxy, type ProxyServer } from "./lib/proxy-server.ts";
export type { Certificates } from "./lib/read-certificates.ts";
export { type RawHead, receivedHead, receivedHeaders } from "./lib/received-head.ts";
export type { RedirectOptions } from "./lib/redirect-sink.ts";
export { defaultCredentialHeaders, nextHop } from "./lib/redirects.ts";
export { type MakeExchange, trackExchanges } from "./lib/track-exchanges.ts";
export type {
  NetworkOptions,
  ResponseHead,
  ResponseSink,
  Transport,
  TransportRequest,
  TransportSupport,
} from "./lib/transport.ts";
export { TransportError, type TransportErrorOptions } from "./lib/transport-error.ts";
