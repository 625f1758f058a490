import { gzipSync } from "node:zlib";
import type { CaseContext } from "../case-context.ts";
import type { CaseDefinition, ConformanceCase } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import type { ObservedExchange } from "../observed-exchange.ts";
import {
  contentLength,
  dataFrame,
  endHeaders,
  endStream,
  frame,
  frameTypes,
  headFrame,
  serveFrames,
} from "./h2-frames.ts";
import { defineHttp2Cases, overHttp2 } from "./http2.ts";

/** A field that HPACK writes out in full (RFC 7541 section 6.2.2). */
function literal(name: string, value: string): string {
  return `\0${String.fromCharCode(name.length)}${name}${String.fromCharCode(value.length)}${value}`;
}

/** What comes of these frames. */
async function answered(
  context: CaseContext,
  frames: (stream: number) => readonly Uint8Array[],
  { method = "GET", body = "" }: { readonly method?: string; readonly body?: string } = {},
): Promise<ObservedExchange> {
  const server = await serveFrames(context, (peer, stream) => peer.send(...frames(stream)));
  const exchange = context.send(server.url(), { transport: await overHttp2(context), method });
  await exchange.ends(body);
  return exchange;
}

/** Responses without content: `:status` by its index in HPACK's table (RFC 7541, appendix A). */
const withoutContent: readonly CaseDefinition[] = (
  [
    [204, "\x89"],
    [304, `\x8b${contentLength(10)}`],
  ] as const
).map(([status, block]) => ({
  id: `h2.none-${status}`,
  title: `a ${status} ends with its head`,
  spec: "RFC 9113 8.1.1; RFC 9110 8.6; contract 2",
  async run(context) {
    const exchange = await answered(context, (stream) => [
      frame(frameTypes.headers, endHeaders | endStream, stream, block),
    ]);
    expectEqual("the status", (await exchange.head()).status, status);
  },
}));

const definitions: readonly CaseDefinition[] = [
  {
    id: "h2.head-request",
    title: "the response to HEAD ends at its head, whatever length it names",
    spec: "RFC 9113 8.1.1; RFC 9110 9.3.2; contract 2",
    async run(context) {
      const head = (stream: number): readonly Uint8Array[] => [headFrame(stream, contentLength(10), endStream)];
      const exchange = await answered(context, head, { method: "HEAD" });
      expectEqual("Content-Length", (await exchange.head()).headers.get("content-length"), "10");
    },
  },
  ...withoutContent,
  {
    id: "h2.set-cookie",
    title: "three Set-Cookie fields stay three",
    spec: "RFC 6265 3; RFC 9110 5.3; contract 9",
    async run(context) {
      const cookies = ["a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT", "b=2", "c=3"];
      const fields = cookies.map((cookie) => literal("set-cookie", cookie)).join("");
      const exchange = await answered(context, (stream) => [headFrame(stream, fields, endStream)]);
      expectEqual("Set-Cookie", (await exchange.head()).headers.getSetCookie(), cookies);
    },
  },
  {
    id: "h2.header-non-ascii",
    title: "the bytes of a value can be recovered, one character a byte",
    spec: "RFC 9113 8.2.1; RFC 9110 5.5; contract 9",
    async run(context) {
      const fields = literal("x-latin", "caf\xe9") + literal("x-utf", "\xc3\xa9");
      const exchange = await answered(context, (stream) => [headFrame(stream, fields, endStream)]);
      const { headers } = await exchange.head();
      expectEqual("the values", [headers.get("x-latin"), headers.get("x-utf")], ["caf\xe9", "\xc3\xa9"]);
    },
  },
  {
    id: "h2.gzip",
    title: "a declared coding is undone over HTTP/2 too",
    needs: ["decompression:gzip"],
    spec: "RFC 9110 8.4.1; contract 3",
    async run(context) {
      const coded = gzipSync("hello, hello, hello");
      const fields = literal("content-encoding", "gzip");
      const frames = (stream: number): readonly Uint8Array[] => [
        headFrame(stream, fields),
        dataFrame(stream, coded, true),
      ];
      await answered(context, frames, { body: "hello, hello, hello" });
    },
  },
];

/** Responses that HTTP/1.1 has too: over HTTP/2 they mean the same. */
export const http2ResponseCases: readonly ConformanceCase[] = defineHttp2Cases(definitions);
