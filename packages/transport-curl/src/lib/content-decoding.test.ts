import * as zlib from "node:zlib";
import { describe, expect, test } from "vitest";
import { ContentDecoding, decodableCodings, type ContentCoding } from "./content-decoding.ts";

const text = Array.from({ length: 400 }, (_, index) => `data: ${index} ${(index * 7919) % 1009}\n\n`).join("");

const encoders: Record<ContentCoding, (input: Uint8Array) => Uint8Array> = {
  gzip: (input) => zlib.gzipSync(input),
  deflate: (input) => zlib.deflateSync(input),
  br: (input) => zlib.brotliCompressSync(input),
  zstd: (input) => zlib.zstdCompressSync(input),
};

function decode(encoding: string, bytes: Uint8Array, step = bytes.length): { text: string; code?: string } {
  const decoding = ContentDecoding.of(encoding);
  if (!decoding) throw new Error(`${encoding} is not decoded`);
  const pieces: Buffer[] = [];
  const take = (outputs: Iterator<Uint8Array>): void => {
    for (let next = outputs.next(); !next.done; next = outputs.next()) pieces.push(Buffer.from(next.value));
  };
  try {
    for (let at = 0; at < bytes.length; at += step) take(decoding.decode(bytes.subarray(at, at + step)));
    take(decoding.finish());
    return { text: Buffer.concat(pieces).toString() };
  } catch (error) {
    return { text: Buffer.concat(pieces).toString(), code: (error as { code: string }).code };
  } finally {
    decoding.destroy();
  }
}

test("every coding of this Node but perhaps zstd, whose end Node 22 does not check, is decoded", () => {
  expect(decodableCodings().slice(0, 3)).toEqual(["gzip", "deflate", "br"]);
});

describe.each(decodableCodings())("%s", (coding) => {
  const encoded = encoders[coding](Buffer.from(text));

  test.each([1, 3, 300])("in steps of %i bytes", (step) => {
    expect(decode(coding, encoded, step)).toEqual({ text });
  });

  test("cut short is truncated, at every length", () => {
    for (let length = 1; length < encoded.length; length += 61) {
      const { code, text: prefix } = decode(coding, encoded.subarray(0, length));
      expect(code, `cut at ${length}`).toBe("truncated");
      expect(text.startsWith(prefix)).toBe(true);
    }
  });

  test("with garbage after its end is a protocol error, after the whole text", () => {
    expect(decode(coding, Buffer.concat([encoded, Buffer.from("?!?!?!?!")]), 1)).toEqual({ text, code: "protocol" });
  });

  test("that never was is a protocol error", () => {
    expect(decode(coding, Buffer.from("data: plain text\n\n")).code).toBe("protocol");
  });
});

test("a flushed piece is decoded before the next one comes", () => {
  const flushed = zlib.gzipSync("data: 1\n\n", { finishFlush: zlib.constants.Z_SYNC_FLUSH });
  const pieces = [...iterate(ContentDecoding.of("gzip")?.decode(flushed))];
  expect(Buffer.concat(pieces).toString()).toBe("data: 1\n\n");
});

function* iterate(outputs: Iterator<Uint8Array> | undefined): Generator<Uint8Array> {
  for (let next = outputs?.next(); next && !next.done; next = outputs?.next()) yield next.value;
}

test("deflate without a zlib header", () => {
  expect(decode("deflate", zlib.deflateRawSync(text), 5)).toEqual({ text });
});

test("two gzip members", () => {
  const members = [zlib.gzipSync(text.slice(0, 100)), zlib.gzipSync(text.slice(100))];
  expect(decode("gzip", Buffer.concat(members), 11)).toEqual({ text });
});

test("stacked codings are undone in reverse, and each must end", () => {
  const inner = zlib.gzipSync(text);
  expect(decode("X-GZip , br", zlib.brotliCompressSync(inner), 9)).toEqual({ text });
  expect(decode("gzip, br", zlib.brotliCompressSync(inner.subarray(0, -1)), 9).code).toBe("truncated");
});

test("a corrupt checksum is a protocol error", () => {
  const corrupt = Buffer.from(zlib.gzipSync(text));
  corrupt[corrupt.length - 6] = (corrupt[corrupt.length - 6] ?? 0) ^ 1;
  expect(decode("gzip", corrupt).code).toBe("protocol");
});

test("a bomb is decoded only as fast as it is taken", () => {
  const quick = { params: { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 } };
  const bomb = zlib.brotliCompressSync(Buffer.alloc(64 * 1024 * 1024), quick);
  const outputs = ContentDecoding.of("br")?.decode(bomb);
  const before = process.memoryUsage().arrayBuffers;
  expect(outputs?.next().value.length).toBeLessThanOrEqual(32 * 1024);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
});

test("more than five codings are refused before any memory is taken for them", () => {
  expect(ContentDecoding.of("gzip, gzip, gzip, gzip, gzip, identity")).toBeDefined();
  const before = process.memoryUsage().arrayBuffers;
  for (let made = 0; made < 100; made++) ContentDecoding.of("br, br, br, br, br");
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  expect(() => ContentDecoding.of("gzip, ".repeat(6))).toThrow(expect.objectContaining({ code: "protocol" }));
});

test.each([null, "", "identity", "compress", "gzip, compress"])("%s is left as it is", (encoding) => {
  expect(ContentDecoding.of(encoding)).toBeUndefined();
});
