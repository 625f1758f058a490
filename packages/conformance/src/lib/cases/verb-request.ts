import type { CallInit } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectBytes, expectEqual } from "../expect.ts";
import { head, ok } from "../http-text.ts";
import type { ReceivedRequest } from "../received-request.ts";
import { respond, respondEmpty } from "./respond.ts";
import { expectFailure, expectRefusedUnsent, verbsOf } from "./verb-calls.ts";

type Init = Omit<CallInit, "transport">;

/** What the server saw of a call of `request`. */
async function seen(context: CaseContext, path: string, init: Init = {}): Promise<ReceivedRequest> {
  const server = await context.serve(respondEmpty);
  await verbsOf(context).request(server.url(path), init);
  return server.requests[0] as ReceivedRequest;
}

/** A case in which each of these is refused before anything is connected to. */
function refusedUnsent(id: string, title: string, inits: readonly Init[]): CaseDefinition {
  return {
    id,
    title,
    scope: "verb",
    spec: "contract 9 and 10: checked before anything is sent",
    async run(context: CaseContext) {
      for (const init of inits) {
        await expectRefusedUnsent(context, "invalid-argument", (url, { request }) => request(url, init));
      }
    },
  };
}

function header(name: string, value = "x"): Init {
  return { headers: { [name]: value } };
}

const transportsOwn = [
  "Connection",
  "Content-Length",
  "Expect",
  "Keep-Alive",
  "Proxy-Authorization",
  "TE",
  "Trailer",
  "Transfer-Encoding",
  "Upgrade",
];

