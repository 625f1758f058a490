import type { ServerSentEvent } from "../event-stream-parser.ts";
import type { StreamObserver } from "../open-event-stream.ts";
import type { StreamPosition } from "./resume.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** What a connection begins with. */
export interface StreamStart {
  memory: string;
  /** Bytes of the stream before it. */
  offset: number;
  /** Whether its bytes go on from those. */
  isContinued: boolean;
}

/** An event that has arrived, and the position after it. */
export interface EventPosition extends StreamPosition {
  readonly event: ServerSentEvent;
}

/** Where in the stream each event stands that has arrived and is not yet taken. */
export class StreamPositions implements StreamObserver {
  readonly memory: string;
  readonly isContinued: boolean;
  readonly #base: number;
  readonly #policy: RetryPolicy;
  /** Of the events in order of arrival, which is the order in which they are taken. */
  #offsets: number[] = [];
  #taken = 0;
  #lastEventId: string;
  #lastOffset: number;

  constructor({ memory, offset, isContinued }: StreamStart, policy: RetryPolicy) {
    this.memory = memory;
    this.isContinued = isContinued;
    this.#base = offset;
    this.#policy = policy;
    this.#lastEventId = memory;
    this.#lastOffset = offset;
  }

  event(event: ServerSentEvent, bytesConsumed: number): void {
    this.#lastEventId = event.lastEventId;
    this.#lastOffset = this.#base + bytesConsumed;
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
