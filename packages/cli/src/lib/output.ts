import { fstatSync, ftruncateSync, openSync, writeSync } from "node:fs";

/** Where events go. */
export interface Output {
  /** Whether a write may block the thread until the reader takes it. */
  readonly blocks: boolean;
  write(text: string | Uint8Array): void;
  /** A promise while the reader lags: whoever writes waits for it. */
  ready(): Promise<void> | undefined;
  /** Resolves when what was written is with the system: `true`; or never will be. */
  flush(): Promise<boolean>;
  /** Hands on what is still held; resolves when the reader has it, or never will. Nothing is written after it. */
  end(): Promise<void>;
}

/** The reader of our output is gone: the end, in good order. */
export const OUTPUT_CLOSED: unique symbol = Symbol("the output was closed");

/** Output that could not be written. */
export class OutputError extends Error {}

/** Enough to write at once, without waiting for the end of this turn. */
const BLOCK = 16 * 1024;

/** Writes to standard output without ever blocking the thread. What is written in one turn goes out in one piece. */
export class StreamOutput implements Output {
  readonly blocks = false;
  readonly #stream: NodeJS.WriteStream;
  readonly #onFailure: (reason: unknown) => void;
  #pending = "";
  #failed = false;
  #waiting: Promise<void> | undefined;
  #wake = (): void => {};

  /** @param onFailure called with `OUTPUT_CLOSED` or an `OutputError`, once, when nothing can be written any more */
  constructor(stream: NodeJS.WriteStream, onFailure: (reason: unknown) => void) {
    this.#stream = stream.on("error", this.#onError).on("drain", this.#onDrain);
    this.#onFailure = onFailure;
  }

  write(text: string | Uint8Array): void {
    if (typeof text !== "string") {
      this.#handOn();
      if (!this.#failed) this.#stream.write(Buffer.from(text));
      return;
    }
    if (this.#pending === "") queueMicrotask(() => this.#handOn());
    this.#pending += text;
    if (this.#pending.length > BLOCK) this.#handOn();
  }

  ready(): Promise<void> | undefined {
    if (this.#failed || !this.#stream.writableNeedDrain) return undefined;
    return (this.#waiting ??= new Promise((resolve) => (this.#wake = resolve)));
  }

  async flush(): Promise<boolean> {
    const text = this.#pending;
    this.#pending = "";
    if (this.#failed) return false;
    return await new Promise((resolve) => void this.#stream.write(text, (error) => resolve(!error)));
  }

  async end(): Promise<void> {
    await this.flush();
    this.#stream.off("error", this.#onError).off("drain", this.#onDrain);
  }

  #handOn(): void {
    const text = this.#pending;
    this.#pending = "";
    if (text !== "" && !this.#failed) this.#stream.write(text);
  }

  readonly #onDrain = (): void => {
    this.#waiting = undefined;
    this.#wake();
  };

  readonly #onError = (error: NodeJS.ErrnoException): void => {
    if (!this.#failed) this.#onFailure(outputFailure(error));
    this.#failed = true;
    this.#onDrain();
  };
}

/** Writes to a file descriptor, blocking the thread until it is taken. Throws `OUTPUT_CLOSED` or an `OutputError`. */
export function createBlockingOutput(fd: number): Output {
  return {
    blocks: true,
    write: (text) => writeAll(fd, typeof text === "string" ? Buffer.from(text) : text),
    ready: () => undefined,
    flush: () => Promise.resolve(true),
    end: () => Promise.resolve(),
  };
}

/**
 * Writes to a file, blocking. It is opened now, so that a bad name costs no request, and emptied by the first write.
 *
 * @throws OutputError
 */
export function createFileOutput(path: string): Output {
  const fd = attempt(() => openSync(path, "a"));
  const stats = fstatSync(fd);
  let fresh = stats.isFile();
  const output = createBlockingOutput(fd);
  return {
    ...output,
    blocks: stats.isFIFO() || stats.isSocket(),
    write(text) {
      if (fresh) ftruncateSync(fd);
      fresh = false;
      output.write(text);
    },
  };
}

/** Writes to standard error, for people and programs; a reader that is gone is nobody to tell. */
export function writeError(text: string): void {
  try {
    writeAll(2, Buffer.from(text));
  } catch {
    // Nowhere to say it.
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let offset = 0; offset < bytes.length;) {
    offset += attempt(() => writeSync(fd, bytes, offset));
  }
}

const clock = new Int32Array(new SharedArrayBuffer(4));

function attempt<T>(call: () => T): T {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw outputFailure(error as NodeJS.ErrnoException);
      Atomics.wait(clock, 0, 0, 5); // A pipe that another process made non-blocking.
    }
  }
}

/** What an error of a stream or a descriptor means for the output: `OUTPUT_CLOSED` or an `OutputError`. */
export function outputFailure({ code }: NodeJS.ErrnoException): unknown {
  const closed = code === "EPIPE" || code === "ECONNRESET" || code === "EOF" || code === "ERR_STREAM_DESTROYED";
  return closed ? OUTPUT_CLOSED : new OutputError(`cannot write the output: ${code ?? "failed"}`);
}
