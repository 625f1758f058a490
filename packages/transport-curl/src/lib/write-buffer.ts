import type { Libcurl } from "./libcurl.ts";
import type { Stdio } from "./stdio.ts";

/** Who writes into the buffer, once it has been lent. */
export interface Writer {
  /** Puts the write function of its easy handle back to the callback. */
  restoreWriteFunction(): void;
  /** Puts its write function to `fwrite`, on `file`. */
  setWriteFile(file: number): void;
  /** What came of it, in order. The bytes are good until this returns. */
  written(bytes: Uint8Array): void;
  /** The same from inside libcurl, where the buffer was full. @returns how many bytes it took: `length`, or the transfer fails */
  writtenAt(address: number, length: number): number;
}

/** As much as libcurl reads at once. */
const size = 64 * 1024;

/**
 * Memory that libcurl writes bodies to by itself, with C's `fwrite`, which is its default: it calls back once
 * for each chunk of HTTP, and a call into JavaScript costs twenty times as much. Lent to one transfer at a time.
 */
export class WriteBuffer {
  readonly #curl: Libcurl;
  readonly #stdio: Stdio;
  readonly #memory: Buffer = Buffer.allocUnsafeSlow(size);
  readonly #full: bigint;
  readonly #file: number;
  #writer: Writer | undefined;

  constructor(curl: Libcurl, stdio: Stdio) {
    this.#curl = curl;
    this.#stdio = stdio;
    this.#full = stdio.registerFull((address, length) => this.#writer?.writtenAt(address, length) ?? 0);
    this.#file = stdio.open(Number(curl.koffi.address(this.#memory)), size, this.#full);
  }

  /** Lends it to a transfer, also from inside libcurl. */
  lend(writer: Writer): void {
    if (this.#writer === writer || this.#file === 0) return;
    if (this.#writer !== undefined) this.takeBack(this.#writer);
    this.#writer = writer;
    writer.setWriteFile(this.#file);
  }

  /** Takes it back from a transfer that must be called for each piece again, or is over. */
  takeBack(writer: Writer): void {
    if (this.#writer !== writer) return;
    this.collect();
    this.#writer = undefined;
    writer.restoreWriteFunction();
  }

  /** Hands over what was written. To be called whenever libcurl has been left. */
  collect(): void {
    if (this.#writer === undefined) return;
    const length = this.#stdio.pending(this.#file);
    if (length === 0) return;
    try {
      this.#writer.written(this.#memory.subarray(0, length));
    } finally {
      this.#stdio.purge(this.#file);
    }
  }

  dispose(): void {
    if (this.#file !== 0) this.#stdio.close(this.#file);
    this.#curl.koffi.unregister(this.#full);
  }
}
