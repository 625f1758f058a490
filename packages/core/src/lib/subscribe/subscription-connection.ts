import type { EventStreamInit } from "../event-stream-init.ts";
import type { ServerSentEvent } from "../event-stream-parser.ts";
import { type EventStream, openObserved } from "../open-event-stream.ts";
import type { RetryPolicy } from "./retry-policy.ts";
import { StreamPositions } from "./stream-positions.ts";
import { type SleepWatch, watchForSleep } from "./watch-for-sleep.ts";

/** One connection of a subscription: opened, read to its end, closed. */
export class SubscriptionConnection {
  readonly positions: StreamPositions;
  readonly #policy: RetryPolicy;
  #stream: EventStream | undefined;
  #events: AsyncIterator<ServerSentEvent, undefined> | undefined;
  #sleep: SleepWatch | undefined;
  /** What ended it, or kept it from being opened; undefined for a clean end. */
  cause: unknown;

  /** @param from the stream's memory and length as it begins */
  constructor(from: { memory: string; offset: number }, policy: RetryPolicy) {
    this.positions = new StreamPositions(from, policy);
    this.#policy = policy;
  }

  async open(url: string | URL, init: EventStreamInit): Promise<void> {
    try {
      const stream = await openObserved(url, init, this.positions);
      this.#stream = stream;
      this.#events = stream[Symbol.asyncIterator]();
      this.#policy.headArrived();
      this.#sleep = watchForSleep(() => void stream.cancel());
    } catch (cause) {
      this.cause = cause;
    }
  }

  /** Undefined at the end, whatever it was. */
  async next(): Promise<ServerSentEvent | undefined> {
    try {
      const event = (await this.#events?.next())?.value;
      if (event) return event;
      this.cause ??= this.#sleep?.cause;
    } catch (cause) {
      this.cause = cause;
    }
    return undefined;
  }

  /** Whether, at the end, every event that arrived was read: a sleep drops those that were not. */
  get isReadToEnd(): boolean {
    return this.#stream !== undefined && this.#sleep?.cause === undefined;
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
