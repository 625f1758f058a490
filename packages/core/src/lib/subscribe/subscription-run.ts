import { CallController } from "../call-controller.ts";
import { END } from "../call-ends.ts";
import { Clocks } from "../clocks.ts";
import type { ServerSentEvent } from "../event-stream-parser.ts";
import { asHeadraceError, HeadraceError, invalidArgument } from "../headrace-error.ts";
import { pause } from "../pause.ts";
import { type ConnectionRequest, isReplayable, makeConnectionRequest } from "./connection-request.ts";
import { RecentEvents } from "./recent-events.ts";
import { lastEventId, type ResumeStrategy, type StreamPosition } from "./resume.ts";
import { RetryPolicy } from "./retry-policy.ts";
import type { EventPosition } from "./stream-positions.ts";
import { untilAborted } from "../until-aborted.ts";
import { SubscriptionConnection } from "./subscription-connection.ts";
import { checkSubscribeInit, type PerAttempt, type SubscribeInit, type SubscriptionAttempt } from "./subscribe-init.ts";

/**
 * The connection that is read. It is the iterator's: an abandoned subscription closes its connection once that is
 * collected, and a run may outlive it (before Node 26 it does).
 */
export interface Reading {
  connection?: SubscriptionConnection | undefined;
}

const byLastEventId: ResumeStrategy = /* @__PURE__ */ lastEventId();

/** The life of one subscription: its connections, one after another, and how far it has got. */
export class SubscriptionRun {
  readonly #url: PerAttempt<string | URL>;
  readonly #init: SubscribeInit;
  #controller = new CallController();
  #resume: ResumeStrategy = byLastEventId;
  readonly #recent = new RecentEvents();
  #attempt = 0;
  /** What of the events taken is not stored yet. */
  #uncommitted = { events: 0, cursor: "" };
  /** What the store has. */
  #stored = "";
  /** The stream's memory and its length in bytes, as far as events have been handed out. */
  #memory = "";
  #offset = 0;
  cursor = "";
  #delivered = 0;
  /** What ended the connection before. */
  cause: unknown;

  constructor(url: PerAttempt<string | URL>, init: SubscribeInit) {
    this.#url = url;
    this.#init = init;
  }

  stop(): void {
    this.#controller.abort(END);
  }

