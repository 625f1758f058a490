import { TransportError } from "@headrace/core/transport";

/** A content coding (RFC 9110 section 8.4.1) that can be undone here. */
export type ContentCoding = "gzip" | "deflate" | "br" | "zstd";

/**
 * What a decompressor of `node:zlib` is made of. `writeSync` is not documented, but has not changed since
 * Node 11 and npm's own tar rests on what lies just above it; there is no documented way to decompress a
 * stream piece by piece without going through the event loop, which a blocking call cannot do. It is tried
 * out before it is relied on: see `decodableCodings`.
 */
interface Decompressor {
  readonly _handle: {
    writeSync(
      flush: number,
      input: Uint8Array,
      inputOffset: number,
      inputLength: number,
      output: Uint8Array,
      outputOffset: number,
      outputLength: number,
    ): void;
  };
  /** After each write: room left in the output, bytes left of the input. */
  readonly _writeState: ArrayLike<number>;
  readonly errored: (Error & { code?: string }) | null;
  on(event: "error", listener: () => void): unknown;
  destroy(): void;
}

interface Codec {
  create(firstByte: number): unknown;
  readonly flush: number;
  readonly finish: number;
}

type Zlib = typeof import("node:zlib");

/** `node:zlib`, loaded at first use: it takes longer than the rest of this package. */
function loadZlib(): Zlib {
  return process.getBuiltinModule("node:zlib");
}

