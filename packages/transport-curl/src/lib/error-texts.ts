import type { Libcurl } from "./libcurl.ts";

/** `CURL_ERROR_SIZE`. */
const textSize = 256;
const textsOfSlab = 64;

interface Slab {
  readonly memory: Buffer;
  readonly address: number;
}

/**
 * Memory for what libcurl says of a transfer that failed (`CURLOPT_ERRORBUFFER`), by the transfer's number: many
 * in a buffer, since a buffer of its own would take twice the memory of its text.
 */
export class ErrorTexts {
  readonly #curl: Libcurl;
  readonly #slabs: Slab[] = [];

  constructor(curl: Libcurl) {
    this.#curl = curl;
  }

  /** Empties the text of a number. @returns its address */
  clear(id: number): number {
    const { memory, address } = this.#slabOf(id);
    const start = startOf(id);
    memory[start] = 0;
    return address + start;
  }

  /** Whether libcurl has said anything. */
  has(id: number): boolean {
    return this.#slabOf(id).memory[startOf(id)] !== 0;
  }

  read(id: number): string {
    const { memory } = this.#slabOf(id);
    const start = startOf(id);
    return memory.toString("latin1", start, memory.indexOf(0, start));
  }

  #slabOf(id: number): Slab {
    return (this.#slabs[Math.floor(id / textsOfSlab)] ??= this.#allocate());
  }

  #allocate(): Slab {
    const memory = Buffer.alloc(textSize * textsOfSlab);
    return { memory, address: Number(this.#curl.koffi.address(memory)) };
  }
}

function startOf(id: number): number {
  return (id % textsOfSlab) * textSize;
}
