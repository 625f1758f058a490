import { callUser, END, Thrown } from "./call-ends.ts";
import { type EventConsumer, EventReader } from "./event-reader.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";
import type { EventStreamInit } from "./event-stream-init.ts";
import type { SyncTransport } from "./exchange.ts";
import { type ExchangeTiming, HeadraceError } from "./headrace-error.ts";
import type { Progress } from "./progress.ts";
import type { ResponseInfo } from "./response-info.ts";
import { runCall, runCallSync, tieSignal } from "./run-call.ts";

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
 * settles, and the connection is held back. `stop()` ends the stream in good order, the connection closed
 * @returns a summary, once the stream has ended
 * @throws a `HeadraceError`, `signal.reason` when aborted, or the very value that a callback threw
 */
export async function forEachEvent(
  url: string | URL,
  init: EventStreamInit,
  onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
): Promise<EventStreamSummary> {
  const { controller, untie } = tieSignal(init.signal);
  const delivery = new Delivery(onEvent, controller);
  try {
    const reader = await runCall(url, init, {
      defaults: { ...eventStreamDefaults(init), signal: controller.signal },
      createSink: (context) => new EventReader(init, delivery.attach(context.progress), context),
    });
    await delivery.drained();
    return summary(reader);
  } catch (reason) {
    throw reason instanceof Thrown ? reason.value : reason;
  } finally {
    untie();
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
  const { controller, untie } = tieSignal(init.signal);
  try {
    const reader = runCallSync(url, init, {
      defaults: { ...eventStreamDefaults(init), signal: controller.signal },
      createSink: (context) => new EventReader(init, syncConsumer(onEvent, controller, context.progress), context),
    });
    return summary(reader);
  } finally {
    untie();
  }
}

/** The headers that only an event stream's request has. */
export function eventStreamDefaults(init: EventStreamInit): { accept: string; lastEventId: string | undefined } {
  return { accept: "text/event-stream", lastEventId: init.lastEventId };
}

/** Calls back with one event at a time; what comes while a promise is pending waits here, a piece of body at most. */
class Delivery implements EventConsumer {
  readonly #onEvent: (event: ServerSentEvent, stop: () => void) => unknown;
  readonly #controller: AbortController;
  readonly #stop: () => void;
  #progress: Progress | undefined;
  #waiting: (() => unknown)[] = [];
  #draining: Promise<void> | undefined;

  constructor(onEvent: (event: ServerSentEvent, stop: () => void) => unknown, controller: AbortController) {
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
    const result = this.#call(event);
    const { signal } = this.#controller;
    if (signal.aborted) throw signal.reason;
    if (isThenable(result)) this.#draining = this.#drain(result);
  }

  comment(comment: string, onComment: (comment: string) => void): void {
    if (this.#draining) this.#waiting.push(() => callUser(onComment, comment));
    else callUser(onComment, comment);
  }

  flush(): Promise<void> | undefined {
    return this.#draining;
  }

  /** Resolves when every event that came has been dealt with. */
  async drained(): Promise<void> {
    await this.#draining;
  }

  #call(event: ServerSentEvent): unknown {
    if (this.#progress) this.#progress.eventsDelivered++;
    return callUser(this.#onEvent, event, this.#stop);
  }

  #drain(first: PromiseLike<unknown>): Promise<void> {
    const draining = this.#deliverWaiting(first);
    draining.catch(() => {}); // Reported by flush or drained; the terminal event may have ended the exchange first.
    return draining;
  }

  async #deliverWaiting(first: PromiseLike<unknown>): Promise<void> {
    await settled(first);
    for (let next = 0; next < this.#waiting.length && !this.#controller.signal.aborted; next++) {
      const result = this.#waiting[next]?.();
      if (isThenable(result)) await settled(result);
    }
    this.#waiting = [];
    this.#draining = undefined;
  }
}

async function settled(promise: PromiseLike<unknown>): Promise<void> {
  try {
    await promise;
  } catch (value) {
    throw new Thrown(value);
  }
}

function syncConsumer(
  onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
  controller: AbortController,
  progress: Progress,
): EventConsumer {
  const stop = (): void => controller.abort(END);
  return {
    event(event) {
      progress.eventsDelivered++;
      if (isThenable(callUser(onEvent, event, stop))) {
        throw new HeadraceError(
          "invalid-argument",
          "the callback of a blocking call returned a promise: nothing could wait for it",
        );
      }
      if (controller.signal.aborted) throw controller.signal.reason;
    },
  };
}

function summary({ progress, completed }: EventReader): EventStreamSummary {
  const { response, eventsDelivered, bytesReceived, lastEventId, timing } = progress;
  if (!response) throw new HeadraceError("internal", "a stream ended without a response");
  return { response, eventsDelivered, bytesReceived, lastEventId, timing, completed };
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
