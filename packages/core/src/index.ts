/** For users: the verbs, errors and types. */
export {
  type Client,
  type ClientCallInit,
  type ClientInit,
  type ClientSubscribeInit,
  createClient,
  type SyncClient,
} from "./lib/create-client.ts";
export type { HeadersSource } from "./lib/create-headers.ts";
export type { RequestBody } from "./lib/encode-body.ts";
export type { CallInit, EventStreamInit, Terminal } from "./lib/event-stream-init.ts";
export type { ServerSentEvent } from "./lib/event-stream-parser.ts";
export type { SyncTransport } from "./lib/exchange.ts";
export { type EventStreamSummary, forEachEvent, forEachEventSync } from "./lib/for-each-event.ts";
export {
  asHeadraceError,
  type ExchangeTiming,
  HeadraceError,
  type HeadraceErrorCode,
  type HeadraceErrorConstructor,
  type HeadraceErrorOf,
  type HeadraceErrorOptions,
  type HeadraceErrorPhase,
} from "./lib/headrace-error.ts";
export { type EventStream, openEventStream } from "./lib/open-event-stream.ts";
export { request, requestSync, type WholeResponse } from "./lib/request.ts";
export type { ResponseInfo } from "./lib/response-info.ts";
export {
  byteOffset,
  fromCursor,
  lastEventId,
  type ResumeRequest,
  type ResumeStrategy,
  startingAfter,
  type StreamPosition,
} from "./lib/subscribe/resume.ts";
export type { RetryOptions } from "./lib/subscribe/retry-policy.ts";
export { subscribe, type Subscription } from "./lib/subscribe/subscribe.ts";
export type {
  CursorStore,
  CursorStoreOptions,
  PerAttempt,
  Reconnection,
  SubscribeInit,
  SubscriptionAttempt,
} from "./lib/subscribe/subscribe-init.ts";
export type { Timeouts } from "./lib/clocks.ts";
export type { Transport } from "./lib/transport.ts";
