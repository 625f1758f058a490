import type { ResponseHead } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { type Bytes, chunk, head, lastChunk, ok, okChunked } from "../http-text.ts";
import { respond } from "./respond.ts";

/** The head that comes of these bytes, after which the exchange ends with `body`. */
async function headOf({ serve, send }: CaseContext, bytes: Bytes, body = ""): Promise<ResponseHead> {
  const server = await serve(respond(bytes));
  const exchange = send(server.url());
  await exchange.ends(body);
  return exchange.head();
}

const statuses = [200, 201, 204, 205, 299, 304, 400, 401, 403, 404, 410, 429, 500, 502, 503, 599];

/** Status line and timing of the response head: RFC 9112 section 4, contract 2. */
export const headCases: readonly ConformanceCase[] = defineCases("head", [
  {
    id: "head.before-body",
    title: "the head is delivered while the body is silent",
    spec: "contract 3",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        await exchange.head();
        await connection.send(chunk("x"), lastChunk);
      });
      const exchange = send(server.url());
      const { status, headers, url, redirected = false } = await exchange.head();
      expectEqual("the status", status, 200);
      expectEqual("the content type", headers.get("content-type"), "text/event-stream");
      expectEqual("the URL and whether it was redirected", [url, redirected], [server.url(), false]);
      await exchange.ends("x");
    },
  },
  {
    id: "head.status-codes",
    title: "every status is a head like any other, none an error",
    spec: "contract 2: nothing is judged",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        for (;;) {
          const { target } = await connection.request();
          await connection.send(head(`${target.slice(1)} Status`, `X-${target.slice(1)}: seen`, "Content-Length: 0"));
        }
      });
      for (const status of statuses) {
        const exchange = send(server.url(`/${status}`));
        await exchange.ends("");
        const received = await exchange.head();
        expectEqual("the status", received.status, status);
        const extra = [...received.headers].filter(([name]) => name.startsWith("x-"));
        expectEqual("the fields of this response and of no other", extra, [[`x-${status}`, "seen"]]);
      }
    },
  },
  {
    id: "head.error-body",
    title: "the body of an error is delivered like any other",
    spec: "contract 2: nothing is judged",
    async run(context) {
      const body = '{"error":{"message":"no"}}';
      const bytes = head("401 Unauthorized", "WWW-Authenticate: Bearer", `Content-Length: ${body.length}`) + body;
      expectEqual("the status", (await headOf(context, bytes, body)).status, 401);
    },
  },
  ...[401, 407, 421, 425].map((status) => ({
    id: `head.status-${status}-once`,
    title: `a ${status} to a POST is delivered, and the request is not sent again`,
    spec: "contract 2: nothing is repeated",
    async run({ serve, send }: CaseContext) {
      const server = await serve(respond(head(`${status} Status`, "Content-Length: 2"), "no"));
      const exchange = send(server.url(), { method: "POST", body: "x" });
      await exchange.ends("no");
      expectEqual("the status", (await exchange.head()).status, status);
      expectEqual("the number of requests", server.requests.length, 1);
    },
  })),
  {
    id: "head.status-out-of-range",
    title: "a status outside 100 to 599 is given as it is, or refused; never awaited for ever",
    level: "may",
    needs: ["exactErrors"],
    spec: "RFC 9110 15",
    async run({ serve, send }) {
      const found: string[] = [];
      for (const status of ["999", "099", "1000", "600"]) {
        const server = await serve(respond(`HTTP/1.1 ${status} X\r\nContent-Length: 0\r\n\r\n`));
        const exchange = send(server.url());
        const outcome = await exchange.settles();
        if (!outcome.ended) await exchange.fails("protocol");
        found.push(`${status} ${outcome.ended ? `given as ${exchange.recording.received?.status}` : "refused"}`);
      }
      return found.join(", ");
    },
  },
  {
    id: "head.reason",
    title: "the reason phrase is given, and empty where there is none",
    needs: ["statusText"],
    spec: "RFC 9112 4",
    async run(context) {
      const seen: (string | undefined)[] = [];
      for (const line of ["200 Very Fine", "200 ", "200"]) {
        seen.push((await headOf(context, `HTTP/1.1 ${line}\r\nContent-Length: 0\r\n\r\n`)).statusText);
      }
      expectEqual("the reason phrases", seen, ["Very Fine", "", ""]);
    },
  },
  {
    id: "head.reason-bytes",
    title: "a reason phrase with a byte above 7F does no harm; how it is told is the transport's",
    needs: ["statusText"],
    level: "may",
    spec: "RFC 9112 4: a client SHOULD ignore the reason phrase",
    async run(context) {
      const { status, statusText } = await headOf(context, "HTTP/1.1 200 \xc0 point\r\nContent-Length: 0\r\n\r\n");
      expectEqual("the status", status, 200);
      return `told as ${JSON.stringify(statusText)}`;
    },
  },
  {
    id: "head.http-version",
    title: "the version of the response is told",
    needs: ["httpVersion"],
    spec: "contract 1",
    async run(context) {
      const { httpVersion } = await headOf(context, ok("Content-Length: 0"));
      expectEqual("the version", httpVersion, "1.1");
    },
  },
  {
    id: "head.http10",
    title: "an HTTP/1.0 response is delivered up to FIN",
    spec: "RFC 9112 6.3; contract 2",
    async run({ serve, send, supports }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n");
        connection.fin();
      });
      const exchange = send(server.url());
      await exchange.ends("data: x\n\n");
      const { status, httpVersion } = await exchange.head();
      expectEqual("the status", status, 200);
      if (supports.httpVersion === "exact") expectEqual("the version", httpVersion, "1.0");
    },
  },
  {
    id: "head.split-bytes",
    title: "a head that comes byte by byte is the same head",
    spec: "RFC 9112 2.2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.sendEach(head("200 Fine", "X-A: 1", "Content-Length: 2"), "ok");
      });
      const exchange = send(server.url());
      await exchange.ends("ok");
      const { status, headers } = await exchange.head();
      expectEqual("status and X-A", [status, headers.get("x-a")], [200, "1"]);
    },
  },
  {
    id: "head.and-body-one-packet",
    title: "head, body and FIN in one write are all delivered",
    spec: "RFC 9112 2.2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        const sent = connection.send(okChunked, chunk("data: 1\n\n"), chunk("data: 2\n\n"), lastChunk);
        connection.fin();
        await sent;
      });
      await send(server.url()).ends("data: 1\n\ndata: 2\n\n");
    },
  },
  {
    id: "head.informational-103",
    title: "103 Early Hints is not taken for the response",
    spec: "RFC 9110 15.2; RFC 8297",
    async run(context) {
      const bytes = `${head("103 Early Hints", "Link: </a>; rel=preload")}${ok("X-Final: yes", "Content-Length: 2")}ok`;
      const { status, headers } = await headOf(context, bytes, "ok");
      expectEqual(
        "status, X-Final and Link",
        [status, headers.get("x-final"), headers.get("link")],
        [200, "yes", null],
      );
    },
  },
  {
    id: "head.informational-100",
    title: "a 100 Continue that nobody asked for is passed over",
    spec: "RFC 9110 15.2",
    async run(context) {
      const bytes = `${head("100 Continue")}${ok("X-Final: yes", "Content-Length: 2")}ok`;
      const { status, headers } = await headOf(context, bytes, "ok");
      expectEqual("status and X-Final", [status, headers.get("x-final")], [200, "yes"]);
    },
  },
  {
    id: "head.informational-many",
    title: "several 1xx, each byte by byte, lead to the final response",
    spec: "RFC 9110 15.2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        await connection.request();
        for (const line of ["102 Processing", "103 Early Hints", "103 Early Hints", "199 Odd"]) {
          await connection.sendEach(head(line));
        }
        await connection.send(ok("Content-Length: 2"), "ok");
      });
      const exchange = send(server.url());
      await exchange.ends("ok");
      expectEqual("the status", (await exchange.head()).status, 200);
    },
  },
]);
