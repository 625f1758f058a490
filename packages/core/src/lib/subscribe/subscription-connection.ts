import type { EventStreamInit } from "../event-stream-init.ts";
import type { ServerSentEvent } from "../event-stream-parser.ts";
import { type ObservedStream, openObserved } from "../open-event-stream.ts";
import { pause } from "../pause.ts";
import type { RecentEvents } from "./recent-events.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { StreamPositions, type StreamStart } from "./stream-positions.ts";
import { type SleepWatch, watchForSleep } from "./watch-for-sleep.ts";

/** How long an event is held that may be the first of a repetition: servers repeat without a pause. */
const HOLD = 1000;

/** An event to be handed out. */
export interface Arrival {
  readonly event: ServerSentEvent;
  readonly position: { lastEventId: string; offset: number };
  /** Whether it is progress, and not a repetition. */
  readonly isNew: boolean;
}

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
  #ready: Arrival[] = [];
  #held: Arrival | undefined;
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
      this.#sleep = watchForSleep(stream, (slept) => slept.end());
    } catch (cause) {
      this.cause = cause;
    }
  }

  /** Undefined at the end, whatever it was. */
  async next(): Promise<Arrival | undefined> {
    for (;;) {
      const ready = this.#ready.shift();
      if (ready) return ready;
      const event = this.#held ? await this.#arrivalInTime() : await this.#arrival();
      if (event) this.#take(event);
      else if (!this.#release()) return undefined;
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

  /** Undefined also where the next event takes too long to belong to a repetition. */
  async #arrivalInTime(): Promise<ServerSentEvent | undefined> {
    this.#arriving ??= this.#arrival();
    const waited = new AbortController();
    const late = pause(HOLD, waited.signal).catch(() => {});
    const event = (await Promise.race([this.#arriving, late])) ?? undefined;
    waited.abort();
    return event;
  }

  #take(event: ServerSentEvent): void {
    this.#arriving = undefined;
    const position = this.positions.after(event);
    const verdict = this.#repetitions === "trust" ? "new" : this.#recent.judge(event);
    if (verdict === "new") this.#release();
    const arrival = { event, position, isNew: verdict === "new" };
    if (verdict === "new" && this.#repetitions !== "trust") this.#recent.taken(event);
    if (verdict === "new" || this.#repetitions === "deliver") this.#ready.push(arrival);
    else this.#held = verdict === "held" ? arrival : undefined;
  }

  /** What was held is new after all. Returns whether there was anything. */
  #release(): boolean {
    const held = this.#held;
    this.#held = undefined;
    if (!held) return false;
    this.#recent.settle();
    this.#recent.taken(held.event);
    this.#ready.push({ ...held, isNew: true });
    return true;
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

/** What the connections of a subscription share. */
interface ConnectionContext {
  policy: RetryPolicy;
  recent: RecentEvents;
  repetitions: Repetitions;
}
