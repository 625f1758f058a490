import type { HeadraceErrorCode } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, type Need, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { type Bytes, chunk, ok, okChunked } from "../http-text.ts";

interface Broken {
  readonly name: string;
  readonly title: string;
  readonly head: string;
  /** Well-formed bytes that hold `hello`; delivered before the rest goes out. */
  readonly good: Bytes;
  /** What then breaks the body, each in an exchange of its own. */
  readonly bad: readonly Bytes[];
  readonly how: "fin" | "rst" | "stay";
  readonly codes: readonly HeadraceErrorCode[];
  readonly spec: string;
  readonly needs?: readonly Need[];
}

/** A case in which a body breaks after `hello`: that is delivered, then the exchange fails; it never ends. */
export function broken({ name, title, head, good, bad, how, codes, spec, needs = [] }: Broken): CaseDefinition {
  return {
    id: `body.${name}`,
    title,
    spec,
    needs,
    async run({ serve, send, supports }: CaseContext) {
      const coarse: readonly HeadraceErrorCode[] = supports.errorDetail === "coarse" ? ["reset", "truncated"] : [];
      for (const bytes of bad) {
        const server = await serve(async (connection) => {
          await connection.request();
          await connection.send(head, good);
          await exchange.received(5);
          await connection.send(bytes);
          if (how === "fin") connection.fin();
          if (how === "rst") connection.rst();
        });
        const exchange = send(server.url());
        const { phase } = await exchange.fails(...codes, ...(codes[0] === "protocol" ? [] : coarse));
        expectEqual("the body before the failure", exchange.text.slice(0, 5), "hello");
        expectEqual("the phase", phase, "body");
      }
    },
  };
}

const chunked = { head: okChunked, good: chunk("hello") };

