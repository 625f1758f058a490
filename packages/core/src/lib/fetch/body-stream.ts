/** What a body's owner hears of its reader. */
export interface BodyReader {
  /** A read waits for bytes. */
  waits(): void;
  /** No read waits: what comes now is kept. */
  rests(): void;
  /** The stream was cancelled, or nobody can read it any more. */
  leaves(): void;
  /** The stream is closed, has failed or was cancelled: the last call. */
  done(): void;
}

/** What is kept of a body that is not read; beyond it the transport is held back. */
const HIGH_WATER_MARK = 64 * 1024;

/** Cancels the body of a stream that nobody can read any more. */
const abandoned = /* @__PURE__ */ new FinalizationRegistry<BodyPipe>((pipe) => pipe.cancel());

type Controller = ReadableByteStreamController | ReadableStreamDefaultController<Uint8Array>;

/** Makes a stream of bytes, and the pipe that fills it. */
export function createBodyStream(reader: BodyReader): { stream: ReadableStream<Uint8Array>; pipe: BodyPipe } {
  let controller: Controller | undefined;
  const stream = createStream({
    start: (given: Controller) => void (controller = given),
    pull: (given: Controller) => pipe.pull(given),
    cancel: () => pipe.cancel(),
  });
  const pipe = new BodyPipe(reader, new WeakRef(controller as Controller));
  abandoned.register(stream, pipe);
  return { stream, pipe };
}

interface Source {
  start(controller: Controller): void;
  pull(controller: Controller): void;
  cancel(): void;
}

function createStream(source: Source): ReadableStream<Uint8Array> {
  try {
    return new ReadableStream({ ...source, type: "bytes" });
  } catch {
    return new ReadableStream<Uint8Array>(source, { highWaterMark: 0 }); // Not every browser has streams of bytes.
  }
}

/**
 * From the transport that pushes to the stream that pulls.
 *
 * It keeps its own queue, for a stream that fails drops what it has queued, and one that is read never would not let a
 * short response come to its end. It holds its stream only while a read is pending: one that is dropped unread is
 * collected, and cancelled, though the exchange goes on.
 */
export class BodyPipe {
  readonly #reader: BodyReader;
  readonly #controller: WeakRef<Controller>;
  #waiting: Controller | undefined;
  #queue: Uint8Array<ArrayBuffer>[] = [];
  #queued = 0;
  #room: { promise: Promise<void>; resolve: () => void } | undefined;
  #end: { failure: { reason: unknown } | undefined } | undefined;
  #done = false;

  constructor(reader: BodyReader, controller: WeakRef<Controller>) {
    this.#reader = reader;
    this.#controller = controller;
  }

  /** Whether bytes wait to be read. */
  get isUnread(): boolean {
    return this.#queue.length > 0;
  }

  /** Copies what was lent. A promise while too much is waiting to be read: it settles once a read waits again. */
  push(lent: Uint8Array): void | Promise<void> {
    if (this.#done) return undefined;
    const bytes = new Uint8Array(lent);
    if (this.#waiting) {
      this.#give(this.#waiting, bytes);
      return undefined;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued < HIGH_WATER_MARK) return undefined;
    let resolve = (): void => {};
    const promise = new Promise<void>((settle) => (resolve = settle));
    this.#room = { promise, resolve };
    return promise;
  }

  /** The body is over: once it has been read, the stream closes or fails. */
  end(failure?: { reason: unknown }): void {
    if (this.#done) return;
    this.#end ??= { failure };
    this.#finishOnceRead();
  }

  /** The stream fails at once, and what was not read is dropped. */
  abort(reason: unknown): void {
    if (this.#done) return;
    this.#end = { failure: { reason } };
    this.#finish();
  }

  pull(controller: Controller): void {
    const bytes = this.#queue.shift();
    if (bytes) {
      this.#queued -= bytes.length;
      this.#give(controller, bytes);
    } else {
      this.#waiting = controller;
      this.#reader.waits();
      this.#room?.resolve();
    }
    this.#finishOnceRead();
  }

  cancel(): void {
    if (this.#done) return;
    this.#close();
    this.#reader.leaves();
    this.#reader.done();
  }

  #give(controller: Controller, bytes: Uint8Array<ArrayBuffer>): void {
    this.#waiting = undefined;
    this.#reader.rests();
    controller.enqueue(bytes); // May pull at once, where another read waits.
  }

  #finishOnceRead(): void {
    if (!this.#end || this.#done || this.#queue.length > 0) return;
    // What a read into a buffer left over is in the stream's own queue: a failure would drop it, and a close would fail a
    // read that asks for more (Streams Standard, ReadableByteStreamControllerPullInto). The next pull comes after it.
    if ((this.#controller.deref()?.desiredSize ?? 0) >= 0) this.#finish();
  }

  #finish(): void {
    const controller = this.#waiting ?? this.#controller.deref();
    const failure = this.#end?.failure;
    this.#close();
    if (failure) controller?.error(failure.reason);
    else {
      controller?.close();
      if (controller && "byobRequest" in controller) controller.byobRequest?.respond(0); // Streams Standard: a read into a buffer would wait for ever.
    }
    this.#reader.done();
  }

  #close(): void {
    this.#done = true;
    this.#waiting = undefined;
    this.#queue = [];
  }
}
