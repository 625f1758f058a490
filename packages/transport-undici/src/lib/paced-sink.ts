import { PieceJoiner, promiseOf, type ResponseSink } from "@headrace/core/transport";

/** Takes a body, piece by piece, then learns how it ended. */
export interface BodyStage {
  push(bytes: Uint8Array): void;
  /** @param failure why it ended early; `undefined` at its end */
  finish(failure: unknown): void;
}

/** How much is taken in while the sink is pending, before the source is held: a reset cannot destroy it any more. */
export const MAX_READ_AHEAD: number = 64 * 1024;

/** What a stage tells the one before it. */
export interface Upstream {
  /** Whether to send no more for now (it may still send what it has at hand) or go on. */
  pace(hold: boolean): void;
}

/**
 * Hands a body to a sink in step: after the sink returned a promise, what still comes waits, and so does
 * the end, be it good or bad, until that has settled.
 */
export class PacedSink implements BodyStage {
  upstream: Upstream | undefined;
  readonly #sink: ResponseSink;
  readonly #onFailure: (reason: unknown) => void;
  readonly #onFinish: (failure: unknown) => void;
  /** Empty while the sink is pending: what it hands on is lent, and cannot wait. */
  readonly #joiner: PieceJoiner = new PieceJoiner((bytes) => this.#deliver(bytes));
  #joins = false;
  #queue: Uint8Array[] = [];
  #queued = 0;
  #pending = false;
  #over = false;
  #finish: { failure: unknown } | undefined;

  /**
   * @param onFailure called with what the sink threw or rejected with
   * @param onFinish called with what `finish` was, when all before it has been taken
   */
  constructor(sink: ResponseSink, onFailure: (reason: unknown) => void, onFinish: (failure: unknown) => void) {
    this.#sink = sink;
    this.#onFailure = onFailure;
    this.#onFinish = onFinish;
  }

  /**
   * From now on short pieces are joined.
   *
   * @returns to be called when those that came together have come
   */
  join(): () => void {
    this.#joins = true;
    return () => this.flush();
  }

  push(bytes: Uint8Array): void {
    if (this.#over || bytes.length === 0) return;
    if (!this.#pending) {
      void this.#joiner.push(bytes);
      if (!this.#joins) this.flush();
      return;
    }
    this.#queue.push(bytes);
    this.#queued += bytes.length;
    if (this.#queued > MAX_READ_AHEAD) this.upstream?.pace(true);
  }

  /** Hands on what it has kept to join it. */
  flush(): void {
    if (!this.#over) void this.#joiner.flush();
  }

  finish(failure: unknown): void {
    this.flush();
    if (this.#over) return;
    if (this.#pending) {
      this.#finish ??= { failure };
      return;
    }
    this.#over = true;
    this.#onFinish(failure);
  }

  /** No call is made any more. */
  stop(): void {
    this.#over = true;
    this.#queue = [];
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#over) return;
    if (this.#pending) return this.#putBack(bytes);
    let promise: Promise<void> | undefined;
    try {
      promise = promiseOf(this.#sink.body(bytes));
    } catch (reason) {
      this.#fail(reason);
      return;
    }
    if (!promise) return;
    this.#pending = true;
    promise.then(
      () => this.#resume(),
      (reason: unknown) => this.#fail(reason),
    );
  }

  /** A long piece, whose sink is pending because of the short ones before it. */
  #putBack(bytes: Uint8Array): void {
    this.#queue.unshift(bytes);
    this.#queued += bytes.length;
  }

  #resume(): void {
    this.#pending = false;
    while (!this.#over && !this.#pending) {
      const bytes = this.#queue.shift();
      if (!bytes) break;
      this.#queued -= bytes.length;
      void this.#joiner.push(bytes);
    }
    this.flush();
    if (this.#over || this.#pending) return;
    if (this.#finish) this.finish(this.#finish.failure);
    else this.upstream?.pace(false);
  }

  #fail(reason: unknown): void {
    if (this.#over) return;
    this.stop();
    this.#onFailure(reason);
  }
}
