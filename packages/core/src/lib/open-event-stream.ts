import { CallController } from "./call-controller.ts";
import { END, Thrown } from "./call-ends.ts";
import { type EventConsumer, EventReader, type StreamStart } from "./event-reader.ts";
import { EventQueue } from "./event-queue.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";
import { checkInit, type EventStreamInit } from "./event-stream-init.ts";
import { eventStreamDefaults } from "./for-each-event.ts";
import type { Progress } from "./progress.ts";
import type { ResponseInfo } from "./response-info.ts";
import { runCall } from "./run-call.ts";

/**
 * One response's events, for `for await`. Leaving the loop closes the connection, and so do `cancel()`,
 * `await using`, the signal, and losing the last reference to a stream.
 */
export interface EventStream extends AsyncIterable<ServerSentEvent>, AsyncDisposable {
  readonly response: ResponseInfo;
  /** Whether the stream came to its end: its terminal or, where it has none, a clean end. */
  readonly completed: boolean;
  /** Ends the stream in good order: the loop ends, the connection is closed. */
  cancel(): Promise<void>;
  /** One iterator, whoever asks: each event goes to one reader. */
  [Symbol.asyncIterator](): AsyncIterator<ServerSentEvent, undefined>;
}

/**
 * Opens an event stream and resolves when its response has been accepted. The connection is held back
 * while some 64 events wait to be taken, so a slow reader stops the server.
 *
 * @throws a `HeadraceError`, or `signal.reason` when aborted; from the loop too, after the events that
 * came before (an abort drops those)
 */
export function openEventStream(url: string | URL, init: EventStreamInit): Promise<EventStream> {
  return openObserved(url, init, {});
}

/** A stream that can be ended with what has arrived still to be taken. */
export interface ObservedStream extends EventStream {
  /** The next event, if it has arrived: without a promise, which is most of what `next()` costs. */
  take(): ServerSentEvent | undefined;
  /** Closes the connection. */
  end(): void;
}

/** What `subscribe` hears of a stream beyond its events, as it arrives. */
export interface StreamObserver {
  /** Where it is one of several connections. */
  readonly start?: StreamStart;
  /** @param bytesConsumed bytes of body up to just after this event */
  event?(event: ServerSentEvent, bytesConsumed: number): void;
  lastEventId?(id: string): void;
  reconnectionTime?(ms: number): void;
}

/** `openEventStream`, observed. */
export async function openObserved(
  url: string | URL,
  init: EventStreamInit,
  observer: StreamObserver,
): Promise<ObservedStream> {
  checkInit(init);
  const call = new StreamCall(init, observer);
  return new QueuedStream(await call.open(url), call);
}

/** The call of a stream: puts events into its queue and, at last, its end behind them. */
class StreamCall implements EventConsumer {
  readonly queue = new EventQueue();
  readonly controller: CallController;
  readonly #init: EventStreamInit;
  readonly #observer: StreamObserver;
  #reader: EventReader | undefined;
  #accept: ((response: ResponseInfo) => void) | undefined;
  #completed = false;
  /** Whether the reader left before it had taken every event. */
  #left = false;
  /** Whether the exchange has ended. */
  #isOver = false;
  #ended: Promise<void> | undefined;

  constructor(init: EventStreamInit, observer: StreamObserver) {
    this.controller = new CallController(observer.start?.call ?? init.signal);
    this.#init = init;
    this.#observer = observer;
  }

  /** Resolves once the response has been accepted. */
  open(url: string | URL): Promise<ResponseInfo> {
    return new Promise((accept, refuse) => {
      this.#accept = accept;
      this.#ended = this.#run(url, refuse);
    });
  }

  async #run(url: string | URL, refuse: (reason: unknown) => void): Promise<void> {
    const { controller, queue } = this;
    try {
      const reader = await runCall(url, this.#init, {
        ...eventStreamDefaults(this.#init),
        controller,
        createSink: (context) => (this.#reader = new EventReader(this.#init, this, context)),
      });
      this.#completed = reader.completed;
      queue.end();
    } catch (thrown) {
      const reason = thrown instanceof Thrown ? thrown.value : thrown;
      if (this.isAborted) queue.clear();
      queue.end({ reason });
      refuse(reason);
    }
    this.#isOver = true;
    this.taken();
  }

  get start(): StreamStart | undefined {
    return this.#observer.start;
  }

  accepted({ response }: Progress): void {
    if (response && !this.isAborted) this.#accept?.(response); // `onResponse` may have aborted it.
  }

  event(event: ServerSentEvent): void {
    const reader = this.#reader;
    if (reader) {
      reader.progress.eventsDelivered++;
      this.#observer.event?.(event, reader.bytesConsumed);
    }
    this.queue.push(event);
  }

  lastEventId(id: string): void {
    if (this.#reader) this.#reader.progress.lastEventId = id;
    this.#observer.lastEventId?.(id);
  }

  reconnectionTime(ms: number): void {
    this.#observer.reconnectionTime?.(ms);
  }

  flush(): Promise<void> | undefined {
    return this.queue.room();
  }

  /** Whether the user has ended it; the reader's own end drops nothing by itself. */
  get isAborted(): boolean {
    return this.controller.aborted && this.controller.reason !== END;
  }

  /** Whether it came to its end, and every event was taken. */
  get completed(): boolean {
    return this.#completed && !this.#left;
  }

  /** The next event, if it has arrived. */
  take(): ServerSentEvent | undefined {
    if (this.isAborted) return undefined;
    const event = this.queue.take();
    this.taken();
    return event;
  }

  /** @param holder kept alive until the promise settles */
  next(holder: unknown): Promise<IteratorResult<ServerSentEvent, undefined>> {
    if (this.isAborted && this.queue.fail(this.controller.reason)) this.#left = true;
    const next = this.queue.next(holder);
    this.taken();
    return next;
  }

  /** Lets go of the user's signal, which can drop what is queued, once there is nothing to drop or to close. */
  taken(): void {
    if (this.#isOver && this.queue.isEmpty) this.#release();
  }

  async cancel(): Promise<void> {
    if (this.queue.clear()) this.#left = true;
    this.queue.end();
    this.controller.abort(END);
    this.#release();
    await this.#ended;
  }

  #release(): void {
    this.controller.untie();
    abandoned.unregister(this.controller);
  }
}

/** Ends the exchange of a stream that nobody can read any more. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<CallController>((controller) => {
  controller.abort(END);
  controller.untie();
});

/**
 * What the reader holds of a call, which does not hold it: once it is lost, the call is ended. Its own iterator, and held
 * by each promise of `next()` that is pending: a loop, or who waits for a promise alone, has not abandoned it.
 */
class QueuedStream implements ObservedStream, AsyncIterator<ServerSentEvent, undefined> {
  readonly response: ResponseInfo;
  readonly #call: StreamCall;

  constructor(response: ResponseInfo, call: StreamCall) {
    this.response = response;
    this.#call = call;
    abandoned.register(this, call.controller, call.controller);
    call.taken();
  }

  get completed(): boolean {
    return this.#call.completed;
  }

  take(): ServerSentEvent | undefined {
    return this.#call.take();
  }

  end(): void {
    this.#call.controller.abort(END);
  }

  cancel(): Promise<void> {
    return this.#call.cancel();
  }

  next(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    return this.#call.next(this);
  }

  async return(): Promise<IteratorResult<ServerSentEvent, undefined>> {
    await this.#call.cancel();
    return { value: undefined, done: true };
  }

  [Symbol.asyncIterator](): AsyncIterator<ServerSentEvent, undefined> {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#call.cancel();
  }
}
