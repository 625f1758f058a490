import zlib, {
  brotliCompressSync,
  constants,
  createGzip,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from "node:zlib";
import { startScriptedServer } from "@headrace/conformance";
import { expect, onTestFinished, test, vi } from "vitest";
import { contentCodings, decodeContent } from "./content-decoding.ts";
import { PacedSink } from "./paced-sink.ts";
import { receive } from "./receive.test-support.ts";
import { undiciTransport } from "./undici-transport.ts";

const text = "data: hello\n\n".repeat(50);
const encode: Record<string, (bytes: Uint8Array) => Uint8Array> = {
  gzip: gzipSync,
  deflate: deflateSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
};

/** Decodes what `feed` pushes, with a sink that takes as long as it likes. */
function decode(contentEncoding: string, onBody: (bytes: Uint8Array) => void | Promise<void> = () => {}) {
  const pieces: string[] = [];
  const holds: boolean[] = [];
  let finish: (failure: unknown) => void;
  const finished = new Promise<{ failure: unknown; text: string; holds: boolean[] }>((resolve) => {
    finish = (failure) => resolve({ failure, text: pieces.join(""), holds });
  });
  const body = (bytes: Uint8Array): void | Promise<void> => {
    pieces.push(Buffer.from(bytes).toString());
    return onBody(bytes);
  };
  const sink = new PacedSink({ head() {}, body }, finish!, (failure) => finish(failure));
  const stage = decodeContent(contentEncoding, sink);
  stage.upstream = { pace: (hold) => void holds.push(hold) };
  return { stage, pieces, finished };
}

test.each([...contentCodings()])("%s is undone, byte by byte too", async (coding) => {
  const bytes = encode[coding]?.(Buffer.from(text)) ?? Buffer.of();
  for (const size of [bytes.length, 1]) {
    const { stage, finished } = decode(coding);
    for (let i = 0; i < bytes.length; i += size) stage.push(bytes.subarray(i, i + size));
    stage.finish(undefined);
    expect(await finished).toMatchObject({ failure: undefined, text });
  }
});

test.each([...contentCodings()])("%s without its last byte is truncated, after all that it held", async (coding) => {
  const bytes = encode[coding]?.(Buffer.from(text)) ?? Buffer.of();
  const { stage, finished } = decode(coding);
  stage.push(bytes.subarray(0, -1));
  stage.finish(undefined);
  const { failure, text: decoded } = await finished;
  expect(failure).toMatchObject({ code: "truncated", phase: "body" });
  expect(text.startsWith(decoded)).toBe(true);
});

test("a wrong checksum is protocol, after what preceded it, even for a slow sink", async () => {
  const bytes = Buffer.from(gzipSync(Buffer.from(text.repeat(1000), "utf8"), { level: 0 }));
  bytes.writeUInt32LE(0, bytes.length - 8);
  const { stage, finished } = decode("gzip", () => new Promise((resolve) => setImmediate(resolve)));
  stage.push(bytes);
  const { failure, text: decoded } = await finished;
  expect(failure).toMatchObject({ code: "protocol", detail: "Z_DATA_ERROR" });
  // Of the call that fails Node drops the output: 16 KiB at most.
  expect(decoded.length).toBeGreaterThanOrEqual(text.length * 1000 - 16 * 1024);
  expect(text.repeat(1000).startsWith(decoded)).toBe(true);
});

test("what is flushed is decoded before anything more comes", async () => {
  const gzip = createGzip();
  let decoded = (): void => {};
  const { stage, pieces, finished } = decode("gzip", () => decoded());
  gzip.on("data", (bytes: Buffer) => stage.push(bytes));
  for (const event of ["data: 1\n\n", "data: 2\n\n", "data: 3\n\n"]) {
    const arrived = new Promise<void>((resolve) => (decoded = resolve));
    gzip.write(event);
    gzip.flush(constants.Z_SYNC_FLUSH);
    await arrived;
    expect(pieces.at(-1)).toBe(event);
  }
  gzip.on("end", () => stage.finish(undefined)).end();
  expect(await finished).toMatchObject({ failure: undefined });
});

test("codings are undone in the reverse order", async () => {
  const { stage, finished } = decode("gzip, BR");
  stage.push(brotliCompressSync(gzipSync(text)));
  stage.finish(undefined);
  expect(await finished).toMatchObject({ failure: undefined, text });
});

test("bare DEFLATE passes for deflate, x-gzip for gzip", async () => {
  for (const [coding, bytes] of [
    ["deflate", deflateRawSync(text)],
    ["X-GZIP", gzipSync(text)],
  ] as const) {
    const { stage, finished } = decode(coding);
    stage.push(bytes);
    stage.finish(undefined);
    expect(await finished).toMatchObject({ failure: undefined, text });
  }
});

test.each(["", "identity", "foo", "gzip, foo", "x-br", "x-deflate", "x-zstd"])(
  "with Content-Encoding %o bytes go through as they are",
  async (contentEncoding) => {
    const { stage, finished } = decode(contentEncoding);
    stage.push(Buffer.from("raw"));
    stage.finish(undefined);
    expect(await finished).toMatchObject({ failure: undefined, text: "raw" });
  },
);

test("a body of no bytes ends, whatever its coding", async () => {
  const { stage, finished } = decode("gzip");
  stage.finish(undefined);
  expect(await finished).toMatchObject({ failure: undefined, text: "" });
});

test("when the connection fails, what had come is decoded first", async () => {
  const bytes = gzipSync(text, { level: 0 });
  const lost = new Error("lost");
  const { stage, finished } = decode("gzip");
  stage.push(bytes.subarray(0, bytes.length - 20));
  stage.finish(lost);
  const { failure, text: decoded } = await finished;
  expect(failure).toBe(lost);
  expect(decoded.length).toBeGreaterThan(text.length - 40);
});

test("two gzip members are one body", async () => {
  const { stage, finished } = decode("gzip");
  stage.push(Buffer.concat([gzipSync("one"), gzipSync("two")]));
  stage.finish(undefined);
  expect(await finished).toMatchObject({ failure: undefined, text: "onetwo" });
});

test("a bomb waits for its sink", async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
  const before = process.memoryUsage().arrayBuffers;
  let taken = 0;
  let free = (): void => {};
  const held = new Promise<void>((resolve) => (free = resolve));
  const { stage, finished } = decode("gzip", (bytes) => {
    taken += bytes.length;
    return held;
  });
  stage.push(bomb);
  stage.finish(undefined);
  // zlib has threads of its own: as long as it would take to decode a good part.
  const end = performance.now() + 100;
  while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
  expect(taken).toBeLessThan(1024 * 1024);
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024);
  free();
  await finished;
  expect(taken).toBe(64 * 1024 * 1024);
});

