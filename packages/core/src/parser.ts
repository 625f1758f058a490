/** For proxies, servers and recordings: event streams from and to bytes. */
export type { ServerSentEvent } from "./lib/event-stream-parser.ts";
