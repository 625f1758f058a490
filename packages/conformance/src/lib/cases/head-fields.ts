import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectOneOf } from "../expect.ts";
import { head, ok, toBytes } from "../http-text.ts";
import { respond } from "./respond.ts";

/** The headers that come of these field lines. */
async function headersOf({ serve, send }: CaseContext, ...fields: readonly string[]): Promise<Headers> {
  const server = await serve(respond(head("200 OK", ...fields, "Content-Length: 0")));
  const exchange = send(server.url());
  await exchange.ends("");
  return (await exchange.head()).headers;
}

/** Field lines of the response head: RFC 9110 section 5, RFC 9112 section 5. */
export const headFieldCases: readonly ConformanceCase[] = defineCases("head", [
  {
    id: "head.header-case",
    title: "field names are found in any case",
    spec: "RFC 9110 5.1",
    async run(context) {
      const headers = await headersOf(context, "CoNtEnT-TyPe: text/event-stream", "X-UP: Kept As It Is");
      const found = [headers.get("content-type"), headers.get("x-up")];
      expectEqual("the values", found, ["text/event-stream", "Kept As It Is"]);
    },
  },
  {
    id: "head.header-duplicate",
    title: "the lines of one field are joined in order",
    spec: "RFC 9110 5.3",
    async run(context) {
      expectEqual("X-D", (await headersOf(context, "X-D: 1", "X-Else: x", "x-d: 2")).get("x-d"), "1, 2");
    },
  },
  {
    id: "head.set-cookie",
    title: "three Set-Cookie lines stay three",
    spec: "RFC 6265 3; RFC 9110 5.3",
    async run(context) {
      const cookies = ["a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT", "b=2", "c=3"];
      const headers = await headersOf(context, ...cookies.map((cookie) => `Set-Cookie: ${cookie}`));
      expectEqual("Set-Cookie", headers.getSetCookie(), cookies);
    },
  },
  {
    id: "head.header-ows",
    title: "whitespace around a value is not part of it",
    spec: "RFC 9112 5",
    async run(context) {
      const headers = await headersOf(context, "X-Wide: \t a b \t", "X-Tight:c");
      expectEqual("the values", [headers.get("x-wide"), headers.get("x-tight")], ["a b", "c"]);
    },
  },
  {
    id: "head.header-empty",
    title: "a field without a value is there, empty",
    spec: "RFC 9110 5.5",
    async run(context) {
      const headers = await headersOf(context, "X-Empty:", "X-Blank:  ");
      expectEqual("the values", [headers.get("x-empty"), headers.get("x-blank")], ["", ""]);
    },
  },
  {
    id: "head.header-non-ascii",
    title: "the bytes of a value can be recovered, one character a byte",
    spec: "contract 1; RFC 9110 5.5",
    async run(context) {
      const headers = await headersOf(context, "X-Latin: caf\xe9", "X-Utf: \xc3\xa9");
      expectEqual("the values", [headers.get("x-latin"), headers.get("x-utf")], ["caf\xe9", "\xc3\xa9"]);
    },
  },
  {
    id: "head.header-nbsp",
    title: "only spaces and tabs are trimmed: a value that begins and ends with byte A0 keeps both",
    spec: "RFC 9110 5.5 and 5.6.3; contract 9",
    async run(context) {
      const headers = await headersOf(context, "X-Wide: \t\xa0a\xa0 \t", "X-Utf: voil\xc3\xa0");
      expectEqual("the values", [headers.get("x-wide"), headers.get("x-utf")], ["\xa0a\xa0", "voil\xc3\xa0"]);
    },
  },
  {
    id: "head.header-obs-fold",
    title: "a folded line is joined, or refused",
    level: "may",
    spec: "RFC 9112 5.2",
    async run({ serve, send }) {
      const server = await serve(respond(head("200 OK", "X-F: a", "  b", "Content-Length: 0")));
      const exchange = send(server.url());
      const outcome = await exchange.settles();
      if (!outcome.ended) {
        await exchange.fails("protocol");
        return "refused";
      }
      const value = exchange.recording.received?.headers.get("x-f");
      expectOneOf("X-F", value?.replace(/\s+/g, " "), ["a b"]);
      return `joined as ${JSON.stringify(value)}`;
    },
  },
  {
    id: "head.content-type-kept",
    title: "the content type is handed on as it is, whatever it is",
    spec: "contract 2: no content type is judged",
    async run(context) {
      for (const type of ['Text/Event-Stream; charset="X"; A=b', "text/html", "nonsense"]) {
        expectEqual("Content-Type", (await headersOf(context, `Content-Type: ${type}`)).get("content-type"), type);
      }
    },
  },
  {
    id: "head.location-kept",
    title: "a Location outside ASCII is handed on or refused, without harm",
    spec: "RFC 9110 10.2.2; contract 6",
    needs: ["manualRedirects"],
    async run({ serve, send }) {
      const server = await serve(respond(head("302 Found", "Location: /a b\xc3\xbc", "Content-Length: 0")));
      const exchange = send(server.url());
      await exchange.ends("");
      expectEqual("Location", (await exchange.head()).headers.get("location"), "/a b\xc3\xbc");
      expectEqual("the number of requests", server.requests.length, 1);
    },
  },
  {
    id: "head.large",
    title: "a head of 64 KiB is accepted",
    level: "should",
    spec: "contract 7, row 5: the limit is 256 KiB",
    async run(context) {
      const lines = Array.from({ length: 64 }, (_, index) => `X-${index}: ${"v".repeat(1000)}`);
      expectEqual("the last value", (await headersOf(context, ...lines)).get("x-63"), "v".repeat(1000));
    },
  },
  {
    id: "head.many-fields",
    title: "900 field lines are accepted",
    level: "should",
    spec: "contract 7, row 5: the limit is 1,000",
    async run(context) {
      const lines = Array.from({ length: 900 }, (_, index) => `X-${index}: ${index}`);
      expectEqual("the last value", (await headersOf(context, ...lines)).get("x-899"), "899");
    },
  },
  {
    id: "head.lf-only",
    title: "a head with bare LF is accepted, or refused; never awaited for ever",
    level: "may",
    spec: "RFC 9112 2.2",
    async run({ serve, send }) {
      const server = await serve(respond(toBytes("HTTP/1.1 200 OK\nX-A: 1\nContent-Length: 2\n\nok")));
      const exchange = send(server.url());
      const outcome = await exchange.settles();
      if (outcome.ended) expectEqual("the body", exchange.text, "ok");
      else await exchange.fails("protocol");
      return outcome.ended ? "accepted" : "refused";
    },
  },
  {
    id: "head.length-and-chunked",
    title: "with Content-Length and chunked together the length is never believed",
    spec: "RFC 9112 6.3, rule 3",
    async run({ serve, send }) {
      const body = "5\r\nhello\r\n0\r\n\r\n";
      const server = await serve(respond(ok("Content-Length: 3", "Transfer-Encoding: chunked"), body));
      const exchange = send(server.url());
      const outcome = await exchange.settles();
      if (outcome.ended) expectEqual("the body", exchange.text, "hello");
      else await exchange.fails("protocol");
    },
  },
]);
