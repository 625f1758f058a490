import { deflateRawSync, constants, gzipSync } from "node:zlib";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf, expectThat } from "../expect.ts";
import { chunk, lastChunk, toBytes } from "../http-text.ts";
import { chunkedIn, type Coding, encodePieces, encoders, events, text } from "./coding.ts";
import { createGate } from "./gate.ts";
import { respond } from "./respond.ts";

const codings = ["gzip", "deflate", "br", "zstd"] as const;

/** A whole message that holds a coding cut short: what could be decoded comes before the error. */
function truncated(coding: Coding): CaseDefinition {
  return {
    id: `enc.${coding}-truncated`,
    title: `${coding} cut short inside a whole message is no end`,
    needs: [`decompression:${coding}`, "endProof:decompression"],
    spec: "contract 2; contract 7, row 8: a coding cut short",
    async run({ serve, send }: CaseContext) {
      const [first = "", end = ""] = await encodePieces(encoders[coding](), events.slice(0, 1));
      const early = await serve(respond(chunkedIn(coding), chunk(first), lastChunk));
      const exchange = send(early.url());
      await exchange.fails("truncated");
      expectEqual("the body", exchange.text, events[0]);
      const whole = toBytes(first, end);
      const late = await serve(respond(chunkedIn(coding), chunk(whole.subarray(0, -1)), lastChunk));
      await send(late.url()).fails("truncated");
    },
  };
}

/** Bytes that are not of the coding, from the start or after what could be decoded. */
function corrupt(coding: Coding): CaseDefinition {
  return {
    id: `enc.${coding}-corrupt`,
    title: `what is not ${coding} is \`protocol\`, after what could be decoded was delivered`,
    needs: [`decompression:${coding}`],
    spec: "contract 7, row 5: corrupt coding",
    async run({ serve, send }: CaseContext) {
      const nonsense = Uint8Array.from({ length: 64 }, () => 0xff);
      const [first = ""] = await encodePieces(encoders[coding](), events);
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(chunkedIn(coding), chunk(first));
        await exchange.received(events[0]?.length ?? 0);
        await connection.send(chunk(nonsense), chunk(nonsense), lastChunk);
        connection.rest();
      });
      const exchange = send(server.url());
      await exchange.fails("protocol");
      expectEqual("the body", exchange.text, events[0]);
      const other = await serve(respond(chunkedIn(coding), chunk(nonsense), lastChunk));
      await send(other.url()).fails("protocol");
    },
  };
}

/** gzip of `megabytes` MiB of zeros, a kilobyte for each. */
function* bomb(megabytes: number): Generator<Uint8Array> {
  const zeros = Buffer.alloc(1_048_576);
  const block = deflateRawSync(zeros, { finishFlush: constants.Z_FULL_FLUSH });
  yield Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255);
  for (let count = 0; count < megabytes; count++) yield block;
}

/** Codings that are cut short, corrupt, or more than they seem. */
export const codingBrokenCases: readonly ConformanceCase[] = defineCases("enc", [
  ...codings.map(truncated),
  ...codings.map(corrupt),
  {
    id: "enc.gzip-checksum",
    title: "gzip with a wrong checksum or length is `protocol`",
    needs: ["decompression:gzip", "endProof:decompression"],
    spec: "RFC 1952 2.3.1; contract 7, row 5: corrupt coding",
    async run({ serve, send }) {
      for (const offset of [8, 4]) {
        const bytes = gzipSync(text);
        const at = bytes.length - offset;
        bytes[at] = ~(bytes[at] ?? 0);
        const server = await serve(respond(chunkedIn("gzip"), chunk(bytes), lastChunk));
        await send(server.url()).fails("protocol");
      }
    },
  },
  {
    id: "enc.gzip-fin",
    title: "a gzip body cut by FIN delivers what could be decoded, then fails as truncated",
    needs: ["decompression:gzip"],
    spec: "contract 7, row 8",
    async run({ serve, send }) {
      const [flushed = ""] = await encodePieces(encoders.gzip(), events);
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(chunkedIn("gzip"), chunk(flushed));
        await exchange.received(13);
        connection.fin();
      });
      const exchange = send(server.url());
      await exchange.fails("truncated");
      expectEqual("the body", exchange.text, "data: first\n\n");
    },
  },
  {
    id: "enc.gzip-garbage",
    title: "what follows the last gzip member is passed over, or `protocol`",
    level: "may",
    needs: ["decompression:gzip"],
    spec: "RFC 1952 2.2",
    async run({ serve, send }) {
      const server = await serve(respond(chunkedIn("gzip"), chunk(toBytes(gzipSync(text), "garbage")), lastChunk));
      const exchange = send(server.url());
      const { ended } = await exchange.settles();
      if (!ended) await exchange.fails("protocol");
      expectOneOf("the body", exchange.text, ended ? [text] : [text, ""]);
      return ended ? "passed over" : "refused";
    },
  },
  {
    id: "enc.gzip-abort",
    title: "after an abort nothing more of a gzip body is delivered, though it has arrived",
    needs: ["decompression:gzip"],
    spec: "contract 3",
    async run({ serve, send, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(chunkedIn("gzip"), chunk(gzipSync(Buffer.alloc(1_048_576))));
      });
      const exchange = send(server.url(), { onBody: () => exchange.abort("enough") });
      await exchange.rejectsWith("enough");
      await within(1000, server.closedByClient(), "the client to close the connection");
      expectThat(exchange.recording.pieces.length === 1, "one piece", exchange.recording.pieces.length);
    },
  },
  {
    id: "enc.bomb",
    title: "of a gigabyte of zeros in a megabyte of gzip no more is undone than the sink takes",
    needs: ["decompression:gzip", "backpressure"],
    spec: "contract 3: held back",
    async run({ serve, send, delay }) {
      const held = createGate();
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(chunkedIn("gzip"), ...Array.from(bomb(1024), (block) => chunk(block)));
      });
      const before = process.memoryUsage().rss;
      const onBody = (): Promise<void> | void =>
        exchange.recording.bytesReceived >= 1_048_576 ? held.opened : undefined;
      const exchange = send(server.url(), { onBody, pattern: true });
      await exchange.received(1_048_576);
      for (let look = 0; look < 10; look++) {
        await delay(30);
        const growth = process.memoryUsage().rss - before;
        expectThat(growth < 128 * 1_048_576, "less than 128 MiB more memory", growth);
      }
      expectThat(
        exchange.recording.bytesReceived < 4 * 1_048_576,
        "less than 4 MiB delivered",
        exchange.recording.bytesReceived,
      );
      exchange.abort("enough");
      await exchange.rejectsWith("enough");
    },
  },
]);
