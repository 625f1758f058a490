import type { ServerSentEvent } from "../event-stream-parser.ts";
import type { PerAttempt, SubscribeInit } from "./subscribe-init.ts";
import { type Reading, SubscriptionRun } from "./subscription-run.ts";

/**
 * The events of a stream over as many connections as it takes, one at a time. Leaving the loop ends it, and so do
 * `close()`, `await using` and the signal.
 */
export interface Subscription extends AsyncIterable<ServerSentEvent>, AsyncDisposable {
  /** The cursor after the event last handed out; `""` if there is none. */
  readonly cursor: string;
  /** What ended the last connection: the `no-content` error once a 204 has ended it all; undefined after a clean end. */
  readonly cause: unknown;
  /** With `commit: "manual"`: stores the cursor after the event last handed out. */
  commit(): Promise<void>;
  /** Ends it in good order: the loop ends, the connection is closed. */
  close(): Promise<void>;
  /** One iterator, whoever asks: each event goes to one reader. */
  [Symbol.asyncIterator](): AsyncIterator<ServerSentEvent, undefined>;
}

/**
 * Keeps an event stream alive: WHATWG's reconnection, made safe. It connects again when the stream ends or breaks,
 * from the event last taken, after a delay that grows until a new event comes. Nothing is sent before the first event
 * is asked for, and there is one connection at a time.
 *
 * It ends in good order after `terminal` and on 204; and with an error where another attempt would not help (a bad
 * argument, 401, a wrong content type, a name or certificate that never worked) or might do harm (a POST that was
 * sent, unless `replay`). `timeouts.total` is of the whole call; `timeouts.idle` is `"auto"` and `eof` is `"discard"`
 * unless given.
 *
 * @param url or a function, called for each connection
 * @throws from the loop: a `HeadraceError` (`gave-up` where `retry.maxAttempts` is reached), `signal.reason` when
 * aborted, or what a callback or the store threw
 */
export function subscribe(url: PerAttempt<string | URL>, init: SubscribeInit): Subscription {
  return new EventSubscription(url, init);
}

/** A class, because some hold thousands: of an object's closures and getters each would be its own. */
class EventSubscription implements Subscription, AsyncIterator<ServerSentEvent, undefined> {
  readonly #run: SubscriptionRun;
  readonly #reading: Reading = {};
  readonly #events: AsyncGenerator<ServerSentEvent, undefined, undefined>;
  /** How often the generator was asked that has not answered yet. */
  #asked = 0;
  readonly #answered = (): void => void this.#asked--;

  constructor(url: PerAttempt<string | URL>, init: SubscribeInit) {
    this.#run = new SubscriptionRun(url, init);
    this.#events = this.#run.events(this.#reading);
  }

  get cursor(): string {
    return this.#run.cursor;
  }

  get cause(): unknown {
    return this.#run.cause;
  }

  commit(): Promise<void> {
    return this.#run.commit();
  }

  async close(): Promise<void> {
    this.#run.stop();
    await this.#events.return(undefined);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    try {
      const value = this.#asked === 0 ? this.#run.take(this.#reading) : undefined;
      if (value) return Promise.resolve({ value, done: false });
    } catch (reason) {
      return this.#events.throw(reason); // What a resume strategy threw: it ends the connection, too.
    }
    this.#asked++;
    const next = this.#events.next();
    next.then(this.#answered, this.#answered);
    return next;
  }

  // A generator would let it wait for a `next` that is pending.
  async return(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    await this.close();
    return { value: undefined, done: true };
  }
}
