import { afterLastLine, afterNextLine } from "./event-stream-bytes.ts";

/**
 * Finds line ends in bytes by their number. CR and LF occur in no multi-byte sequence, so the n-th of a
 * text is the n-th of its bytes; where the text is not one unit to a byte, that is how positions are had.
 */
export class LineEnds {
  readonly #bytes: Uint8Array;
  readonly #begin: number;
  /** Where the bytes end; once `finish` was called, just after the last line end. */
  stop: number;
  #total: number | undefined;
  #seen = 0;
  #place: number;

  constructor(bytes: Uint8Array, begin: number, stop: number) {
    this.#bytes = bytes;
    this.#begin = this.#place = begin;
    this.stop = stop;
  }

  /** Says how many there are in all: from now on they are counted from the end. */
  finish(total: number): void {
    this.#total = total;
    this.stop = afterLastLine(this.#bytes, this.#begin, this.stop);
  }

  /** How many bytes there are up to and with the n-th. */
  bytesTo(n: number): number {
    if (n === 0) return 0;
    if (this.#total !== undefined) {
      this.#place = this.stop;
      for (let i = this.#total; i > n; i--) this.#place = afterLastLine(this.#bytes, this.#begin, this.#place - 1);
    } else {
      if (n < this.#seen) [this.#seen, this.#place] = [0, this.#begin];
      for (; this.#seen < n; this.#seen++) this.#place = afterNextLine(this.#bytes, this.#place, this.stop);
    }
    return this.#place - this.#begin;
  }
}
