import type { ResponseHead } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf } from "../expect.ts";
import { type Bytes, chunk, head, lastChunk, ok } from "../http-text.ts";
import { respond } from "./respond.ts";

/** A case in which these bytes answer the request, on a connection that then stays open, and are not HTTP. */
function malformed(name: string, title: string, ...answers: readonly Bytes[]): CaseDefinition {
  return {
    id: `head.${name}`,
    title,
    spec: "contract 7, row 5",
    async run({ serve, send }: CaseContext) {
      for (const answer of answers) {
        const server = await serve(respond(answer));
        const exchange = send(server.url());
        const { phase } = await exchange.fails("protocol");
        expectEqual("the phase (`body` where an error names none)", phase, "head");
        expectEqual("the head", exchange.recording.received, undefined);
      }
    },
  };
}

interface Debatable {
  readonly name: string;
  readonly title: string;
  readonly spec: string;
  readonly level?: "must" | "may";
  /** Each answers the request in an exchange of its own, and ends it with `hello`. */
  readonly answers: Readonly<Record<string, Bytes>>;
  /** What must hold of a head that is not refused. */
  readonly accepted?: (head: ResponseHead) => void;
}

/** A case in which each of these answers may be refused, or read in one way and no other. */
function debatable({ answers, accepted, ...definition }: Debatable): CaseDefinition {
  return {
    level: "may",
    ...definition,
    id: `head.${definition.name}`,
    async run({ serve, send }: CaseContext) {
      const found: string[] = [];
      for (const [what, answer] of Object.entries(answers)) {
        const server = await serve(async (connection) => {
          await connection.request();
          await connection.send(answer);
          connection.fin();
        });
        const exchange = send(server.url());
        const { ended } = await exchange.settles();
        if (!ended) await exchange.fails("protocol");
        else expectEqual("the body", exchange.text, "hello");
        const { received } = exchange.recording;
        if (ended && received) accepted?.(received);
        found.push(`${what} ${ended ? "accepted" : "refused"}`);
      }
      return found.join(", ");
    },
  };
}

const hello = `${head("200 OK", "Content-Length: 5")}hello`;
const withField = (line: string): string => `${head("200 OK", line, "Content-Length: 5")}hello`;
const withStatusLine = (line: string): string => hello.replace("HTTP/1.1 200 OK", line);
const chunked = (...fields: readonly string[]): Bytes => `${ok(...fields)}5\r\nhello\r\n${lastChunk}`;

