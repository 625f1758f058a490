import { promiseOf } from "./promise-of.ts";

/** Up to here a piece is joined to others: longer ones cost a sink less than to copy them. */
const SHORT = 4096;
/** From here on what is joined is handed on: more would not be cheaper, and keep memory. */
const ENOUGH = 16_384;

/** For whoever fills one next. Between two turns of the event loop hardly anybody has one. */
let spare: Uint8Array | undefined;

/**
 * Joins the short pieces of a body that come together, as an HTTP chunk for each event does: a server's burst of them is in
 * one read of the socket. For a sink a piece costs more than to copy it: joined, events of 230 bytes are framed in 0.4 of the time.
 *
 * Call `flush` when the read is over, at the end of the body and before its error: until then a piece may be kept. So no piece
 * comes later than what came with it. What was put in stays untouched until then; what is handed on is lent (contract 3),
 * and nobody may put anything in while `deliver`'s promise is pending.
 */
export class PieceJoiner {
  readonly #deliver: (bytes: Uint8Array) => void | Promise<void>;
  /** The only piece, as it came. */
  #first: Uint8Array | undefined;
  /** Two pieces and more. */
  #buffer: Uint8Array | undefined;
  #length = 0;

  /** @param deliver the `body` of a sink, as a rule */
  constructor(deliver: (bytes: Uint8Array) => void | Promise<void>) {
    this.#deliver = deliver;
  }

  /** Takes a piece. A promise, as from `deliver`: nothing more until it settles. */
  push(bytes: Uint8Array): Promise<void> | undefined {
    const { length } = bytes;
    if (length > SHORT) {
      const pending = this.flush();
      return pending ? pending.then(() => this.#deliver(bytes)) : promiseOf(this.#deliver(bytes));
    }
    if (this.#length === 0) this.#first = bytes;
    else (this.#buffer ??= this.#begin()).set(bytes, this.#length);
    this.#length += length;
    return this.#length < ENOUGH ? undefined : this.flush();
  }

  /** Hands on what has come. */
  flush(): Promise<void> | undefined {
    if (this.#length === 0) return undefined;
    const buffer = this.#buffer;
    const bytes = buffer ? buffer.subarray(0, this.#length) : (this.#first as Uint8Array);
    this.#length = 0;
    this.#buffer = this.#first = undefined;
    const pending = promiseOf(this.#deliver(bytes));
    spare ??= buffer;
    return pending;
  }

  #begin(): Uint8Array {
    const buffer = spare ?? new Uint8Array(ENOUGH + SHORT);
    spare = undefined;
    buffer.set(this.#first as Uint8Array);
    return buffer;
  }
}