/** Bodies that break: what arrived before is delivered, and none of them looks like an end. One table, long for its rows. */
export const bodyBrokenCases: readonly ConformanceCase[] = defineCases("body", [
  broken({
    name: "chunk-bad-size",
    title: "a chunk size that is not a hexadecimal number is refused",
    ...chunked,
    bad: ["g\r\n", "-1\r\n", "\r\n", "fffffffffffffffffff\r\n"],
    how: "stay",
    codes: ["protocol"],
    spec: "contract 7, row 5: a bad chunk",
  }),
  {
    ...broken({
      name: "chunk-size-junk",
      title: "a chunk size with something behind it that is no extension is refused",
      ...chunked,
      bad: ["0x5", "5 5", "5h", "5_0", "5,"].map((size) => `${size}\r\nhello\r\n`),
      how: "fin",
      codes: ["protocol"],
      spec: "RFC 9112 7.1.1; contract 7, row 5",
    }),
    level: "should",
  },
  broken({
    name: "chunk-missing-crlf",
    title: "a chunk that is longer than it says is refused",
    ...chunked,
    bad: ["5\r\nworldX\r\n0\r\n\r\n"],
    how: "stay",
    codes: ["protocol"],
    spec: "contract 7, row 5: a bad chunk",
  }),
  broken({
    name: "chunk-bad-size-then-fin",
    title: "a bad chunk is `protocol`, whatever the socket does afterwards",
    ...chunked,
    bad: ["zz\r\n"],
    how: "fin",
    codes: ["protocol"],
    spec: "contract 7, row 5",
  }),
  broken({
    name: "chunk-truncated",
    title: "FIN inside a chunk, before the last chunk or inside the trailer section is not an end",
    ...chunked,
    bad: ["a\r\nwor", "", "5", "0\r\n", "0\r\nX-Sum: 1\r\n"],
    how: "fin",
    codes: ["truncated"],
    spec: "contract 7, row 8",
  }),
  broken({
    name: "trailers-malformed",
    title: "a trailer section with a line that is no field is refused",
    ...chunked,
    bad: ["0\r\nnonsense\r\n\r\n", "0\r\nX-A: a\0b\r\n\r\n", "0\r\nX(A: a\r\n\r\n"],
    how: "stay",
    codes: ["protocol"],
    spec: "RFC 9112 7.1.2; contract 7, row 5",
  }),
  {
    ...broken({
      name: "trailers-too-large",
      title: "a trailer section of 1 MiB, or of 2,000 fields, is refused",
      ...chunked,
      bad: [
        `0\r\nX-A: ${"a".repeat(1_048_576)}\r\n\r\n`,
        `0\r\n${Array.from({ length: 2000 }, (_, index) => `X-${index}: 1\r\n`).join("")}\r\n`,
      ],
      how: "stay",
      codes: ["protocol"],
      needs: ["trailers"],
      spec: "contract 7, row 5: the limits of a head",
    }),
    level: "should",
  },
  broken({
    name: "chunk-reset",
    title: "a reset inside a chunked body is `reset`",
    ...chunked,
    bad: [""],
    how: "rst",
    codes: ["reset"],
    spec: "contract 7, row 7",
  }),
  broken({
    name: "chunk-reset-connection-close",
    title: "a reset inside a chunked body under Connection: close is not an end",
    head: ok("Transfer-Encoding: chunked", "Connection: close"),
    good: chunk("hello"),
    bad: [""],
    how: "rst",
    codes: ["reset", "truncated"],
    spec: "contract 7, rows 7 and 8: either here",
  }),
  broken({
    name: "chunk-truncated-connection-close",
    title: "FIN inside a chunked body under Connection: close is not an end",
    head: ok("Transfer-Encoding: chunked", "Connection: close"),
    good: chunk("hello"),
    bad: ["", "a\r\nwor"],
    how: "fin",
    codes: ["truncated"],
    spec: "contract 7, row 8",
  }),
  broken({
    name: "length-short",
    title: "FIN before Content-Length is reached is not an end",
    head: ok("Content-Length: 10"),
    good: "hello",
    bad: ["", "wo"],
    how: "fin",
    codes: ["truncated"],
    spec: "contract 7, row 8",
  }),
  broken({
    name: "length-short-connection-close",
    title: "FIN before Content-Length is reached, under Connection: close, is not an end",
    head: ok("Content-Length: 10", "Connection: close"),
    good: "hello",
    bad: ["wo"],
    how: "fin",
    codes: ["truncated"],
    spec: "contract 7, row 8",
  }),
  broken({
    name: "length-reset",
    title: "a reset before Content-Length is reached is `reset`",
    head: ok("Content-Length: 10"),
    good: "hello",
    bad: [""],
    how: "rst",
    codes: ["reset"],
    spec: "contract 7, row 7",
  }),
  broken({
    name: "length-reset-connection-close",
    title: "a reset before Content-Length is reached, under Connection: close, is not an end",
    head: ok("Content-Length: 10", "Connection: close"),
    good: "hello",
    bad: [""],
    how: "rst",
    codes: ["reset", "truncated"],
    spec: "contract 7, rows 7 and 8: either here",
  }),
  broken({
    name: "close-delimited-reset",
    title: "a reset of a body with neither length nor chunks is `reset`, not its end",
    head: ok(),
    good: "hello",
    bad: [""],
    how: "rst",
    codes: ["reset"],
    needs: ["endProof:closeDelimited"],
    spec: "contract 2; contract 7, row 7",
  }),
  broken({
    name: "close-delimited-reset-with-data",
    title: "a reset close behind the last bytes of a body without length is `reset`, not its end",
    head: ok(),
    good: "hello",
    bad: ["wo"],
    how: "rst",
    codes: ["reset"],
    needs: ["endProof:closeDelimited"],
    spec: "contract 2; contract 7, row 7 (libuv/libuv#4997 tells it as an end)",
  }),
  broken({
    name: "http10-reset",
    title: "a reset of an HTTP/1.0 body without length is `reset`, not its end",
    head: "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\n",
    good: "hello",
    bad: [""],
    how: "rst",
    codes: ["reset"],
    needs: ["endProof:closeDelimited"],
    spec: "contract 2; contract 7, row 7",
  }),
  {
    id: "body.empty-fin",
    title: "FIN right after a head that promises chunks or a length is not an end",
    spec: "contract 7, row 8",
    async run({ serve, send, supports }) {
      for (const field of ["Transfer-Encoding: chunked", "Content-Length: 1"]) {
        const server = await serve(async (connection) => {
          await connection.request();
          await connection.send(ok(field));
          connection.fin();
        });
        const exchange = send(server.url());
        await exchange.fails("truncated", ...(supports.errorDetail === "coarse" ? (["reset"] as const) : []));
        expectEqual("the status", exchange.recording.received?.status, 200);
      }
    },
  },
  {
    id: "body.close-delimited-reset-assumed",
    title: "without proof of such an end, a reset of a body without length ends somehow, and at once",
    level: "may",
    needs: ["!endProof:closeDelimited"],
    spec: "contract 2: such an end is assumed",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok(), "hello");
        await exchange.received(5);
        connection.rst();
      });
      const exchange = send(server.url());
      const outcome = await exchange.settles();
      if (!outcome.ended) await exchange.fails("reset", "truncated");
      expectEqual("the body", exchange.text, "hello");
      return outcome.ended ? "taken for an end" : "recognised";
    },
  },
]);
