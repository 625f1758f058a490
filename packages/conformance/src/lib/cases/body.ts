import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { type Bytes, chunk, lastChunk, ok, okChunked, toBytes } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { respond } from "./respond.ts";

const mebibyte = 1_048_576;
const allBytes = String.fromCharCode(...Array.from({ length: 256 }, (_, index) => index));

/** A case in which these bytes answer the request, the connection stays open, and the body ends as `body`. */
function arrives(name: string, title: string, body: string, ...answer: readonly Bytes[]): CaseDefinition {
  return {
    id: `body.${name}`,
    title,
    spec: "RFC 9112 6 and 7",
    async run({ serve, send }: CaseContext) {
      const server = await serve(respond(...answer));
      await send(server.url()).ends(body);
    },
  };
}

/** Bodies that are well: each ends at its proven end, with the connection still open unless it says otherwise. */
export const bodyCases: readonly ConformanceCase[] = defineCases("body", [
  arrives(
    "chunked",
    "a chunked body arrives byte for byte",
    "hello, world!!!",
    okChunked,
    "5\r\nhello\r\nA\r\n, world!!!\r\n",
    lastChunk,
  ),
  arrives(
    "chunk-sizes",
    "chunk sizes may be in either case and have leading zeros",
    "0123456789abcdefghijklmnopqrst",
    okChunked,
    "00A\r\n0123456789\r\na\r\nabcdefghij\r\n0000000000A\r\nklmnopqrst\r\n000\r\n\r\n",
  ),
  arrives(
    "chunk-extension",
    "chunk extensions are ignored",
    "helloworld",
    okChunked,
    '5;x=1\r\nhello\r\n5;a="b c;d";e\r\nworld\r\n0;last\r\n\r\n',
  ),
  arrives(
    "chunk-extension-long",
    "a chunk extension of 1 KiB is ignored",
    "hello",
    okChunked,
    `5;x=${"y".repeat(1024)}\r\nhello\r\n`,
    lastChunk,
  ),
  arrives(
    "chunked-case",
    "the coding's name is case-insensitive",
    "hello",
    ok("Transfer-Encoding: Chunked"),
    chunk("hello"),
    lastChunk,
  ),
  arrives(
    "length-exact",
    "a body of known length ends at its last byte, without FIN",
    "0123456789",
    ok("Content-Length: 10"),
    "0123456789",
  ),
  arrives("length-zero", "a body of no bytes ends at once", "", ok("Content-Length: 0")),
  arrives("chunked-empty", "a chunked body of no bytes ends at once", "", okChunked, lastChunk),
  arrives("identity-bytes", "all 256 byte values pass unchanged", allBytes, ok("Content-Length: 256"), allBytes),
  {
    id: "body.chunked-bytewise",
    title: "a chunked body sent byte by byte is the same body",
    spec: "RFC 9112 7.1",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        await connection.sendEach(chunk("data: \r\n"), chunk("0\r\n\r\n"), '1;e="q"\r\n\n\r\n', lastChunk);
      });
      await send(server.url()).ends("data: \r\n0\r\n\r\n\n");
    },
  },
  {
    id: "body.chunked-tiny",
    title: "10,000 chunks of one byte arrive in order",
    spec: "RFC 9112 7.1",
    async run({ serve, send }) {
      const body = patternBytes(0, 10_000);
      const chunks = [...body].map((byte) => chunk(Uint8Array.of(byte)));
      const server = await serve(respond(okChunked, ...chunks, lastChunk));
      await send(server.url()).ends(Buffer.from(body).toString("latin1"));
    },
  },
  {
    id: "body.length-surplus",
    title: "bytes beyond Content-Length are neither delivered nor taken for the next response",
    spec: "RFC 9112 6.3 and 9.2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        const surplus = connection.ordinal === 1 ? ok("Content-Length: 4", "X-Surplus: yes") : "";
        await connection.request();
        await connection.send(ok("Content-Length: 5"), `hello${surplus}`, surplus === "" ? "" : "evil");
        await connection.request();
        await connection.send(ok("Content-Length: 5"), "hello");
      });
      await send(server.url()).ends("hello");
      await send(server.url()).ends("hello");
    },
  },
  {
    id: "body.close-delimited",
    title: "a body with neither length nor chunks ends at FIN",
    spec: "RFC 9112 6.3, rule 8; contract 2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok(), "data: 1\n\n");
        await exchange.received(9);
        await connection.send("data: half");
        connection.fin();
      });
      const exchange = send(server.url());
      await exchange.ends("data: 1\n\ndata: half");
    },
  },
  {
    id: "body.head-request",
    title: "the response to HEAD ends at its head, whatever its fields say",
    spec: "RFC 9112 6.3, rule 1; contract 2",
    async run({ serve, send }) {
      for (const field of ["Content-Length: 10", "Transfer-Encoding: chunked", "X-None: 1"]) {
        const server = await serve(respond(ok(field)));
        const exchange = send(server.url(), { method: "HEAD" });
        await exchange.ends("");
        expectEqual("the status", (await exchange.head()).status, 200);
      }
    },
  },
  ...["204 No Content", "205 Reset Content", "304 Not Modified"].map((line) => ({
    id: `body.none-${line.slice(0, 3)}`,
    title: `a ${line.slice(0, 3)} ends at its head, with the connection open`,
    // RFC 9112 section 6.3 gives 205 no end of its own; the contract does.
    spec: line.startsWith("205") ? "contract 2" : "contract 2; RFC 9112 6.3, rule 1",
    async run({ serve, send }: CaseContext) {
      const server = await serve(respond(`HTTP/1.1 ${line}\r\nX-A: 1\r\n\r\n`));
      const exchange = send(server.url());
      await exchange.ends("");
      expectEqual("X-A", (await exchange.head()).headers.get("x-a"), "1");
    },
  })),
  {
    id: "body.trailers",
    title: "the trailer section is delivered after the body",
    needs: ["trailers"],
    spec: "RFC 9112 7.1.2; contract 3",
    async run({ serve, send }) {
      const server = await serve(respond(okChunked, chunk("x"), "0\r\nX-Sum: 1\r\nX-More: 2\r\n\r\n"));
      const exchange = send(server.url());
      await exchange.ends("x");
      const trailers = exchange.recording.receivedTrailers;
      expectEqual("the trailers", [trailers?.get("x-sum"), trailers?.get("x-more")], ["1", "2"]);
    },
  },
  {
    id: "body.trailers-ignored",
    title: "a trailer section does no harm where trailers are not declared",
    needs: ["!trailers"],
    spec: "RFC 9112 7.1.2",
    async run({ serve, send }) {
      const server = await serve(respond(okChunked, chunk("x"), "0\r\nX-Sum: 1\r\n\r\n"));
      const exchange = send(server.url());
      await exchange.ends("x");
      expectEqual("X-Sum in the head", exchange.recording.received?.headers.get("x-sum"), null);
    },
  },
  {
    id: "body.large",
    title: "32 MiB arrive whole, never more than 16 MiB of them under way",
    spec: "contract 3",
    async run({ serve, send }) {
      const total = 32 * mebibyte;
      let mostUnderWay = 0;
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok(`Content-Length: ${total}`));
        const before = connection.bytesAccepted;
        for (let offset = 0; offset < total; offset += 65_536) {
          await connection.send(patternBytes(offset, 65_536));
          mostUnderWay = Math.max(mostUnderWay, connection.bytesAccepted - before - exchange.recording.bytesReceived);
        }
      });
      const exchange = send(server.url(), { pattern: true });
      await exchange.ends();
      const { bytesReceived, firstDifference } = exchange.recording;
      expectEqual("bytes received and index of the first wrong one", [bytesReceived, firstDifference], [total, -1]);
      expectThat(mostUnderWay <= 16 * mebibyte, "at most 16 MiB taken from the server and not delivered", mostUnderWay);
    },
  },
  {
    id: "body.no-view-of-text",
    title: "a body that is not UTF-8 is delivered as bytes, however it is cut",
    spec: "contract 3",
    async run({ serve, send }) {
      const body = toBytes("\xe2\x80", "\xa6\xff\xfe\xef\xbb\xbf");
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        for (const [index, byte] of body.entries()) {
          await connection.send(chunk(Uint8Array.of(byte)));
          await exchange.received(index + 1);
        }
        await connection.send(lastChunk);
      });
      const exchange = send(server.url());
      await exchange.ends("\xe2\x80\xa6\xff\xfe\xef\xbb\xbf");
    },
  },
]);
