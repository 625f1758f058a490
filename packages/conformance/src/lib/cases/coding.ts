import {
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  createZstdCompress,
  deflateRawSync,
  gzipSync,
} from "node:zlib";
import type { Transform } from "node:stream";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectBytes, expectEqual, expectOneOf } from "../expect.ts";
import { chunk, lastChunk, ok, toBytes } from "../http-text.ts";
import { respond } from "./respond.ts";

/** The head of a chunked event stream in this coding. */
export const chunkedIn = (coding: string): string => ok(`Content-Encoding: ${coding}`, "Transfer-Encoding: chunked");
/** What is sent in the cases of flushes. */
export const events: readonly string[] = ["data: first\n\n", "data: second\n\n", "data: third\n\n"];

/** A compressor that flushes after every write, for each coding. */
export const encoders: Readonly<Record<"gzip" | "deflate" | "br" | "zstd", () => Transform>> = {
  gzip: () => createGzip({ flush: constants.Z_SYNC_FLUSH }),
  deflate: () => createDeflate({ flush: constants.Z_SYNC_FLUSH }),
  br: () => createBrotliCompress({ flush: constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => createZstdCompress({ flush: constants.ZSTD_e_flush }),
};

/** The coded bytes of each piece, flushed after each, then those of the end. */
export async function encodePieces(encoder: Transform, pieces: readonly string[]): Promise<Uint8Array[]> {
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

/** A coding of the contract. */
export type Coding = keyof typeof encoders;

function flushed(coding: Coding): CaseDefinition {
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

/** A body sent byte by byte, its Content-Length the coded one. */
function bytewise(coding: Coding): CaseDefinition {
  return {
    id: `enc.${coding}-bytewise`,
    title: `${coding} sent byte by byte is the same content`,
    needs: [`decompression:${coding}`],
    spec: "RFC 9110 8.4.1 and 8.6",
    async run({ serve, send }: CaseContext) {
      const coded = toBytes(...(await encodePieces(encoders[coding](), [text])));
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok(`Content-Encoding: ${coding}`, `Content-Length: ${coded.length}`));
        await connection.sendEach(coded);
      });
      await send(server.url()).ends(text);
    },
  };
}

/** What is sent where nothing but the content matters. */
export const text: string = "data: compressed\n\n".repeat(50);
const gzipped = (): Uint8Array => gzipSync(text);
const codings = ["gzip", "deflate", "br", "zstd"] as const;

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
  ...codings.map(flushed),
  ...codings.map(bytewise),
  {
    id: "enc.deflate-raw",
    title: "deflate without the zlib format around it is undone too",
    level: "should",
    needs: ["decompression:deflate"],
    spec: "RFC 9110 8.4.1.2: some implementations send it so",
    async run({ serve, send }) {
      const server = await serve(respond(chunkedIn("deflate"), chunk(deflateRawSync(text)), lastChunk));
      await send(server.url()).ends(text);
    },
  },
  {
    id: "enc.stacked",
    title: "codings applied one after the other are undone in reverse, listed in one field line or in two",
    needs: ["decompression:gzip", "decompression:br"],
    spec: "RFC 9110 8.4: listed in the order in which they were applied",
    async run({ serve, send }) {
      const coded = brotliCompressSync(gzipped());
      for (const value of ["gzip, br", "gzip\r\nContent-Encoding: br"]) {
        const server = await serve(respond(chunkedIn(value), chunk(coded), lastChunk));
        await send(server.url()).ends(text);
      }
    },
  },
  {
    id: "enc.gzip-members",
    title: "a gzip body of several members is all of them",
    needs: ["decompression:gzip"],
    spec: "RFC 1952 2.2",
    async run({ serve, send }) {
      const members = [gzipSync("data: one\n\n"), gzipSync("data: two\n\n")];
      const whole = await serve(respond(chunkedIn("gzip"), chunk(toBytes(...members)), lastChunk));
      await send(whole.url()).ends("data: one\n\ndata: two\n\n");
      const apart = await serve(respond(chunkedIn("gzip"), ...members.map((member) => chunk(member)), lastChunk));
      await send(apart.url()).ends("data: one\n\ndata: two\n\n");
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
    id: "enc.gzip-empty",
    title: "no bytes at all, said to be gzip, are an empty body",
    level: "should",
    needs: ["decompression:gzip"],
    spec: "RFC 9110 8.4: servers label empty bodies too",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Encoding: gzip", "Content-Length: 0")));
      await send(server.url()).ends("");
      const chunked = await serve(respond(chunkedIn("gzip"), lastChunk));
      await send(chunked.url()).ends("");
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
