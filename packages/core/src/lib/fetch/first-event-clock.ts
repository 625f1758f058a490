import { END } from "../call-ends.ts";
import { Clocks } from "../clocks.ts";
import { createEventStreamParser, type EventStreamParser } from "../event-stream-parser.ts";

/**
 * The clock of an event stream's first event, and the framer that finds it on the side.
 *
 * It has a clock of its own, which stands still only while bytes wait to be read: it must not start again at every
 * comment, as `idle` does.
 */
export class FirstEventClock {
  readonly #clocks: Clocks;
  #framer: EventStreamParser | undefined;

  /** @param onExpire called with the reason, unless the event comes or `stop` is called first */
  constructor(ms: number, onExpire: (reason: unknown) => void) {
    this.#clocks = new Clocks({ firstEvent: ms });
    this.#framer = createEventStreamParser({
      onEvent: () => {
        throw END;
      },
    });
    this.#clocks.headArrived();
    this.#clocks.watch(onExpire);
  }

  push(bytes: Uint8Array): void {
    try {
      this.#framer?.push(bytes);
    } catch {
      this.stop(); // There it is; or it is over the framer's limit, and under way.
    }
  }

  hold(): void {
    this.#clocks.hold();
  }

  release(): void {
    this.#clocks.release();
  }

  stop(): void {
    this.#framer = undefined;
    this.#clocks.unwatch();
  }
}
