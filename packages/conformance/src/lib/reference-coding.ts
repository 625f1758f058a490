import type { Transform } from "node:stream";
import zlib from "node:zlib";
import { type ResponseHead, TransportError } from "@headrace/core/transport";

const decoders: Readonly<Record<string, (first: number | undefined) => Transform>> = {
  gzip: () => zlib.createGunzip(),
  // RFC 9110 8.4.1.2: some send deflate without the zlib format, whose first byte has 8 in its lower half.
  deflate: (first = 8) => ((first & 15) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
};

/** Node before 24 takes a cut zstd for a whole one. */
const provesZstd = Number.parseInt(process.versions.node) >= 24;

/** What can be undone, and its end proven. */
export const referenceCodings: readonly ("gzip" | "deflate" | "br" | "zstd")[] = [
  "gzip",
  "deflate",
  "br",
  ...(provesZstd ? (["zstd"] as const) : []),
];

/** Where a response goes. */
export interface Deliver {
  head(head: ResponseHead): void;
  body(bytes: Uint8Array): Promise<void>;
  trailers(trailers: Headers): void;
}

/** Takes the bytes of a body, then its end. */
type BodyDecoder = Pick<Deliver, "body"> & { end(): Promise<void> };

/** Undoes the content codings on the way, once the head has told them; `end` is the body's. */
export function decoding(deliver: Deliver): Deliver & BodyDecoder {
  let decoder: BodyDecoder = { body: deliver.body, end: async () => {} };
  return {
    head(head) {
      decoder = codingsOf(head).reduce(undo, decoder);
      deliver.head(head);
    },
    body: (bytes) => decoder.body(bytes),
    end: () => decoder.end(),
    trailers: deliver.trailers,
  };
}

/** In the order in which they were applied (RFC 9110 section 8.4); none where one of them is not known. */
function codingsOf({ headers }: ResponseHead): string[] {
  const names = (headers.get("content-encoding") ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase().replace("x-gzip", "gzip"))
    .filter((name) => name !== "" && name !== "identity");
  return names.every((name) => (referenceCodings as readonly string[]).includes(name)) ? names : [];
}

/** Puts a decoder in front of another. */
function undo(next: BodyDecoder, coding: string): BodyDecoder {
  let decoder: Decoder | undefined;
  return {
    async body(bytes) {
      decoder ??= new Decoder(decoders[coding]?.(bytes[0]) as Transform);
      for await (const decoded of decoder.decode(new Uint8Array(bytes))) await next.body(decoded);
    },
    async end() {
      // An empty body has no coding to end.
      for await (const decoded of decoder?.finish() ?? []) await next.body(decoded);
      await next.end();
    },
  };
}

/** A decoder of node:zlib, read before anything more is written: it flushes, and rests when nobody reads. */
class Decoder {
  readonly #stream: Transform;
  #failure: Error | undefined;
  #wake: () => void = () => {};

  constructor(stream: Transform) {
    this.#stream = stream;
    stream.on("readable", () => this.#wake());
    stream.on("error", (error) => this.#fail(error));
  }

  /** What comes of these bytes. */
  decode(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    return this.#read((done) => this.#stream.write(bytes, done));
  }

  /** What comes of the end; throws where the coding has not come to its own. */
  finish(): AsyncGenerator<Uint8Array> {
    return this.#read((done) => this.#stream.once("end", done).end());
  }

  async *#read(write: (done: () => void) => void): AsyncGenerator<Uint8Array> {
    let isDone = false;
    write(() => {
      isDone = true;
      this.#wake();
    });
    for (;;) {
      const decoded = this.#stream.read() as Uint8Array | null;
      if (decoded !== null) yield decoded;
      else if (this.#failure !== undefined) throw codingError(this.#failure);
      else if (isDone) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }
}

function codingError(cause: Error): TransportError {
  const isCut = "code" in cause && cause.code === "Z_BUF_ERROR";
  if (isCut) return new TransportError("truncated", "The content coding is cut short");
  return new TransportError("protocol", "The content coding is corrupt");
}