test.each([
  [5, undefined],
  [6, "protocol"],
  [3000, "protocol"],
])("%i stacked codings: %s", async (count, code) => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    const body = Array.from({ length: Math.min(count, 6) }).reduce<Buffer>(
      (bytes) => gzipSync(bytes),
      Buffer.from("ok"),
    );
    const codings = Array.from({ length: count }, () => "gzip").join();
    await connection.send(
      `HTTP/1.1 200 OK\r\nContent-Encoding: ${codings}\r\nContent-Length: ${body.length}\r\n\r\n`,
      body,
    );
  });
  const transport = undiciTransport();
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  const { body, error } = await receive(transport, server.url());
  expect([body, error?.code]).toEqual([code ? "" : "ok", code]);
});

test("a decoder that cannot be made, in a turn of its own, is an error like another", async () => {
  onTestFinished(() => void vi.restoreAllMocks());
  vi.spyOn(zlib, "createBrotliDecompress").mockImplementation(() => {
    throw Object.assign(new Error("Initialization failed"), { code: "ERR_ZLIB_INITIALIZATION_FAILED" });
  });
  const { stage, finished } = decode("br, gzip");
  stage.push(gzipSync(brotliCompressSync(text)));
  stage.finish(undefined);
  expect(await finished).toMatchObject({ failure: { code: "protocol", phase: "body" }, text: "" });
});
