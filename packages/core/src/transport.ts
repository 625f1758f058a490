/** For authors of transports: the contract, and what every verb is built on. */
export type {
  NetworkOptions,
  ResponseHead,
  ResponseSink,
  Transport,
  TransportRequest,
  TransportSupport,
} from "./lib/transport.ts";
export { TransportError, type TransportErrorOptions } from "./lib/transport-error.ts";
