/** One dispatched event (WHATWG HTML 9.2.6). */
interface ServerSentEvent {
  /** `message` unless an `event` field says otherwise. */
  readonly type: string;
  /** The data lines, joined by LF. */
  readonly data: string;
  /** The stream's memory: the last `id` seen so far, `""` if none. */
  readonly lastEventId: string;
  /** This event's own `id` field, or undefined. */
  readonly id: string | undefined;
}
/** What a parser calls, and its limits. What a callback throws, `push` or `end` throws. */
interface EventStreamParserOptions {
  /** Called with each event, as its blank line arrives. */
  readonly onEvent: (event: ServerSentEvent) => void;
  /** Called with each comment: the line without its colon and one space after it. */
  readonly onComment?: ((comment: string) => void) | undefined;
  /**
   * Called with each valid `retry` value, in ms, as its line ends. It is the server's number as it
   * stands, perhaps above the 2^31-1 ms that a timer can take, perhaps `Infinity`: clamp it.
   */
  readonly onReconnectionTime?: ((milliseconds: number) => void) | undefined;
  /** Called at the end of each block that has an `id`, with data or without; before its event. */
  readonly onLastEventId?: ((lastEventId: string) => void) | undefined;
  /**
   * The most bytes that an event may take in the stream, counted from its first `data` line to the end
   * of its last line, whatever stands between them; and the most that any one line may take, a byte order
   * mark before it included. Default 16 MiB. Beyond it `push` throws `too-large`, before more is kept.
   */
  readonly maxEventSize?: number | undefined;
  /** What the stream remembers before its first `id`. Default `""`. */
  readonly lastEventId?: string | undefined;
}
/** The event that the bytes so far leave unfinished. */
interface PendingEvent {
  /** Its data lines so far, joined by LF; of a `data` line not yet ended, as much as there is. */
  readonly data: string;
  /** Whether the last line was ended, so that no field is cut: only the blank line is missing. */
  readonly lineEnded: boolean;
}
/** Frames one event stream at a time. */
interface EventStreamParser {
  /**
   * Takes the next bytes, split anywhere, and calls back for all that they complete. The bytes are not
   * kept. Should a callback throw, so does `push`, and the rest of these bytes is dropped.
   *
   * @throws HeadraceError `too-large`; `invalid-argument` from inside a callback, and after `end` or
   * `too-large` without a `reset`
   */
  push(bytes: Uint8Array): void;
  /**
   * Ends the stream. `discard` drops what is unfinished, as the standard says. `dispatch` ends the line and
   * the event that `pending` tells of, as if two line ends had come: the fields and comments of that line
   * count, a cut UTF-8 sequence becomes U+FFFD, and without data there is still no event. With nothing
   * pending the two are the same. A second call does nothing.
   *
   * @throws HeadraceError `invalid-argument` for anything else
   * @returns whether an event was unfinished, as `pending` says
   */
  end(unfinished: "discard" | "dispatch"): boolean;
  /**
   * What an end here would cut short, or undefined: an event is unfinished when, since the last blank
   * line, there was a `data` line, or an `event` line that names a type, or when the last line is not
   * ended and is no comment. Worked out when read.
   */
  readonly pending: PendingEvent | undefined;
  /**
   * The offset just after the last dispatched event, its blank line included, counted from the start of
   * the stream, byte order mark included. The LF of a CR LF counts once it has come; inside the callback
   * the offset is that after the CR, at every split.
   */
  readonly bytesConsumed: number;
  /** Makes it as new, `lastEventId` as in the options, for another stream. Not from inside a callback. */
  reset(): void;
}
/** Makes a parser. It holds no resource; drop it at any time. @throws HeadraceError `invalid-argument` */
export declare function createEventStreamParser(options: EventStreamParserOptions): EventStreamParser;
/** What `formatEvent` writes. */
interface ServerSentEventInit {
  /** The event's type. Default: none is written, which means `message`. */
  readonly type?: string | undefined;
  /** Any text; each of its lines becomes a `data` line. */
  readonly data: string;
  /** The event's own id; `""` makes the stream forget the one before. Default: none. */
  readonly id?: string | undefined;
  /** The reconnection time, in ms. */
  readonly retry?: number | undefined;
}
/**
 * Writes one event of an event stream, with its blank line (WHATWG HTML 9.2.5). Encode it as UTF-8.
 *
 * A parser gives back what was written, leading spaces and empty data too, except that a CR or CR LF in
 * `data` comes back as LF: the format cannot carry a CR inside a line. An empty `type` is `message`.
 *
 * @throws HeadraceError `invalid-argument` for what the format cannot carry: CR, LF or NUL in `type` or
 * `id`, text with a lone surrogate, a `retry` that is not a non-negative safe integer. It prints no value
 */
export declare function formatEvent(event: ServerSentEventInit): string;
export type { EventStreamParser, EventStreamParserOptions, PendingEvent, ServerSentEvent, ServerSentEventInit };
