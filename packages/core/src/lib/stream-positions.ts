import type { ServerSentEvent } from "./event-stream-parser.ts";
import type { StreamObserver } from "./open-event-stream.ts";
import type { RetryPolicy } from "./retry-policy.ts";

/** Where in the stream each event stands that has arrived and is not yet taken. */
export class StreamPositions implements StreamObserver {
  readonly memory: string;
  readonly #base: number;
  readonly #policy: RetryPolicy;
  readonly #offsets = new WeakMap<ServerSentEvent, number>();
  #last: { lastEventId: string; offset: number };

  constructor({ memory, offset, policy }: { memory: string; offset: number; policy: RetryPolicy }) {
    this.memory = memory;
    this.#base = offset;
    this.#policy = policy;
    this.#last = { lastEventId: memory, offset };
  }

  event(event: ServerSentEvent, bytesConsumed: number): void {
    this.#last = { lastEventId: event.lastEventId, offset: this.#base + bytesConsumed };
    this.#offsets.set(event, this.#last.offset);
  }

  lastEventId(id: string): void {
    this.#last = { ...this.#last, lastEventId: id };
  }

  reconnectionTime(ms: number): void {
    this.#policy.reconnectionTime(ms);
  }

  /** @param event undefined: the end of the connection */
  of(event: ServerSentEvent | undefined): { lastEventId: string; offset: number } {
    if (!event) return this.#last;
    return { lastEventId: event.lastEventId, offset: this.#offsets.get(event) ?? this.#last.offset };
  }
}