/** What the verbs make of a request, and what they refuse, over this transport: contract 9. */
export const verbRequestCases: readonly ConformanceCase[] = defineCases("req", [
  refusedUnsent(
    "req.header-crlf",
    "CR, LF or NUL in a field value is refused, and nothing is sent",
    ["a\r\nX-I: 1", "a\nb", "a\rb", "a\0b"].map((value) => header("x-a", value)),
  ),
  refusedUnsent(
    "req.header-name",
    "a field name that is not a token is refused, and nothing is sent",
    ["x a", "x:", "x\r\ny", "", "é"].map((name) => header(name)),
  ),
  refusedUnsent(
    "req.header-above-latin1",
    "a character above U+00FF in a value is refused, never sent as a question mark",
    [header("x-a", "…")],
  ),
  refusedUnsent(
    "req.header-refused",
    "the fields that are the transport's own are refused",
    transportsOwn.map((name) => header(name)),
  ),
  refusedUnsent(
    "req.method-injection",
    "a method that is not a token is refused, and nothing is sent",
    ["GET / HTTP/1.1\r\nX: y", "G ET", "", "GÉT"].map((method) => ({ method })),
  ),
  refusedUnsent(
    "req.method-refused",
    "CONNECT, TRACE and TRACK are refused",
    ["CONNECT", "trace", "TRACK"].map((method) => ({ method })),
  ),
  refusedUnsent(
    "req.body-with-get",
    "a GET or HEAD with a body is refused",
    ["GET", "head"].map((method) => ({ method, body: "x" })),
  ),
  {
    id: "req.header-forbidden",
    title: "a field that the transport says it cannot send is refused as `unsupported`, never dropped",
    scope: "verb",
    spec: "contract 1 and 9",
    async run(context) {
      for (const name of context.supports.forbiddenHeaders ?? []) {
        const code = transportsOwn.some((own) => own.toLowerCase() === name) ? "invalid-argument" : "unsupported";
        await expectRefusedUnsent(context, code, (url, { request }) => request(url, header(name)));
      }
    },
  },
  {
    id: "req.url-bad",
    title: "a URL of another scheme, or that is none, is refused, and nothing is sent or read",
    scope: "verb",
    spec: "contract 9",
    async run(context) {
      const { request } = verbsOf(context);
      for (const url of [
        "ftp://h/",
        "file:///etc/hostname",
        "data:text/plain,x",
        "about:blank",
        "http://h:99999/",
        "http://",
        "//",
        "",
      ]) {
        await expectFailure("invalid-argument", request(url));
      }
    },
  },
  {
    id: "req.url-userinfo",
    title: "userinfo in the URL becomes Basic credentials and is not in the target",
    scope: "verb",
    spec: "contract 9; RFC 7617",
    async run(context) {
      const server = await context.serve(respondEmpty);
      await verbsOf(context).request(server.url("/path").replace("//", "//u%40:p%3A%C3%BC@"));
      const [received] = server.requests;
      const credentials = `Basic ${Buffer.from("u@:p:ü").toString("base64")}`;
      expectEqual(
        "target and Authorization",
        [received?.target, received?.values("authorization")],
        ["/path", [credentials]],
      );
    },
  },
  {
    id: "req.url-userinfo-vs-header",
    title: "the user's own Authorization wins over userinfo",
    scope: "verb",
    spec: "contract 9",
    async run(context) {
      const server = await context.serve(respondEmpty);
      const url = server.url().replace("//", "//u:p@");
      await verbsOf(context).request(url, { headers: { Authorization: "Bearer b" } });
      expectEqual("Authorization", server.requests[0]?.values("authorization"), ["Bearer b"]);
    },
  },
  {
    id: "req.url-fragment",
    title: "a fragment is not sent",
    scope: "verb",
    spec: "contract 1; RFC 9110 7.1",
    async run(context) {
      expectEqual("the target", (await seen(context, "/a?b#c")).target, "/a?b");
    },
  },
  {
    id: "req.post-string-utf8",
    title: "a string is sent as UTF-8, its length in bytes",
    scope: "verb",
    spec: "core README, Options: `body`; Fetch 5.2",
    async run(context) {
      const received = await seen(context, "/", { body: "é😀" });
      expectEqual("method and Content-Length", [received.method, received.values("content-length")], ["POST", ["6"]]);
      expectBytes("the content", received.body, Uint8Array.of(0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80));
    },
  },
  {
    id: "req.post-json",
    title: "`json` is a POST of JSON, with its content type",
    scope: "verb",
    spec: "core README, Options: `json`",
    async run(context) {
      const received = await seen(context, "/", { json: { stream: true } });
      const found = [received.method, received.value("content-type"), Buffer.from(received.body).toString()];
      expectEqual("method, type and content", found, ["POST", "application/json", '{"stream":true}']);
    },
  },
  {
    id: "req.method-upper-cased",
    title: "DELETE, GET, HEAD, OPTIONS, POST and PUT are upper-cased, others go out as given",
    scope: "verb",
    spec: "contract 9; Fetch 4.1",
    async run(context) {
      const methods: (string | undefined)[] = [];
      for (const method of ["get", "Head", "delete", "options", "Post", "put", "patch", "report"]) {
        methods.push((await seen(context, "/", { method })).method);
      }
      expectEqual("the methods", methods, ["GET", "HEAD", "DELETE", "OPTIONS", "POST", "PUT", "patch", "report"]);
    },
  },
  {
    id: "req.event-stream-defaults",
    title:
      "an event stream is asked for with Accept, the last event ID as UTF-8, no content coding and no Cache-Control",
    scope: "verb",
    spec: "contract 9; WHATWG HTML 9.2",
    async run(context) {
      const server = await context.serve(respond(ok("Content-Length: 0")));
      const stream = await verbsOf(context).open(server.url(), { lastEventId: "…" });
      await stream.cancel();
      const [received] = server.requests;
      const fields = ["accept", "last-event-id", "accept-encoding", "cache-control"].map((name) =>
        received?.value(name),
      );
      const expected = ["text/event-stream", "\u00e2\u0080\u00a6", "identity", undefined];
      const forbidden = context.supports.forbiddenHeaders?.includes("accept-encoding") === true;
      if (forbidden) expected[2] = fields[2];
      expectEqual("the fields", fields, expected);
    },
  },
  {
    id: "req.whole-response",
    title: "`request` gives head and whole body, and a refusal with its status and body",
    scope: "verb",
    spec: "core README, Errors: `status`",
    async run(context) {
      const { request } = verbsOf(context);
      const server = await context.serve(
        respond(head("201 Created", "Content-Type: text/plain", "X-A: 1", "Content-Length: 5"), "hello"),
      );
      const { response, body } = await request(server.url("/path"));
      expectEqual(
        "status, X-A and URL",
        [response.status, response.headers.get("x-a"), response.url],
        [201, "1", server.url("/path")],
      );
      expectEqual("the body", Buffer.from(body).toString(), "hello");
      const refusing = await context.serve(respond(head("503 Busy", "Retry-After: 7", "Content-Length: 4"), "busy"));
      const error = await expectFailure("status", request(refusing.url()));
      expectEqual("status, body and retryAfter", [error.status, error.body, error.retryAfter], [503, "busy", 7000]);
    },
  },
]);
