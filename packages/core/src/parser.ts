/** For proxies, servers and recordings: event streams from and to bytes. */
export {
  createEventStreamParser,
  type EventStreamParser,
  type EventStreamParserOptions,
  type PendingEvent,
  type ServerSentEvent,
} from "./lib/event-stream-parser.ts";
export { formatEvent, type ServerSentEventInit } from "./lib/format-event.ts";
