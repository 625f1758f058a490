import { END, Thrown } from "./call-ends.ts";
import { type EventConsumer, EventReader } from "./event-reader.ts";
import { EventQueue } from "./event-queue.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";
import type { EventStreamInit } from "./event-stream-init.ts";
import { eventStreamDefaults } from "./for-each-event.ts";
import type { Progress } from "./progress.ts";
import type { ResponseInfo } from "./response-info.ts";
import { runCall, tieSignal } from "./run-call.ts";

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
export async function openEventStream(url: string | URL, init: EventStreamInit): Promise<EventStream> {
  return await openObserved(url, init, {});
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
  /** The stream's memory to begin with. */
  readonly memory?: string | undefined;
  /** Whether its bytes go on from those of another connection: no byte order mark is taken off. */
  readonly isContinued?: boolean;
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
  const { controller, untie } = tieSignal(init.signal);
  const queue = new EventQueue();
  const state: StreamState = {
    queue,
    controller,
    untie,
    completed: false,
    left: false,
    isOver: false,
    ended: Promise.resolve(),
  };
  const opened = new Promise<ResponseInfo>((accept, refuse) => {
    const call = runCall(url, init, {
      defaults: { ...eventStreamDefaults(init), signal: controller.signal },
      createSink: (context) => {
        const consumer = new QueueConsumer({ queue, accept, observer, progress: context.progress });
        return (consumer.reader = new EventReader(init, consumer, context));
      },
    });
    state.ended = concluded(call, state, refuse);
  });
  return createStream(await opened, state);
}

/** Puts the end of the call behind the events that wait. */
async function concluded(
  call: Promise<EventReader>,
  state: StreamState,
  refuse: (reason: unknown) => void,
): Promise<void> {
  const { queue, controller, untie } = state;
  try {
    state.completed = (await call).completed;
    queue.end();
  } catch (thrown) {
    const reason = thrown instanceof Thrown ? thrown.value : thrown;
    if (isAborted(controller.signal)) queue.clear();
    queue.end({ reason });
    refuse(reason);
  }
  state.isOver = true;
  if (queue.isEmpty) untie();
}

interface StreamState {
  readonly queue: EventQueue;
  readonly controller: AbortController;
  /** Lets go of the user's signal, which can drop what is queued. */
  readonly untie: () => void;
  completed: boolean;
  /** Whether the reader left before it had taken every event. */
  left: boolean;
  /** Whether the exchange has ended. */
  isOver: boolean;
  ended: Promise<void>;
}

/** Whether the user has ended it; the reader's own end drops nothing by itself. */
function isAborted({ aborted, reason }: AbortSignal): boolean {
  return aborted && reason !== END;
}

interface QueueConsumerInit {
  queue: EventQueue;
  accept: (response: ResponseInfo) => void;
  observer: StreamObserver;
  progress: Progress;
}

/** Puts events into the queue. */
class QueueConsumer implements EventConsumer {
  readonly #init: QueueConsumerInit;
  reader: EventReader | undefined;

  constructor(init: QueueConsumerInit) {
    this.#init = init;
  }

  get memory(): string | undefined {
    return this.#init.observer.memory;
  }

  get isContinued(): boolean {
    return this.#init.observer.isContinued === true;
  }

  accepted(): void {
    const { accept, progress } = this.#init;
    if (progress.response) accept(progress.response);
  }

  event(event: ServerSentEvent): void {
    const { queue, observer, progress } = this.#init;
    progress.eventsDelivered++;
    if (observer.event) observer.event(event, this.reader?.bytesConsumed ?? 0);
    queue.push(event);
  }

  lastEventId(id: string): void {
    this.#init.progress.lastEventId = id;
    this.#init.observer.lastEventId?.(id);
  }

  reconnectionTime(ms: number): void {
    this.#init.observer.reconnectionTime?.(ms);
  }

  flush(): Promise<void> | undefined {
    return this.#init.queue.room();
  }
}

/** Ends the exchange of a stream that nobody can read any more. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<Pick<StreamState, "controller" | "untie">>(
  ({ controller, untie }) => {
    controller.abort(END);
    untie();
  },
);

function createStream(response: ResponseInfo, state: StreamState): ObservedStream {
  const { queue, controller, untie } = state;
  const cancel = async (): Promise<void> => {
    if (queue.clear()) state.left = true;
    queue.end();
    controller.abort(END);
    untie();
    await state.ended;
  };
  const taken = <T>(next: T): T => {
    if (state.isOver && queue.isEmpty) untie();
    return next;
  };
  const stream: ObservedStream = {
    response,
    take: () => (isAborted(controller.signal) ? undefined : taken(queue.take())),
    end: () => controller.abort(END),
    get completed() {
      return state.completed && !state.left;
    },
    cancel,
    [Symbol.asyncIterator]: () => iterator,
    [Symbol.asyncDispose]: cancel,
  };
  const iterator = {
    stream, // A loop holds only its iterator, and who awaits `next()` only its promise: neither abandons the stream.
    next(): Promise<IteratorResult<ServerSentEvent, undefined>> {
      if (isAborted(controller.signal) && queue.fail(controller.signal.reason)) state.left = true;
      return taken(queue.next(stream));
    },
    async return(): Promise<IteratorResult<ServerSentEvent, undefined>> {
      await cancel();
      return { value: undefined, done: true };
    },
  };
  abandoned.register(stream, { controller, untie });
  return stream;
}
