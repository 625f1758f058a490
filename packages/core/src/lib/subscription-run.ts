import { END } from "./call-ends.ts";
import { Clocks, type Timeouts } from "./clocks.ts";
import type { EventStreamInit } from "./event-stream-init.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";
import { invalidArgument } from "./headrace-error.ts";
import { type EventStream, openObserved, type StreamObserver } from "./open-event-stream.ts";
import { pause } from "./pause.ts";
import { RecentEvents } from "./recent-events.ts";
import { lastEventId, type ResumeStrategy } from "./resume.ts";
import { RetryPolicy } from "./retry-policy.ts";
import { tieSignal } from "./run-call.ts";
import { StreamPositions } from "./stream-positions.ts";
import { checkSubscribeInit, type PerAttempt, type SubscribeInit, type SubscriptionAttempt } from "./subscribe-init.ts";
import { watchForSleep } from "./watch-for-sleep.ts";

type Events<R> = AsyncGenerator<ServerSentEvent, R, undefined>;
type Next = { result: IteratorResult<ServerSentEvent, undefined> } | { cause: unknown };

/** The life of one subscription: its connections, one after another, and how far it has got. */
export class SubscriptionRun {
  readonly #url: PerAttempt<string | URL>;
  readonly #init: SubscribeInit;
  #controller = new AbortController();
  #resume: ResumeStrategy = lastEventId();
  readonly #recent = new RecentEvents();
  #attempt = 0;
  /** What of the events taken is not stored yet. */
  #uncommitted = { events: 0, cursor: "" };
  /** The stream's memory and its length in bytes, as far as events have been handed out. */
  #memory = "";
  #offset = 0;
  cursor = "";

  constructor(url: PerAttempt<string | URL>, init: SubscribeInit) {
    this.#url = url;
    this.#init = init;
  }

  stop(): void {
    this.#controller.abort(END);
  }