/** Heads that are not HTTP, or say what cannot be: all `protocol`, at once, and the sink hears nothing. */
export const headMalformedCases: readonly ConformanceCase[] = defineCases("head", [
  malformed("http09", "bytes without a status line are not a response", "<html>hello</html>\r\n"),
  malformed(
    "garbage",
    "another protocol's greeting is not a response",
    "SSH-2.0-x\r\n",
    "\x15\x03\x03\x00\x02\x02\x50",
    "\0".repeat(16),
  ),
  malformed(
    "version",
    "a status line of another version's form is refused",
    ...["HTTP/2 200", "HTTP/3 200 OK", "HTTP/1 200 OK", "HTTP/1.10 200 OK", "http/1.1 200 OK", "ICY 200 OK"].map(
      withStatusLine,
    ),
  ),
  malformed(
    "status-line",
    "a status line without a status of three digits is refused",
    ...["HTTP/1.1", "HTTP/1.1 20 OK", "HTTP/1.1 2000 OK", "HTTP/1.1 2x0 OK", "HTTP/1.1 200OK"].map(withStatusLine),
  ),
  malformed(
    "no-colon",
    "a field line without a colon is refused, a second status line too",
    withField("nonsense"),
    withField("HTTP/1.1 200 OK"),
  ),
  malformed(
    "name-invalid",
    "a field name that is no token is refused",
    ...[": 1", "X(A: 1", "X\xc3\xa9: 1", "X\0A: 1"].map(withField),
  ),
  {
    ...malformed(
      "name-with-space",
      "whitespace between a field's name and its colon is refused",
      head("200 OK", "Content-Length : 0"),
    ),
    level: "should",
    spec: "RFC 9112 5 and 5.1: a field line has none there; what a client does with it is not said",
  },
  malformed(
    "101-unasked",
    "101 Switching Protocols is refused: nobody asked for it",
    head("101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"),
  ),
  malformed(
    "length-differs",
    "two Content-Lengths that differ are refused",
    `${head("200 OK", "Content-Length: 2", "Content-Length: 3")}ok!`,
  ),
  malformed(
    "length-invalid",
    "a Content-Length that is not digits is refused",
    ...["-1", "+2", "0x2", "2 2", "two", "2.0", "99999999999999999999999"].map(
      (text) => `${head("200 OK", `Content-Length: ${text}`)}ok`,
    ),
  ),
  {
    ...malformed(
      "transfer-coding",
      "a transfer coding that nobody asked for is refused: what it leaves is not the content",
      ...["gzip, chunked", "chunked, gzip", "gzip", "foo, chunked", "chunked, chunked", "xchunked", "chunked;q=1"].map(
        (codings) => chunked(`Transfer-Encoding: ${codings}`),
      ),
      chunked("Transfer-Encoding: foo", "Transfer-Encoding: chunked"),
    ),
    spec: "RFC 9112 6.1 and 7; RFC 9110 10.1.4; contract 7, row 5",
  },
  malformed(
    "too-long-line",
    "a field line of 1 MiB is refused",
    `HTTP/1.1 200 OK\r\nX-A: ${"a".repeat(1_048_576)}\r\n\r\n`,
  ),
  malformed(
    "too-many-fields",
    "2,000 field lines are refused",
    head("200 OK", ...Array.from({ length: 2000 }, (_, index) => `X-${index}: 1`), "Content-Length: 0"),
  ),
  {
    ...malformed(
      "major-version",
      "a status line of another major version is refused",
      ...["2.0", "0.9"].map((version) => withStatusLine(`HTTP/${version} 200 OK`)),
    ),
    level: "should",
    spec: "RFC 9110 2.5; RFC 9112 2.3",
  },
  {
    ...malformed("nul-in-reason", "a NUL in the reason phrase is refused", withStatusLine("HTTP/1.1 200 O\0K")),
    level: "should",
    spec: "RFC 9112 4",
  },
  debatable({
    name: "bare-cr",
    title: "a CR that ends no line is refused, or replaced by a space",
    level: "must",
    spec: "RFC 9112 2.2",
    answers: {
      "in a value": withField("X-A: a\rb"),
      "before a value": withField("X-A:\rb"),
      "like a line end": withField("X-A: a\rX-B: b"),
      "in a reason": withStatusLine("HTTP/1.1 200 O\rK"),
    },
    accepted({ headers, statusText }) {
      expectEqual("X-B", headers.get("x-b"), null);
      expectEqual("CR in X-A or the reason", [headers.get("x-a"), statusText].join().includes("\r"), false);
      expectEqual("X-A that lost its CR", headers.get("x-a") === "ab", false);
    },
  }),
  debatable({
    name: "nul-in-value",
    title: "a NUL in a field value is refused, or replaced by a space",
    level: "must",
    spec: "RFC 9110 5.5",
    answers: { "in a value": withField("X-A: a\0b") },
    accepted: ({ headers }) => expectEqual("X-A", headers.get("x-a"), "a b"),
  }),
  debatable({
    name: "space-before-fields",
    title: "a line with leading whitespace before the first field is refused, or passed over",
    level: "must",
    spec: "RFC 9112 2.2",
    answers: { "a space": withField(" X-A: 1"), "a tab": withField("\tX-A: 1") },
    accepted: ({ headers }) => expectEqual("X-A", headers.get("x-a"), null),
  }),
  debatable({
    name: "leading-crlf",
    title: "an empty line before the status line is passed over, or refused",
    spec: "RFC 9112 2.2: allowed before a request only",
    answers: { CRLF: `\r\n${hello}` },
  }),
  debatable({
    name: "minor-version",
    title: "a higher minor version is read as HTTP/1.1, or refused",
    spec: "RFC 9110 2.5",
    answers: { "HTTP/1.2": withStatusLine("HTTP/1.2 200 OK") },
  }),
  debatable({
    name: "control-characters",
    title: "a control character in a value is kept, or refused",
    spec: "RFC 9110 5.5",
    answers: { "U+0001": withField("X-A: a\x01b"), VT: withField("X-A: a\x0bb"), DEL: withField("X-A: a\x7fb") },
    accepted: ({ headers }) => expectOneOf("X-A", headers.get("x-a"), ["a\x01b", "a\x0bb", "a\x7fb"]),
  }),
  debatable({
    name: "length-repeated",
    title: "equal Content-Lengths count as one, or are refused",
    spec: "RFC 9112 6.3, rule 5; RFC 9110 8.6",
    answers: {
      "two lines": withField("Content-Length: 5"),
      "a list": withStatusLine("HTTP/1.1 200 OK").replace("5", "5, 5"),
    },
  }),
  debatable({
    name: "transfer-coding-none",
    title: "a Transfer-Encoding that names none is no transfer coding, or refused",
    spec: "RFC 9110 5.6.1.2; RFC 2616 3.6 knew `identity`",
    answers: {
      identity: `${ok("Transfer-Encoding: identity")}hello`,
      "an empty element": chunked("Transfer-Encoding: , chunked"),
    },
  }),
  {
    id: "head.http10-chunked",
    title: "chunks in HTTP/1.0 are read or refused, never content; the connection is not used again",
    spec: "RFC 9112 6.1",
    async run({ serve, send }) {
      const fields = ["Transfer-Encoding: chunked", "Connection: keep-alive"];
      const answer = head("200 OK", ...fields).replace("HTTP/1.1", "HTTP/1.0");
      const server = await serve(respond(answer, chunk("hello"), lastChunk));
      for (let count = 1; count <= 2; count++) {
        const exchange = send(server.url());
        const { ended } = await exchange.settles();
        if (ended) expectEqual("the body", exchange.text, "hello");
        else await exchange.fails("protocol");
        expectEqual("the number of connections", server.connections.length, count);
      }
    },
  },
]);