function createCodecs(zlib: Zlib): Partial<Record<string, Codec>> {
  const { constants } = zlib;
  const zlibFlush = { flush: constants.Z_SYNC_FLUSH, finish: constants.Z_FINISH };
  return {
    gzip: { create: () => zlib.createGunzip(), ...zlibFlush },
    // RFC 9110 section 8.4.1.2: "deflate" has a zlib header, but some servers send it without.
    deflate: {
      create: (first) => ((first & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
      ...zlibFlush,
    },
    br: {
      create: () => zlib.createBrotliDecompress(),
      flush: constants.BROTLI_OPERATION_FLUSH,
      finish: constants.BROTLI_OPERATION_FINISH,
    },
    // Since Node 22.15.
    ...(typeof zlib.createZstdDecompress === "function" && {
      zstd: {
        create: () => zlib.createZstdDecompress(),
        flush: constants.ZSTD_e_flush,
        finish: constants.ZSTD_e_end,
      },
    }),
  };
}

let codecs: Partial<Record<string, Codec>> | undefined;

function codecOf(name: string): Codec | undefined {
  return (codecs ??= createCodecs(loadZlib()))[name];
}

/** Most input given at once: where it is corrupt, what the same step had decoded before is lost. */
const step = 256;

const outputSize = 32 * 1024;

/** More than any server stacks; a response that names thousands is an attack on memory. */
const mostCodings = 5;

/** One coding, undone as its bytes arrive. */
class Decoder {
  readonly #codec: Codec;
  #output: Buffer | undefined;
  #decompressor: Decompressor | undefined;

  constructor(codec: Codec) {
    this.#codec = codec;
  }

  /** Everything that can be had from `input`, in pieces that are only good until the next is asked for. */
  *decode(input: Uint8Array): Generator<Uint8Array, void, undefined> {
    const decompressor = (this.#decompressor ??= this.#create(input[0] ?? 0));
    yield* this.#write(decompressor, input, this.#codec.flush);
  }

  /** Checks that the coding's own end was reached. A body of no bytes at all has nothing to end. */
  *finish(): Generator<Uint8Array, void, undefined> {
    if (this.#decompressor) yield* this.#write(this.#decompressor, new Uint8Array(0), this.#codec.finish);
  }

  destroy(): void {
    this.#decompressor?.destroy();
  }

  #create(firstByte: number): Decompressor {
    const decompressor = this.#codec.create(firstByte) as Decompressor;
    // The error is read from `errored`; without a listener its event would be uncaught.
    decompressor.on("error", () => {});
    return decompressor;
  }

  *#write(decompressor: Decompressor, input: Uint8Array, flush: number): Generator<Uint8Array, void, undefined> {
    const output = (this.#output ??= Buffer.allocUnsafeSlow(outputSize));
    const { _handle: handle, _writeState: state } = decompressor;
    let offset = 0;
    let produced = 0;
    do {
      const length = Math.min(input.length - offset, step);
      handle.writeSync(flush, input, offset, length, output, 0, output.length);
      if (decompressor.errored) throw codingError(decompressor.errored);
      produced = output.length - (state[0] ?? 0);
      const left = state[1] ?? 0;
      if (produced > 0) yield output.subarray(0, produced);
      else if (left > 0 && left === length) {
        throw new TransportError("protocol", "the body goes on after the end of its content coding", { phase: "body" });
      }
      offset += length - left;
    } while (offset < input.length || produced === output.length);
  }
}

function codingError({ code, message }: { code?: string; message: string }): Error {
  return code === "Z_BUF_ERROR"
    ? new TransportError("truncated", "the body ended inside its content coding", { phase: "body" })
    : new TransportError("protocol", `the body's content coding is corrupt: ${message}`, { phase: "body" });
}

/** The content codings of one body, undone in reverse order (RFC 9110 section 8.4). */
export class ContentDecoding {
  readonly #decoders: readonly Decoder[];

  private constructor(decoders: readonly Decoder[]) {
    this.#decoders = decoders;
  }

  /**
   * @param contentEncoding the header's value
   * @returns `undefined` where there is nothing to undo, or a coding that is not known: core refuses that one
   * @throws `protocol` for more than five
   */
  static of(contentEncoding: string | null): ContentDecoding | undefined {
    if (contentEncoding === null) return undefined;
    const names = contentEncoding
      .toLowerCase()
      .split(",")
      .map((name) => name.trim().replace(/^x-(?=gzip$)/, ""))
      .filter((name) => name !== "" && name !== "identity");
    if (names.length > mostCodings) {
      throw new TransportError("protocol", `the body has ${names.length} content codings, ${mostCodings} are taken`, {
        phase: "head",
      });
    }
    const wanted = names.toReversed().map((name) => (isDecodable(name) ? codecOf(name) : undefined));
    const known = wanted.filter((codec) => codec !== undefined);
    return known.length === 0 || known.length < wanted.length
      ? undefined
      : new ContentDecoding(known.map((codec) => new Decoder(codec)));
  }

  decode(input: Uint8Array): Iterator<Uint8Array> {
    return this.#through(0, [input]);
  }

  /** What the end of the body still gives; throws `truncated` where a coding has not ended. */
  finish(): Iterator<Uint8Array> {
    return this.#finishFrom(0);
  }

  destroy(): void {
    for (const decoder of this.#decoders) decoder.destroy();
  }

  *#through(from: number, pieces: Iterable<Uint8Array>): Generator<Uint8Array, void, undefined> {
    const decoder = this.#decoders[from];
    if (!decoder) yield* pieces;
    else for (const piece of pieces) yield* this.#through(from + 1, decoder.decode(piece));
  }

  *#finishFrom(from: number): Generator<Uint8Array, void, undefined> {
    const decoder = this.#decoders[from];
    if (!decoder) return;
    yield* this.#through(from + 1, decoder.finish());
    yield* this.#finishFrom(from + 1);
  }
}

let decodable: readonly ContentCoding[] | undefined;

function isDecodable(name: string): boolean {
  return (decodableCodings() as readonly string[]).includes(name);
}

/** The codings that this Node decodes and whose end it proves (Node 22 accepts a cut zstd), found out by trying. */
export function decodableCodings(): readonly ContentCoding[] {
  return (decodable ??= (Object.keys(samples) as ContentCoding[]).filter(decodes));
}

/** The letter h in each coding. */
const samples: Record<ContentCoding, (zlib: Zlib) => Uint8Array> = {
  gzip: (zlib) => zlib.gzipSync("h"),
  deflate: (zlib) => zlib.deflateSync("h"),
  br: (zlib) => zlib.brotliCompressSync("h"),
  zstd: (zlib) => zlib.zstdCompressSync("h"),
};

function decodes(coding: ContentCoding): boolean {
  const codec = codecOf(coding);
  if (!codec) return false;
  const sample = samples[coding](loadZlib());
  return attempt(codec, sample) === "h" && attempt(codec, sample.subarray(0, -1)) === "truncated";
}

/** What comes of decoding `input`: the text, or the code of the error. */
function attempt(codec: Codec, input: Uint8Array): string {
  const decoder = new Decoder(codec);
  try {
    const text = [...decoder.decode(input)].map((piece) => Buffer.from(piece).toString());
    return text.join("") + [...decoder.finish()].length.toString().replace("0", "");
  } catch (error) {
    return String((error as { code?: unknown }).code);
  } finally {
    decoder.destroy();
  }
}
