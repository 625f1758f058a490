import type { Libcurl } from "./libcurl.ts";

interface Slab {
  readonly memory: Buffer;
  readonly address: number;
  used: number;
  /** Pieces that still lie in it. */
  pieces: number;
}

/** Bytes of one response, waiting for its sink. */
export interface Piece {
  slab: Slab;
  start: number;
  end: number;
  /** What arrived after it. */
  next: Piece | undefined;
}

const slabSize = 64 * 1024;
const keptSlabs = 16;
/** Below this much, the bytes of a held-back response are moved out of their slab rather than holding it. */
const movedBelow = slabSize / 2;

/**
 * Memory that libcurl's write callbacks copy into. Slabs are shared by all exchanges of a thread and used
 * again once every piece in them has been delivered, so a fast stream allocates nothing.
 */
export class ByteArena {
  readonly #curl: Libcurl;
  readonly #free: Slab[] = [];
  #current: Slab | undefined;

  constructor(curl: Libcurl) {
    this.#curl = curl;
  }

  /**
   * Copies `length` bytes at `address`.
   *
   * @param last the piece taken just before for the same response: it is extended where possible, so that
   * several small writes become one delivery
   * @returns `last`, or a new piece
   */
  take(address: number, length: number, last: Piece | undefined): Piece {
    const slab = this.#slabFor(length);
    this.#curl.copy(slab.address + slab.used, address, length);
    return this.#extend(slab, length, last);
  }

  /** Copies bytes, as `take`. */
  takeBytes(bytes: Uint8Array, last: Piece | undefined): Piece {
    const slab = this.#slabFor(bytes.length);
    slab.memory.set(bytes, slab.used);
    return this.#extend(slab, bytes.length, last);
  }

  #slabFor(length: number): Slab {
    const slab = this.#current;
    if (slab !== undefined && slab.memory.length - slab.used >= length) return slab;
    return this.#replaceCurrent(length);
  }

  #extend(slab: Slab, length: number, last: Piece | undefined): Piece {
    const start = slab.used;
    slab.used += length;
    if (last !== undefined && last.slab === slab && last.end === start) {
      last.end = slab.used;
      return last;
    }
    slab.pieces++;
    return { slab, start, end: slab.used, next: undefined };
  }

  /** Says that a piece is no longer needed. */
  release({ slab }: Piece): void {
    if (--slab.pieces > 0) return;
    if (slab === this.#current) slab.used = 0;
    else this.#keep(slab);
  }

  /** Gives a piece memory of its own, where it would hold on to much more than its bytes. */
  detach(piece: Piece): void {
    const length = piece.end - piece.start;
    if (length >= movedBelow) return;
    const memory = Buffer.from(view(piece));
    this.release(piece);
    piece.slab = { memory, address: 0, used: length, pieces: 1 };
    piece.start = 0;
    piece.end = length;
  }

  #replaceCurrent(length: number): Slab {
    const full = this.#current;
    if (full !== undefined && full.pieces === 0) this.#keep(full);
    const free = length <= slabSize ? this.#free.pop() : undefined;
    this.#current = free ?? this.#allocate(Math.max(length, slabSize));
    return this.#current;
  }

  #allocate(size: number): Slab {
    const memory = Buffer.allocUnsafeSlow(size);
    return { memory, address: Number(this.#curl.koffi.address(memory)), used: 0, pieces: 0 };
  }

  #keep(slab: Slab): void {
    if (slab.memory.length !== slabSize || this.#free.length >= keptSlabs) return;
    slab.used = 0;
    this.#free.push(slab);
  }
}

/** The bytes of a piece, not copied. */
export function view({ slab, start, end }: Piece): Uint8Array {
  return slab.memory.subarray(start, end);
}
