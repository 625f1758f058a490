import { CallController } from "./call-controller.ts";
import { callUser, END, Thrown } from "./call-ends.ts";
import { type EventConsumer, EventReader } from "./event-reader.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";
import { checkInit, type EventStreamInit } from "./event-stream-init.ts";
import type { SyncTransport } from "./exchange.ts";
import { type ExchangeTiming, HeadraceError, invalidArgument } from "./headrace-error.ts";
import type { Progress } from "./progress.ts";
import { promiseOf } from "./promise-of.ts";
import type { ResponseInfo } from "./response-info.ts";
import { runCall, runCallSync } from "./run-call.ts";

/** How a stream ended that did not fail. */
export interface EventStreamSummary {
  response: ResponseInfo;
  /** Events that the callback was called with. */
  eventsDelivered: number;
  /** Decoded bytes of the body. */
  bytesReceived: number;
  /** `""` if the stream had none. */
  lastEventId: string;
  timing: ExchangeTiming;
  /** Whether the stream came to its end: its terminal or, where it has none, a clean end. False after `stop()`. */
  completed: boolean;
}

/**
 * Streams one response and calls back with each event, synchronously, as its last byte arrives: the fast path.
 *
 * @param onEvent its return value is ignored, but for a promise: nothing more is delivered until that
 * settles, and the connection is held back. `stop()` ends the stream in good order, the connection closed at once
 * @returns a summary, once the stream has ended and a promise that was pending has settled
 * @throws a `HeadraceError`, `signal.reason` when aborted, or the very value that a callback threw
 */
export async function forEachEvent(
  url: string | URL,
  init: EventStreamInit,
  onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
): Promise<EventStreamSummary> {
  checkInit(init);
  const controller = new CallController(init.signal);
  const delivery = new Delivery(checkCallback(onEvent), controller);
  try {
    const reader = await runCall(url, init, {
      ...eventStreamDefaults(init),
      controller,
      createSink: (context) => new EventReader(init, delivery.attach(context.progress), context),
    });
    if (delivery.thrown) throw delivery.thrown.value;
    return summary(reader);
  } finally {
    controller.untie();
  }
}

/**
 * Streams one response, blocking the thread, and calls back with each event as it arrives. Timers,
 * promises and I/O of this thread stand still meanwhile, so a server in this thread can never answer.
 *
 * `timeouts.head` is 300 000 ms unless given: nothing else could end the call.
 *
 * @param init `transport` must be able to block, by type: `curlTransport()`
 * @param onEvent must not return a promise: nothing could wait for it (`invalid-argument`)
 * @throws as `forEachEvent`
 */
export function forEachEventSync(
  url: string | URL,
  init: EventStreamInit & { transport: SyncTransport },
  onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
): EventStreamSummary {
  checkInit(init);
  const controller = new CallController(init.signal);
  try {
    const reader = runCallSync(url, init, {
      ...eventStreamDefaults(init),
      controller,
      createSink: (context) =>
        new EventReader(init, syncConsumer(checkCallback(onEvent), controller, context.progress), context),
    });
    return summary(reader);
  } finally {
    controller.untie();
  }
}

/** The headers that only an event stream's request has. */
export function eventStreamDefaults(init: EventStreamInit): { accept: string; lastEventId: string | undefined } {
  return { accept: "text/event-stream", lastEventId: init.lastEventId };
}

/** Calls back with one event at a time; what comes while a promise is pending waits here, a piece of body at most. */
class Delivery implements EventConsumer {
  readonly #onEvent: (event: ServerSentEvent, stop: () => void) => unknown;
  readonly #controller: CallController;
  readonly #stop: () => void;
  #progress: Progress | undefined;
  #waiting: (() => unknown)[] = [];
  #draining: Promise<void> | undefined;
  /** What the callback threw, also after it had called `stop()`. */
  thrown: Thrown | undefined;

  constructor(onEvent: (event: ServerSentEvent, stop: () => void) => unknown, controller: CallController) {
    this.#onEvent = onEvent;
    this.#controller = controller;
    this.#stop = () => controller.abort(END);
  }

  attach(progress: Progress): this {
    this.#progress = progress;
    return this;
  }

  event(event: ServerSentEvent): void {
    if (this.#draining) {
      this.#waiting.push(() => this.#call(event));
      return;
    }
    const promise = promiseOf(this.#call(event));
    if (promise) this.#draining = this.#drain(promise);
    if (this.#controller.aborted) throw this.#controller.reason;
  }

  lastEventId(id: string): void {
    const arrived = (): void => {
      if (this.#progress) this.#progress.lastEventId = id;
    };
    if (this.#draining) this.#waiting.push(arrived);
    else arrived();
  }

  comment(comment: string, onComment: (comment: string) => void): void {
    if (this.#draining) this.#waiting.push(() => callUser(onComment, comment));
    else callUser(onComment, comment);
  }

  flush(): Promise<void> | undefined {
    return this.#draining;
  }

  #call(event: ServerSentEvent): unknown {
    if (this.#progress) this.#progress.eventsDelivered++;
    try {
      return callUser(this.#onEvent, event, this.#stop);
    } catch (thrown) {
      this.thrown = thrown as Thrown;
      throw thrown;
    }
  }

  #drain(first: Promise<void>): Promise<void> {
    const draining = this.#deliverWaiting(first);
    draining.catch(() => {}); // Reported by flush, unless the call has ended without it.
    return draining;
  }

  async #deliverWaiting(first: Promise<void>): Promise<void> {
    await settled(first);
    for (let next = 0; next < this.#waiting.length && !this.#controller.aborted; next++) {
      const promise = promiseOf(this.#waiting[next]?.());
      if (promise) await settled(promise);
    }
    this.#waiting = [];
    this.#draining = undefined;
  }
}

async function settled(promise: Promise<void>): Promise<void> {
  try {
    await promise;
  } catch (value) {
    throw new Thrown(value);
  }
}

function syncConsumer(
  onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
  controller: CallController,
  progress: Progress,
): EventConsumer {
  const stop = (): void => controller.abort(END);
  const call = (event: ServerSentEvent): unknown => {
    try {
      return callUser(onEvent, event, stop);
    } catch (thrown) {
      throw controller.aborted && controller.reason !== END ? controller.reason : thrown;
    }
  };
  return {
    event(event) {
      progress.eventsDelivered++;
      const promise = promiseOf(call(event));
      if (promise) {
        promise.catch(() => {}); // Nobody will wait for it.
        throw invalidArgument("the callback of a blocking call returned a promise: nothing could wait for it");
      }
      if (controller.aborted) throw controller.reason;
    },
  };
}

/** @throws `invalid-argument`, before anything is sent */
function checkCallback<F>(callback: F): F {
  if (typeof callback !== "function") throw invalidArgument("`onEvent` must be a function");
  return callback;
}

function summary({ progress, completed }: EventReader): EventStreamSummary {
  const { response, eventsDelivered, bytesReceived, lastEventId, timing } = progress;
  if (!response) throw new HeadraceError("internal", "a stream ended without a response");
  return { response, eventsDelivered, bytesReceived, lastEventId, timing, completed };
}