  async *events(): Events<undefined> {
    const stopped = this.#controller.signal.aborted;
    if (stopped) return undefined;
    const init = checkSubscribeInit(this.#init);
    const policy = new RetryPolicy(init.retry, {
      replayable: isReplayable(init),
      freshHeaders: typeof init.headers === "function",
    });
    const { controller, untie } = tieSignal(init.signal);
    this.#controller = controller;
    const total = new Clocks({ total: init.timeouts?.total });
    total.watch((reason) => controller.abort(reason));
    try {
      await this.#restore();
      yield* this.#connections(policy);
    } catch (reason) {
      if (controller.signal.reason !== END) throw controller.signal.aborted ? controller.signal.reason : reason;
    } finally {
      total.unwatch();
      untie();
      if (this.#uncommitted.events > 0) await this.#store(this.#uncommitted.cursor);
    }
    return undefined;
  }

  async commit(): Promise<void> {
    await this.#store(this.cursor);
  }

  async #store(cursor: string): Promise<void> {
    const { store } = this.#init;
    this.#uncommitted = { events: 0, cursor };
    if (store && cursor !== "") await store.store.set(store.key, cursor);
  }

  async #restore(): Promise<void> {
    const { store, resume, lastEventId: given = "" } = this.#init;
    this.#resume = resume ?? this.#resume;
    const stored = await store?.store.get(store.key);
    if (stored !== undefined && stored !== null && typeof stored !== "string") {
      throw invalidArgument("`store` has something else than a cursor under this key: a cursor is a string");
    }
    this.cursor = stored ?? given;
    this.#memory = this.#resume.request(this.cursor).lastEventId ?? given;
    if (!this.#resume.countsBytes) return;
    this.#offset = Number(this.cursor);
    if (!Number.isSafeInteger(this.#offset)) throw invalidArgument("the cursor to begin with is not a number of bytes");
  }

  async *#connections(policy: RetryPolicy): Events<void> {
    const { signal } = this.#controller;
    for (let cause: unknown; ;) {
      this.#attempt++;
      const ended = yield* this.#connection(policy, { attempt: this.#attempt, lastEventId: this.cursor, cause });
      if (signal.aborted) throw signal.reason;
      if (ended.completed) return;
      ({ cause } = ended);
      const verdict = policy.judge(cause);
      if (verdict === "fail") throw cause;
      if (verdict === "done") return;
      const delay = policy.delay(cause);
      this.#init.onRetry?.({ attempt: this.#attempt + 1, delay, cause, lastEventId: this.cursor });
      await pause(delay, signal);
    }
  }

  /** One connection's events; returns how it ended. */
  async *#connection(
    policy: RetryPolicy,
    attempt: SubscriptionAttempt,
  ): Events<{ cause: unknown; completed?: boolean }> {
    this.#recent.reconnected();
    const positions = new StreamPositions({ memory: this.#memory, offset: this.#offset, policy });
    const opened = await this.#open(attempt, positions);
    if ("cause" in opened) return opened;
    const { stream } = opened;
    policy.headArrived();
    const sleep = watchForSleep(() => void stream.cancel());
    try {
      const events = stream[Symbol.asyncIterator]();
      for (;;) {
        const next = await settle(events.next());
        // After its events, not after a sleep: that drops those that were not taken.
        if (("cause" in next || next.result.done) && !sleep.cause) this.#move(undefined, positions);
        if ("cause" in next) return next;
        if (next.result.done) break;
        const event = next.result.value;
        this.#move(event, positions);
        if (this.#recent.isRepeated(event)) continue;
        policy.progressed();
        yield event;
        await this.#taken();
      }
      const completed = stream.completed && this.#init.terminal !== undefined;
      return { cause: sleep.cause, completed };
    } finally {
      sleep.stop();
      await stream.cancel();
    }
  }

  async #open(
    attempt: SubscriptionAttempt,
    observer: StreamObserver,
  ): Promise<{ stream: EventStream } | { cause: unknown }> {
    const { headers, body, store: _store, resume: _resume, commit: _commit, ...rest } = this.#init;
    const resume = attempt.lastEventId === "" ? {} : this.#resume.request(attempt.lastEventId);
    const target = withQuery(await valueFor(this.#url, attempt), resume.query);
    const init: EventStreamInit = {
      eof: "discard",
      ...rest,
      headers: await valueFor(headers, attempt),
      body: await valueFor(body, attempt),
      timeouts: connectionTimeouts(rest.timeouts),
      signal: this.#controller.signal,
      lastEventId: resume.lastEventId,
    };
    try {
      return { stream: await openObserved(target, init, observer) };
    } catch (cause) {
      return { cause };
    }
  }

  /** The stream has got as far as this event or, without one, to the end of its connection. */
  #move(event: ServerSentEvent | undefined, positions: StreamPositions): void {
    const { lastEventId: memory, offset } = positions.of(event);
    this.#memory = memory;
    this.#offset = offset;
    this.cursor = this.#resume.cursor({ event, lastEventId: memory, offset }) ?? this.cursor;
  }

  /** The event handed out last was taken: the next one is asked for. */
  async #taken(): Promise<void> {
    if (this.#init.commit === "manual") return;
    const events = this.#uncommitted.events + 1;
    this.#uncommitted = { events, cursor: this.cursor };
    if (events >= (this.#init.store?.every ?? 1)) await this.#store(this.cursor);
  }
}

async function settle(next: Promise<IteratorResult<ServerSentEvent, undefined>>): Promise<Next> {
  try {
    return { result: await next };
  } catch (cause) {
    return { cause };
  }
}

async function valueFor<T>(value: PerAttempt<T>, attempt: SubscriptionAttempt): Promise<T> {
  return typeof value === "function" ? await (value as (attempt: SubscriptionAttempt) => T)(attempt) : value;
}

function withQuery(url: string | URL, query: Readonly<Record<string, string>> = {}): string | URL {
  const entries = Object.entries(query);
  if (entries.length === 0) return url;
  const target = new URL(url);
  for (const [name, value] of entries) target.searchParams.set(name, value);
  return target;
}

/** `total` is kept over all connections. */
function connectionTimeouts(timeouts: Timeouts = {}): Timeouts {
  return { ...timeouts, idle: timeouts.idle ?? "auto", total: 0 };
}

function isReplayable({ method, body, json, replay = false }: SubscribeInit): boolean {
  const effective = method?.toUpperCase() ?? (body != null || json !== undefined ? "POST" : "GET");
  return replay || effective === "GET" || effective === "HEAD";
}
