import { createBrotliCompress, createDeflate, createGzip, createZstdCompress, gzipSync, constants } from "node:zlib";
import type { Transform } from "node:stream";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectBytes, expectEqual, expectOneOf } from "../expect.ts";
import { chunk, lastChunk, ok, toBytes } from "../http-text.ts";
import { respond } from "./respond.ts";

const chunkedIn = (coding: string): string => ok(`Content-Encoding: ${coding}`, "Transfer-Encoding: chunked");
const events = ["data: first\n\n", "data: second\n\n", "data: third\n\n"];

const encoders = {
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createDeflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdCompress({ flush: constants.ZSTD_e_flush }),
} as const;

/** The coded bytes of each piece, flushed after each, then those of the end. */
async function encodePieces(encoder: Transform, pieces: readonly string[]): Promise<Uint8Array[]> {
  const coded: Uint8Array[] = [];
  let now: Uint8Array[] = [];
  encoder.on("data", (bytes: Uint8Array) => now.push(bytes));
  for (const piece of pieces) {
    await new Promise<void>((resolve) => encoder.write(piece, () => setImmediate(resolve)));
    coded.push(toBytes(...now));
    now = [];
  }
  await new Promise<void>((resolve) => encoder.once("end", resolve).end());
  return [...coded, toBytes(...now)];
}

function flushed(coding: keyof typeof encoders): CaseDefinition {
  return {
    id: `enc.${coding}-flush`,
    title: `three events in ${coding}, each flushed, are each delivered before the next is sent`,
    needs: [`decompression:${coding}`],
    spec: "contract 3; RFC 9110 8.4.1",
    async run({ serve, send }: CaseContext) {
      const coded = await encodePieces(encoders[coding](), events);
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(chunkedIn(coding));
        let length = 0;
        for (const [index, event] of events.entries()) {
          await connection.send(chunk(coded[index] ?? ""));
          length += event.length;
          await exchange.received(length);
        }
        await connection.send(chunk(coded[events.length] ?? ""), lastChunk);
      });
      const exchange = send(server.url());
      await exchange.ends(events.join(""));
      expectEqual("Content-Encoding", exchange.recording.received?.headers.get("content-encoding"), coding);
    },
  };
}

const text = "data: compressed\n\n".repeat(50);
const gzipped = (): Uint8Array => gzipSync(text);

/** Codings of the content that are undone: RFC 9110 section 8.4, contract 9. */
export const codingCases: readonly ConformanceCase[] = defineCases("enc", [
  {
    id: "enc.gzip",
    title: "gzip is undone, and Content-Encoding stays as it was received",
    needs: ["decompression:gzip"],
    spec: "contract 9",
    async run({ serve, send }) {
      const server = await serve(respond(chunkedIn("gzip"), chunk(gzipped()), lastChunk));
      const exchange = send(server.url(), { headers: { "accept-encoding": "gzip" } });
      await exchange.ends(text);
      expectEqual("Content-Encoding", exchange.recording.received?.headers.get("content-encoding"), "gzip");
    },
  },
  flushed("gzip"),
  flushed("deflate"),
  flushed("br"),
  flushed("zstd"),
  {
    id: "enc.gzip-bytewise",
    title: "gzip sent byte by byte is the same content",
    needs: ["decompression:gzip"],
    spec: "RFC 1952",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok("Content-Encoding: gzip", `Content-Length: ${gzipped().length}`));
        await connection.sendEach(gzipped());
      });
      await send(server.url()).ends(text);
    },
  },
  {
    id: "enc.gzip-case",
    title: "the coding's name is case-insensitive, and x-gzip is gzip",
    needs: ["decompression:gzip"],
    spec: "RFC 9110 8.4.1",
    async run({ serve, send }) {
      for (const coding of ["GZip", "x-gzip"]) {
        const server = await serve(respond(chunkedIn(coding), chunk(gzipped()), lastChunk));
        await send(server.url()).ends(text);
      }
    },
  },
  {
    id: "enc.gzip-truncated",
    title: "gzip cut short inside a whole message is no end",
    needs: ["decompression:gzip", "endProof:decompression"],
    spec: "contract 2; contract 7, row 8: a coding cut short",
    async run({ serve, send }) {
      const whole = gzipped();
      for (const length of [whole.length - 12, whole.length - 4]) {
        const server = await serve(respond(chunkedIn("gzip"), chunk(whole.subarray(0, length)), lastChunk));
        await send(server.url()).fails("truncated");
      }
    },
  },
  {
    id: "enc.gzip-corrupt",
    title: "gzip with a wrong header or checksum is `protocol`",
    needs: ["decompression:gzip", "endProof:decompression"],
    spec: "contract 7, row 5: corrupt coding",
    async run({ serve, send }) {
      const badSum = gzipped();
      badSum[badSum.length - 6] = ~(badSum.at(-6) ?? 0);
      for (const bytes of [badSum, toBytes("this is not gzip at all")]) {
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
    async run({ serve, send, supports }) {
      const coded = await encodePieces(encoders.gzip(), events);
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(chunkedIn("gzip"), chunk(coded[0] ?? ""));
        await exchange.received(13);
        connection.fin();
      });
      const exchange = send(server.url());
      await exchange.fails("truncated", ...(supports.errorDetail === "coarse" ? (["reset"] as const) : []));
      expectEqual("the body", exchange.text, "data: first\n\n");
    },
  },
  {
    id: "enc.gzip-no-content",
    title: "HEAD, 204 and 304 with Content-Encoding: gzip end at their head",
    needs: ["decompression:gzip"],
    spec: "contract 2",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Encoding: gzip", "Content-Length: 20")));
      await send(server.url(), { method: "HEAD" }).ends("");
      const empty = await serve(respond("HTTP/1.1 204 No Content\r\nContent-Encoding: gzip\r\n\r\n"));
      await send(empty.url()).ends("");
    },
  },
  {
    id: "enc.identity",
    title: "Content-Encoding: identity changes nothing",
    spec: "RFC 9110 8.4.1",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Encoding: identity", "Content-Length: 2"), "ok"));
      await send(server.url()).ends("ok");
    },
  },
  {
    id: "enc.undeclared",
    title: "a coding that it cannot undo is handed on untouched",
    needs: ["!decompression:gzip"],
    spec: "contract 9: core refuses it at the head",
    async run({ serve, send }) {
      const bytes = gzipped();
      const server = await serve(respond(chunkedIn("gzip"), chunk(bytes), lastChunk));
      const exchange = send(server.url());
      expectBytes("the body", await exchange.ends(), bytes);
      expectEqual("Content-Encoding", exchange.recording.received?.headers.get("content-encoding"), "gzip");
    },
  },
  {
    id: "enc.unknown",
    title: "a coding that nobody knows is handed on untouched, or refused",
    level: "may",
    spec: "contract 9: core refuses it at the head",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Encoding: foo", "Content-Length: 2"), "ok"));
      const exchange = send(server.url());
      const outcome = await exchange.settles();
      if (!outcome.ended) await exchange.fails("protocol", "unsupported");
      else expectOneOf("the body", exchange.text, ["ok"]);
      return outcome.ended ? "handed on" : "refused";
    },
  },
]);