  // One generator for it all: each that delegates to another costs three promises an event.
  async *events(reading: Reading): AsyncGenerator<ServerSentEvent, undefined, undefined> {
    if (this.#controller.aborted) return undefined;
    const { policy, end } = this.#begin();
    const call = this.#controller;
    try {
      await this.#restore();
      for (;;) {
        const connection = await this.#connect(policy);
        reading.connection = connection;
        try {
          for (let arrival; (arrival = connection.take() ?? (await connection.next()));) {
            yield this.#handOut(arrival);
            const storing = this.#taken();
            if (storing) await untilAborted(storing, call);
          }
        } finally {
          reading.connection = undefined;
          await connection.close();
        }
        if (call.aborted) throw call.reason;
        // A repetition that was cut does not go back.
        if (connection.isReadToEnd && !this.#recent.isRepeating) this.#move(connection.positions.end);
        if (await this.#isOver(connection, policy)) return undefined;
      }
    } catch (reason) {
      if (call.reason !== END) throw call.aborted ? call.reason : reason;
    } finally {
      end();
      const storing = this.#uncommitted.events > 0 ? this.#store(this.#uncommitted.cursor) : undefined;
      storing?.catch(() => {}); // An abort does not wait for it.
      if (!call.aborted || call.reason === END) await storing;
    }
    return undefined;
  }

  /** Checks the options, and ties the signal and the total clock. @throws `invalid-argument` */
  #begin(): { policy: RetryPolicy; end: () => void } {
    const init = checkSubscribeInit(this.#init);
    const policy = new RetryPolicy(init.retry, {
      replayable: isReplayable(init),
      freshHeaders: typeof init.headers === "function",
      isRetryable: init.isRetryable,
    });
    const controller = new CallController(init.signal);
    this.#controller = controller;
    const total = new Clocks({ total: init.timeouts?.total });
    total.watch((reason) => controller.abort(this.#tell(reason)));
    const end = (): void => {
      total.unwatch();
      controller.untie();
    };
    return { policy, end };
  }

  /** The total clock's error, with what had happened. */
  #tell(reason: unknown): unknown {
    const error = asHeadraceError(reason, "timeout");
    if (!error) return reason;
    const story = `, after ${this.#delivered} events over ${this.#attempt} connections`;
    return new HeadraceError("timeout", `${error.message}${story}`, { phase: error.phase, ...this.#told });
  }

  get #told(): { eventsDelivered: number; lastEventId: string } {
    return { eventsDelivered: this.#delivered, lastEventId: this.#memory };
  }

  async commit(): Promise<void> {
    await this.#store(this.cursor);
  }

  async #store(cursor: string): Promise<void> {
    const { store } = this.#init;
    this.#uncommitted = { events: 0, cursor };
    if (!store || cursor === this.#stored) return;
    await store.store.set(store.key, cursor);
    this.#stored = cursor;
  }

  async #restore(): Promise<void> {
    const { store, resume, lastEventId: given = "" } = this.#init;
    this.#resume = resume ?? this.#resume;
    const stored = store && (await untilAborted(store.store.get(store.key), this.#controller));
    if (stored !== undefined && stored !== null && typeof stored !== "string") {
      throw invalidArgument("`store` has something else than a cursor under this key: a cursor is a string");
    }
    this.#stored = stored ?? "";
    this.cursor = stored ?? given;
    this.#memory = this.#resume.counts === "ids" ? this.cursor : given;
    if (this.#resume.counts !== "bytes") return;
    this.#offset = Number(this.cursor);
    if (!/^\d*$/.test(this.cursor) || !Number.isSafeInteger(this.#offset))
      throw invalidArgument("the cursor to begin with is not a number of bytes");
  }

  async #connect(policy: RetryPolicy): Promise<SubscriptionConnection> {
    this.#attempt++;
    const { counts } = this.#resume;
    const isContinued = counts === "bytes" && this.#offset > 0;
    const connection = new SubscriptionConnection(
      { memory: this.#memory, offset: this.#offset, isContinued, call: this.#controller },
      { policy, recent: this.#recent, repetitions: counts === "ids" ? (this.#init.duplicates ?? "drop") : "trust" },
    );
    try {
      const { url, init } = await this.#request(policy);
      await connection.open(url, init);
    } catch (cause) {
      if (cause === undefined) throw cause; // Without a cause it would be a clean end.
      connection.cause = cause; // What a function of the user's threw: one of our errors is judged as any other.
    }
    return connection;
  }

  /**
   * The next event, if it has arrived and nothing is to be waited for before it is handed out: what `events` would
   * yield, at half the cost. Only while that stands at a yield, or has not begun.
   */
  take({ connection }: Reading): ServerSentEvent | undefined {
    if (!connection || this.#init.store || this.#controller.aborted) return undefined;
    const arrival = connection.take();
    return arrival && this.#handOut(arrival);
  }

  #handOut(arrival: EventPosition): ServerSentEvent {
    this.#move(arrival);
    this.#delivered++;
    return arrival.event;
  }

  /** After a connection: whether that was the last. If not, waits for when the next one is made. */
  async #isOver({ cause, isComplete }: SubscriptionConnection, policy: RetryPolicy): Promise<boolean> {
    this.cause = cause;
    if (isComplete && this.#init.terminal !== undefined) return true;
    const verdict = policy.judge(cause);
    if (verdict === "fail") throw cause;
    if (verdict === "done") return true;
    const delay = policy.delay(cause, this.#told);
    this.#init.onRetry?.({ attempt: this.#attempt + 1, delay, cause, lastEventId: this.cursor });
    await pause(delay, this.#controller);
    return false;
  }

  /** What the next connection asks for. @throws what a function of the user's throws */
  async #request(policy: RetryPolicy): Promise<ConnectionRequest> {
    const attempt: SubscriptionAttempt = { attempt: this.#attempt, lastEventId: this.cursor, cause: this.cause };
    const resume = this.cursor === "" ? {} : this.#resume.request(this.cursor);
    const asked = { url: this.#url, init: this.#init, resume };
    const request = await makeConnectionRequest(asked, attempt, this.#controller);
    policy.replayable = request.replayable;
    return request;
  }

  #move(position: StreamPosition): void {
    this.#memory = position.lastEventId;
    this.#offset = position.offset;
    this.cursor = this.#resume.cursor(position) ?? this.cursor;
  }

  /** The event handed out last was taken: the next one is asked for. Returns a promise where a cursor is stored. */
  #taken(): Promise<void> | undefined {
    const { commit, store } = this.#init;
    if (commit === "manual") return undefined;
    this.#uncommitted.events++;
    this.#uncommitted.cursor = this.cursor;
    return store && this.#uncommitted.events >= (store.every ?? 1) ? this.#store(this.cursor) : undefined;
  }
}
