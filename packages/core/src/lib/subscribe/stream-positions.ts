import type { StreamStart } from "../event-reader.ts";
import type { ServerSentEvent } from "../event-stream-parser.ts";
import type { StreamObserver } from "../open-event-stream.ts";
import type { StreamPosition } from "./resume.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** An event that has arrived, and the position after it. */
export interface EventPosition extends StreamPosition {
  readonly event: ServerSentEvent;
}

/** Where in the stream each event stands that has arrived and is not yet taken. */
export class StreamPositions implements StreamObserver {
  readonly start: StreamStart;
  readonly #policy: RetryPolicy;
  /** Of the events in order of arrival, which is the order in which they are taken. */
  #offsets: number[] = [];
  #taken = 0;
  #lastEventId: string;
  #lastOffset: number;

  constructor(start: StreamStart, policy: RetryPolicy) {
    this.start = start;
    this.#policy = policy;
    this.#lastEventId = start.memory;
    this.#lastOffset = start.offset;
  }

  event(event: ServerSentEvent, bytesConsumed: number): void {
    this.#lastEventId = event.lastEventId;
    this.#lastOffset = this.start.offset + bytesConsumed;
    this.#offsets.push(this.#lastOffset);
  }

  lastEventId(id: string): void {
    this.#lastEventId = id;
  }

  reconnectionTime(ms: number): void {
    this.#policy.reconnectionTime(ms);
  }

  /** The position after the next event, which is taken now. */
  after(event: ServerSentEvent): EventPosition {
    const offset = this.#offsets[this.#taken++] ?? this.#lastOffset;
    if (this.#taken === this.#offsets.length) {
      this.#offsets = [];
      this.#taken = 0;
    }
    return { event, lastEventId: event.lastEventId, offset };
  }

  /** The position at the end of the connection, when every event has been taken. */
  get end(): StreamPosition {
    return { event: undefined, lastEventId: this.#lastEventId, offset: this.#lastOffset };
  }
}
