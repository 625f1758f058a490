import type { Gunzip } from "node:zlib";
import { codeOfNodeError, TransportError, type TransportSupport } from "@headrace/core/transport";
import { MAX_READ_AHEAD, type BodyStage, type Upstream } from "./paced-sink.ts";
import { notHttp } from "./response-head.ts";

type Coding = TransportSupport["decompression"][number];
type Decoder = Gunzip;

/** Loaded when it is needed: that takes longer than all else of an import of this package. */
const zlib = (): typeof import("node:zlib") => process.getBuiltinModule("node:zlib");

const known: Record<Coding, (first: number) => Decoder> = {
  gzip: () => zlib().createGunzip(),
  // RFC 9110 section 8.4.1.2 means zlib's format; some servers send bare DEFLATE, whose first byte is never 8 below.
  deflate: (first) => ((first & 0x0f) === 8 ? zlib().createInflate() : zlib().createInflateRaw()),
  br: () => zlib().createBrotliDecompress(),
  zstd: () => zlib().createZstdDecompress(),
};

/** The content codings that this Node can undo, and whose end it proves. */
export const contentCodings = (): readonly Coding[] =>
  provesZstdEnd() ? ["gzip", "deflate", "br", "zstd"] : ["gzip", "deflate", "br"];

/** Node 22 takes a zstd frame that was cut short for a whole one (nodejs/node#64592). */
function provesZstdEnd(): boolean {
  zstdEnd ??= typeof zlib().zstdDecompressSync === "function" && fails(() => zlib().zstdDecompressSync(ZSTD_MAGIC));
  return zstdEnd;
}

let zstdEnd: boolean | undefined;
const ZSTD_MAGIC = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd);

function fails(run: () => unknown): boolean {
  try {
    run();
    return false;
  } catch {
    return true;
  }
}

/** As much as fetch implementations undo: each takes memory of its own, and nobody means more than two. */
const MAX_CODINGS = 5;

/**
 * Puts a decoder for each coding of `Content-Encoding` before `next`, the last applied undone first.
 * Bytes in a coding that is not known go through as they are: core refuses them at the head.
 *
 * @throws `protocol` for more than five codings
 * @returns the stage to push received bytes to; its `upstream` is the caller's to set
 */
export function decodeContent(
  contentEncoding: string | null,
  next: BodyStage & { upstream: Upstream | undefined },
): typeof next {
  const codings = (contentEncoding ?? "")
    .toLowerCase()
    .split(",")
    // RFC 9110 section 8.4.1.3: a recipient takes "x-gzip" for "gzip".
    .map((coding) => coding.trim().replace(/^x-gzip$/, "gzip"))
    .filter((coding) => coding !== "" && coding !== "identity");
  if (codings.length > MAX_CODINGS)
    throw notHttp(`the response has ${codings.length} content codings, over the limit of ${MAX_CODINGS}`, "body");
  if (!codings.every((coding): coding is Coding => (contentCodings() as readonly string[]).includes(coding)))
    return next;
  let first = next;
  for (const coding of codings) {
    const stage = new ContentDecoder(coding, first);
    first.upstream = stage;
    first = stage;
  }
  return first;
}

/**
 * Undoes one content coding. What a piece decodes to is handed on before the next piece goes in, so
 * nothing waits for more input, an error comes after all that preceded it, and a bomb cannot swell.
 */
class ContentDecoder implements BodyStage, Upstream {
  upstream: Upstream | undefined;
  readonly #coding: Coding;
  readonly #next: BodyStage;
  #decoder: Decoder | undefined;
  readonly #input: Uint8Array[] = [];
  #inputSize = 0;
  #held = false;
  #writing = false;
  #settled = false;
  /** The coding's own end, or its error, was reached. */
  #over: { failure: unknown } | undefined;
  #finish: { failure: unknown } | undefined;

  constructor(coding: Coding, next: BodyStage) {
    this.#coding = coding;
    this.#next = next;
  }

  push(bytes: Uint8Array): void {
    if (this.#over || this.#finish) return;
    this.#input.push(bytes);
    this.#inputSize += bytes.length;
    if (this.#inputSize > MAX_READ_AHEAD) this.upstream?.pace(true);
    this.#pump();
  }

  finish(failure: unknown): void {
    this.#finish ??= { failure };
    this.#pump();
  }

  pace(hold: boolean): void {
    this.#held = hold;
    if (hold) return;
    this.#drain();
    this.#pump();
  }

  #pump(): void {
    if (this.#held || this.#writing) return;
    if (this.#over) {
      if (this.#finish) this.#settle(this.#over.failure ?? this.#finish.failure);
      else this.upstream?.pace(false);
      return;
    }
    const piece = this.#input.shift();
    if (piece) {
      this.#inputSize -= piece.length;
      this.#write(piece);
    } else if (!this.#finish) {
      this.upstream?.pace(false);
    } else if (this.#finish.failure !== undefined || !this.#decoder) {
      this.#settle(this.#finish.failure);
    } else {
      this.#decoder.end();
    }
  }

  #write(piece: Uint8Array): void {
    let decoder: Decoder;
    try {
      decoder = this.#open(piece[0] ?? 0);
    } catch (cause) {
      // zlib has no memory for another.
      return this.#reach(this.#errorOf(cause as NodeJS.ErrnoException));
    }
    this.#writing = true;
    decoder.write(piece, () => {
      this.#writing = false;
      this.#drain();
      this.#pump();
    });
  }

  #open(first: number): Decoder {
    if (this.#decoder) return this.#decoder;
    const decoder = known[this.#coding](first);
    decoder.on("readable", () => this.#drain());
    decoder.on("end", () => this.#reach(undefined));
    decoder.on("error", (cause: NodeJS.ErrnoException) => this.#reach(this.#errorOf(cause)));
    this.#decoder = decoder;
    return decoder;
  }

  #reach(failure: unknown): void {
    this.#over ??= { failure };
    this.#input.length = 0;
    this.#writing = false;
    this.#drain();
    // An error needs no end of the wire to be told; the coding's end does.
    if (failure !== undefined) this.#finish = { failure };
    this.#pump();
  }

  #drain(): void {
    let bytes: Uint8Array | null;
    // After its error too the decoder gives what it had decoded before (run).
    while (!this.#held && this.#decoder && (bytes = this.#decoder.read() as Uint8Array | null)) this.#next.push(bytes);
  }

  #settle(failure: unknown): void {
    if (this.#settled) return;
    this.#settled = true;
    this.#decoder?.destroy();
    this.#next.finish(failure);
  }

  #errorOf(cause: NodeJS.ErrnoException): TransportError {
    const cut = codeOfNodeError(cause, true) === "truncated";
    const message = cut ? `the ${this.#coding} content was cut short` : `the ${this.#coding} content is corrupt`;
    return new TransportError(cut ? "truncated" : "protocol", message, {
      phase: "body",
      ...(cause.code && { detail: cause.code }),
    });
  }
}
