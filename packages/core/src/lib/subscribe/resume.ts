import type { ServerSentEvent } from "../event-stream-parser.ts";
import { invalidArgument } from "../headrace-error.ts";

/** Where a stream has got to. */
export interface StreamPosition {
  /** The event that was dispatched; undefined at the end of a connection, when every event has been taken. */
  readonly event: ServerSentEvent | undefined;
  /** The stream's memory (WHATWG HTML 9.2.6). */
  readonly lastEventId: string;
  /** Decoded bytes of the whole stream, over all connections, up to just after this event. */
  readonly offset: number;
}

/** What a connection that goes on from a cursor asks the server for. */
export interface ResumeRequest {
  /** Sent as `Last-Event-ID`. */
  readonly lastEventId?: string;
  /** Set in the URL's query. */
  readonly query?: Readonly<Record<string, string>>;
}

/** How a stream is taken up again: what is remembered of it, and how the server is told. */
export interface ResumeStrategy {
  /** The cursor at a position: any text but the empty one; undefined where it is the same as before. */
  cursor(position: StreamPosition): string | undefined;
  /** What the next request carries. */
  request(cursor: string): ResumeRequest;
  /**
   * `ids`: the cursor is the stream's memory, and an event may come again that is known by its own `id`. `bytes`: the
   * new connection's bytes go on where the last event ended.
   */
  readonly counts?: "ids" | "bytes";
}

/**
 * WHATWG's: the last event ID, in the header `Last-Event-ID`. The default.
 *
 * @param options.query the name of a query parameter, for servers that want it there instead
 */
export function lastEventId({ query }: { query?: string } = {}): ResumeStrategy {
  if (query !== undefined && (typeof query !== "string" || query === "")) {
    throw invalidArgument("`query` must be the name of a query parameter");
  }
  return {
    cursor: ({ lastEventId: id }) => id,
    request: (cursor) => (query === undefined ? { lastEventId: cursor } : { query: { [query]: cursor } }),
    counts: "ids",
  };
}

/**
 * The byte after the last whole event, in a query parameter: llama.cpp's resumable streams
 * (`GET /v1/stream?conv_id=…&from=3000`). The server repeats from there, so an event that was cut comes whole.
 *
 * @param options.query default `from`
 */
export function byteOffset({ query = "from" }: { query?: string } = {}): ResumeStrategy {
  return {
    cursor: ({ offset }) => String(offset),
    request: (cursor) => ({ query: { [query]: cursor } }),
    counts: "bytes",
  };
}

/**
 * The `sequence_number` of the last event's JSON, in the query parameter `starting_after`: background responses of
 * OpenAI's Responses API. Where the first request created the response, `url` must be a function that names it after.
 */
export function startingAfter(): ResumeStrategy {
  return {
    cursor: ({ event }) => event && sequenceNumber(event.data),
    request: (cursor) => ({ query: { starting_after: cursor } }),
  };
}

/**
 * A cursor of your own making. Nothing is added to the request: `url`, `headers` and `body`, as functions, get the
 * cursor as `lastEventId`.
 *
 * @param cursorOf the cursor after an event, a string; undefined where it stays as it was. What it throws, the loop
 * throws, and anything else that it gives is `invalid-argument`: the event is not handed out
 */
export function fromCursor(cursorOf: (event: ServerSentEvent) => string | undefined): ResumeStrategy {
  if (typeof cursorOf !== "function") throw invalidArgument("`fromCursor` takes a function");
  return { cursor: ({ event }) => event && checkCursor(cursorOf(event)), request: () => ({}) };
}

/** What `JSON.parse` gives has any type. A number would be stored, and refused by the next process. */
function checkCursor(cursor: string | undefined): string | undefined {
  if (typeof cursor === "string" || cursor === undefined || cursor === null) return cursor;
  throw invalidArgument("the function given to `fromCursor` must return a string, or undefined");
}

function sequenceNumber(data: string): string | undefined {
  try {
    const value = (JSON.parse(data) as { sequence_number?: unknown } | null)?.sequence_number;
    return Number.isSafeInteger(value) ? String(value) : undefined;
  } catch {
    return undefined;
  }
}
