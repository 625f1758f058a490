import { CallController } from "../call-controller.ts";
import { END } from "../call-ends.ts";
import type { StreamStart } from "../event-reader.ts";
import type { EventStreamInit } from "../event-stream-init.ts";
import type { ServerSentEvent } from "../event-stream-parser.ts";
import { type ObservedStream, openObserved } from "../open-event-stream.ts";
import { pause } from "../pause.ts";
import type { RecentEvents } from "./recent-events.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { type EventPosition, StreamPositions } from "./stream-positions.ts";
import { SleepWatch } from "./sleep-watch.ts";

/** How long an event is held that may be the first of a repetition: servers repeat without a pause. */
const HOLD = 1000;

/** What becomes of repetitions: `trust` where there cannot be any. */
export type Repetitions = "drop" | "deliver" | "trust";

/** One connection of a subscription: opened, read to its end, closed. */
export class SubscriptionConnection {
  readonly positions: StreamPositions;
  readonly #policy: RetryPolicy;
  readonly #recent: RecentEvents;
  readonly #repetitions: Repetitions;
  #stream: ObservedStream | undefined;
  #events: AsyncIterator<ServerSentEvent, undefined> | undefined;
  #sleep: SleepWatch | undefined;
  /** Follows what was held. */
  #ready: EventPosition | undefined;
  #held: EventPosition | undefined;
  #arriving: Promise<ServerSentEvent | undefined> | undefined;
  /** What ended it, or kept it from being opened; undefined for a clean end. */
  cause: unknown;

  constructor(from: StreamStart, { policy, recent, repetitions }: ConnectionContext) {
    this.positions = new StreamPositions(from, policy);
    this.#policy = policy;
    this.#recent = recent;
    this.#repetitions = repetitions;
    recent.reconnected();
  }

  async open(url: string | URL, init: EventStreamInit): Promise<void> {
    try {
      const stream = await openObserved(url, init, this.positions);
      this.#stream = stream;
      this.#events = stream[Symbol.asyncIterator]();
      this.#policy.headArrived();
      this.#sleep = new SleepWatch(stream);
    } catch (cause) {
      this.cause = cause;
    }
  }

  /** The next event to hand out, if it has arrived. */
  take(): EventPosition | undefined {
    const ready = this.#ready;
    this.#ready = undefined;
    if (ready || this.#arriving) return ready;
    for (let event; (event = this.#stream?.take());) {
      const arrival = this.#judge(event);
      if (arrival) return arrival;
    }
    return undefined;
  }

  /** Waits for it. Undefined at the end, whatever it was. */
  async next(): Promise<EventPosition | undefined> {
    for (;;) {
      const taken = this.take();
      if (taken) return taken;
      this.#arriving ??= this.#arrival();
      const event = await (this.#held ? inTime(this.#arriving) : this.#arriving);
      if (!event) return this.#release();
      this.#arriving = undefined;
      const arrival = this.#judge(event);
      if (arrival) return arrival;
    }
  }

  async #arrival(): Promise<ServerSentEvent | undefined> {
    try {
      const event = (await this.#events?.next())?.value;
      if (event) return event;
      this.cause ??= this.#sleep?.cause;
    } catch (cause) {
      this.cause = cause;
    }
    return undefined;
  }

  /** What to hand out now that this event has come. */
  #judge(event: ServerSentEvent): EventPosition | undefined {
    const arrival = this.positions.after(event);
    if (this.#repetitions === "trust") return this.#progress(arrival);
    const verdict = this.#recent.judge(event);
    if (verdict === "new") {
      const held = this.#release();
      this.#recent.taken(event);
      if (held) this.#ready = arrival;
      return held ?? this.#progress(arrival);
    }
    if (this.#repetitions === "deliver") return arrival;
    this.#held = verdict === "held" ? arrival : undefined;
    return undefined;
  }

  /** What was held is new after all. */
  #release(): EventPosition | undefined {
    const held = this.#held;
    this.#held = undefined;
    if (!held) return undefined;
    this.#recent.settle();
    this.#recent.taken(held.event);
    return this.#progress(held);
  }

  /** It is new. */
  #progress(arrival: EventPosition): EventPosition {
    this.#policy.progressed();
    return arrival;
  }

  /** Whether it was opened: at its end every event that arrived has been read. */
  get isReadToEnd(): boolean {
    return this.#stream !== undefined;
  }

  /** Whether the stream came to its end. */
  get isComplete(): boolean {
    return this.#stream?.completed === true;
  }

  async close(): Promise<void> {
    this.#sleep?.stop();
    await this.#stream?.cancel();
  }
}

/** Undefined also where the next event takes too long to belong to a repetition. */
async function inTime(arriving: Promise<ServerSentEvent | undefined>): Promise<ServerSentEvent | undefined> {
  const waited = new CallController();
  const late = pause(HOLD, waited).catch(() => {});
  const event = (await Promise.race([arriving, late])) ?? undefined;
  waited.abort(END);
  return event;
}

/** What the connections of a subscription share. */
interface ConnectionContext {
  policy: RetryPolicy;
  recent: RecentEvents;
  repetitions: Repetitions;
}
