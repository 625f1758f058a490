import { gzipSync } from "node:zlib";
import type { NetworkOptions, SyncTransport } from "@headrace/core/transport";
import type { BlockingStep } from "../blocking-server.ts";
import type { CaseContext } from "../case-context.ts";
import { certificates, demandingClient } from "../certificates.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { type BareCall, expectAllClosed, expectCode, sendSync } from "./sync-calls.ts";
import { unlessRefused } from "./unless-refused.ts";

const answering: readonly BlockingStep[] = [["request"], ["send", ok("Content-Length: 2")], ["send", "ok"]];

const cookies = ["a=1; Expires=Wed, 09 Jun 2027 10:18:14 GMT", "b=2"];
const withCookies = ok("Content-Length: 2", ...cookies.map((cookie) => `Set-Cookie: ${cookie}`));
/** On a connection that may be kept. */
const twice: readonly BlockingStep[] = [
  ["request"],
  ["send", withCookies],
  ["send", "ok"],
  ["request"],
  ["send", withCookies],
  ["send", "ok"],
];

/** Calls `sendSync` of a transport with these options. */
function sendWith(context: CaseContext, url: string, options: NetworkOptions): BareCall {
  return sendSync(context, url, { transport: context.create(options) as SyncTransport });
}

function expectBody({ thrown, text }: BareCall, body: string): void {
  expectEqual("the body and what was thrown", [text, thrown], [body, undefined]);
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "sync.tls-ca",
    title: "a certificate signed by the given `ca` is trusted",
    needs: ["sync", "customCa"],
    spec: "contract 1 and 4",
    async run(context) {
      const { ca, server: tls } = await certificates();
      const server = await context.serveBlocking(answering, { tls });
      expectBody(sendWith(context, `${server.origin}/`, { ca }), "ok");
    },
  },
  {
    id: "sync.tls-untrusted",
    title: "a certificate that nobody trusted has signed, or for another name, is `tls`, and nothing is sent",
    needs: ["sync", "customCa"],
    spec: "contract 4; contract 7, row 4",
    async run(context) {
      const { ca, server: tls, wrongName } = await certificates();
      for (const [pair, options] of [
        [tls, {}],
        [wrongName, { ca }],
      ] as const) {
        const server = await context.serveBlocking(answering, { tls: pair });
        expectCode(sendWith(context, `${server.origin}/`, options).thrown, "tls");
        await expectAllClosed(server);
        expectEqual("the requests", (await server.report()).requests, []);
      }
    },
  },
  {
    id: "sync.tls-insecure",
    title: "with `insecure` a certificate that nobody trusted has signed is accepted",
    needs: ["sync", "insecure"],
    spec: "contract 1 and 4",
    async run(context) {
      const { selfSigned } = await certificates();
      const server = await context.serveBlocking(answering, { tls: selfSigned });
      expectBody(sendWith(context, `${server.origin}/`, { insecure: true }), "ok");
    },
  },
  {
    id: "sync.client-certificate",
    title: "the client certificate is presented",
    needs: ["sync", "customCa", "clientCertificate"],
    spec: "contract 1 and 4",
    async run(context) {
      const made = await certificates();
      const server = await context.serveBlocking(answering, { tls: demandingClient(made) });
      const { cert, key } = made.client;
      expectBody(sendWith(context, `${server.origin}/`, { ca: made.ca, cert, key }), "ok");
    },
  },
  {
    id: "sync.unix-socket",
    title: "a Unix domain socket is connected to; Host comes from the URL",
    needs: ["sync", "unixSocket", "machine:unixSockets"],
    spec: "contract 1 and 4",
    async run(context) {
      const server = await context.serveBlocking(answering, { listenOn: "unix" });
      expectBody(sendWith(context, "http://example.test/path", { unixSocket: server.path }), "ok");
      const [request = ""] = (await server.report()).requests;
      const sent = request.startsWith("GET /path HTTP/1.1\r\n") && /\r\nhost: example\.test\r\n/i.test(request);
      expectThat(sent, "the path and the host of the URL", request);
    },
  },
  {
    id: "sync.proxy-http",
    title: "a plain request goes to an HTTP proxy in absolute form",
    needs: ["sync", "proxy:http"],
    spec: "contract 1 and 4; RFC 9112 3.2.2",
    async run(context) {
      const proxy = await context.serveBlocking(answering);
      expectBody(sendWith(context, "http://origin.test/path", { proxy: proxy.origin }), "ok");
      const [request = ""] = (await proxy.report()).requests;
      expectThat(request.startsWith("GET http://origin.test/path HTTP/1.1\r\n"), "the whole URL", request);
    },
  },
  {
    id: "sync.user-agent",
    title: "`userAgent` is sent; a factory that cannot send it refuses it as `unsupported`",
    needs: ["sync"],
    spec: "contract 1 and 4",
    async run(context) {
      const transport = unlessRefused(() => context.create({ userAgent: "option/1" }));
      if (!transport) return;
      const server = await context.serveBlocking(answering);
      expectBody(sendSync(context, server.origin, { transport: transport as SyncTransport }), "ok");
      const [request = ""] = (await server.report()).requests;
      expectEqual("User-Agent", /^user-agent:.*$/im.exec(request)?.[0].slice(11).trim(), "option/1");
    },
  },
  {
    id: "sync.resolve",
    title: "a name is connected to at the address that `resolve` gives",
    needs: ["sync", "resolve"],
    spec: "contract 1 and 4",
    async run(context) {
      const server = await context.serveBlocking(answering);
      const url = server.origin.replace("127.0.0.1", "there.test");
      expectBody(sendWith(context, url, { resolve: { "there.test": "127.0.0.1" } }), "ok");
    },
  },
  {
    id: "sync.gzip",
    title: "a body in gzip is decoded",
    needs: ["sync", "decompression:gzip"],
    spec: "contract 3 and 4: the coding of the bytes is undone",
    async run(context) {
      const server = await context.serveBlocking([
        ["request"],
        ["send", ok("Content-Encoding: gzip", "Transfer-Encoding: chunked")],
        ["send", chunk(gzipSync("data: 1\n\n"))],
        ["send", lastChunk],
      ]);
      expectBody(sendSync(context, server.origin), "data: 1\n\n");
    },
  },
  {
    id: "sync.trailers",
    title: "the trailer section comes to the sink",
    needs: ["sync", "trailers"],
    spec: "contract 3 and 4; RFC 9112 7.1.2",
    async run(context) {
      const server = await context.serveBlocking([
        ["request"],
        ["send", okChunked],
        ["send", chunk("ok")],
        ["send", "0\r\nX-Sum: 1\r\n\r\n"],
      ]);
      const call = sendSync(context, server.origin);
      expectBody(call, "ok");
      expectEqual("the trailer", call.trailers?.get("x-sum"), "1");
    },
  },
  {
    id: "sync.set-cookie",
    title: "two Set-Cookie lines stay two",
    needs: ["sync"],
    spec: "contract 4; RFC 6265 3",
    async run(context) {
      const server = await context.serveBlocking(twice);
      const call = sendSync(context, server.origin);
      expectBody(call, "ok");
      expectEqual("Set-Cookie", call.headers?.getSetCookie(), cookies);
    },
  },
  {
    id: "sync.cookies-ignored",
    title: "a cookie that a response sets is not sent with the next request",
    needs: ["sync", "!ambient:cookies"],
    spec: "contract 10: no cookie store",
    async run(context) {
      const server = await context.serveBlocking(twice);
      for (let count = 0; count < 2; count++) expectBody(sendSync(context, server.origin), "ok");
      const { requests } = await server.report();
      const sent = requests.map((request) => /^cookie:.*$/im.exec(request)?.[0]);
      expectEqual("the Cookie field of each request", sent, [undefined, undefined]);
    },
  },
  {
    id: "sync.connect-timeout",
    title: "a handshake that is never answered is `timeout` in phase `connect`, at the limit and not before",
    needs: ["sync", "connectTimeout"],
    spec: "contract 4 and 8",
    async run(context) {
      // Whose clock does not run is let go.
      const server = await context.serveBlocking([["delay", 150 + context.ms(800)], ["rst"]]);
      const started = performance.now();
      const url = server.origin.replace("http:", "https:");
      const { thrown } = sendSync(context, url, { connectTimeout: 150 });
      const elapsed = performance.now() - started;
      expectEqual("the phase", expectCode(thrown, "timeout").phase, "connect");
      const latest = 150 + context.ms(700);
      expectThat(elapsed >= 145 && elapsed < latest, `150 ms, ${latest} ms at most`, elapsed);
      await expectAllClosed(server);
    },
  },
];

/** TLS, sockets, codings, trailers and the connect clock of the blocking call, which may have a path of its own: contract 4. */
export const syncNetworkCases: readonly ConformanceCase[] = defineCases("sync", definitions);
