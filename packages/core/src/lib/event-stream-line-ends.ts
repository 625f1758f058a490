import { afterLastLine, afterNextLine } from "./event-stream-bytes.ts";

/**
 * Finds line ends in bytes by their number. CR and LF occur in no multi-byte sequence, so the n-th of a
 * text is the n-th of its bytes; where the text is not one unit to a byte, that is how positions are had.
 */
export class LineEnds {
  readonly #bytes: Uint8Array;
  readonly #begin: number;
  readonly #stop: number;
  /** How many there are in all, once that is known: then they are counted from the end. */
  total: number | undefined;
  #seen = 0;
  #place: number;

  /** @param stop just after the last line end */
  constructor(bytes: Uint8Array, begin: number, stop: number) {
    this.#bytes = bytes;
    this.#begin = this.#place = begin;
    this.#stop = stop;
  }

  /** How many bytes there are up to and with the n-th. */
  bytesTo(n: number): number {
    if (n === 0) return 0;
    if (this.total !== undefined) {
      this.#place = this.#stop;
      for (let i = this.total; i > n; i--) this.#place = afterLastLine(this.#bytes, this.#place - 1);
    } else {
      if (n < this.#seen) [this.#seen, this.#place] = [0, this.#begin];
      for (; this.#seen < n; this.#seen++) this.#place = afterNextLine(this.#bytes, this.#place);
    }
    return this.#place - this.#begin;
  }
}
