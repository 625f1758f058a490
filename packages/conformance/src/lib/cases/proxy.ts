import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { chunk, head, lastChunk, ok, okChunked } from "../http-text.ts";
import type { ReceivedRequest } from "../received-request.ts";
import type { Script } from "../scripted-server.ts";
import { certificates } from "../certificates.ts";
import { respond } from "./respond.ts";
import { expectRequests } from "./unasked.ts";

const okay = respond(ok("Content-Length: 2"), "ok");
const established = head("200 Connection established");

/** Plays an HTTP proxy that is the origin too: answers CONNECT with these bytes, then speaks TLS and goes on as `script`. */
function tunnel(script: Script, answer: string = established): Script {
  return async (connection) => {
    await connection.request();
    const { server } = await certificates();
    await Promise.all([connection.send(answer), connection.startTls(server)]);
    await script(connection);
  };
}

/** Plays a proxy that is the origin too, for plain requests: in absolute form or, if the client likes, behind CONNECT. */
const forwarding: Script = async (connection) => {
  for (;;) {
    const request = await connection.request();
    if (request.method === "CONNECT") await connection.send(established);
    else await connection.send(ok("Content-Length: 2"), "ok");
  }
};

/** Thirty events, each sent when the one before was delivered. */
async function expectLockStep(
  context: CaseContext,
  url: string,
  play: (script: Script) => Script,
  options: object,
): Promise<void> {
  const server = await context.serve(
    play(async (connection) => {
      await connection.request();
      await connection.send(okChunked);
      for (let count = 1; count <= 10; count++) {
        await connection.send(chunk("data: 1\n\n"));
        await exchange.received(count * 9);
      }
      await connection.send(lastChunk);
    }),
  );
  const transport = context.create({ proxy: server.origin, ...options });
  const exchange = context.send(url, { transport });
  await exchange.ends("data: 1\n\n".repeat(10));
}

function proxyFields(request: ReceivedRequest | undefined): string[] {
  return (request?.fields ?? []).map(([name]) => name.toLowerCase()).filter((name) => name.startsWith("proxy-"));
}

const plain: readonly CaseDefinition[] = [
  {
    id: "net.proxy-http",
    title: "a plain request goes to an HTTP proxy in absolute form, with its credentials",
    needs: ["proxy:http"],
    spec: "RFC 9112 3.2.2 and 3.2.3",
    async run({ serve, send, create }) {
      const server = await serve(forwarding);
      const proxy = server.origin.replace("//", "//user:pa%40ss@");
      await send("http://origin.test/path?q", { transport: create({ proxy }) }).ends("ok");
      const [first] = server.requests;
      const last = server.requests.at(-1);
      const tunnelled = first?.method === "CONNECT";
      expectEqual("the target", last?.target, tunnelled ? "/path?q" : "http://origin.test/path?q");
      expectEqual("Host", last?.value("host"), "origin.test");
      expectEqual("Proxy-Authorization", first?.values("proxy-authorization"), [`Basic ${btoa("user:pa@ss")}`]);
      expectEqual("Authorization", last?.value("authorization"), undefined);
      if (tunnelled) expectEqual("Proxy-* inside the tunnel", proxyFields(last), []);
    },
  },
  {
    id: "net.proxy-connection",
    title: "no Proxy-Connection is sent",
    level: "should",
    needs: ["proxy:http"],
    spec: "RFC 9112 C.2.2",
    async run({ serve, send, create }) {
      const server = await serve(forwarding);
      await send("http://origin.test/", { transport: create({ proxy: server.origin }) }).ends("ok");
      expectEqual("Proxy-* in the requests", server.requests.flatMap(proxyFields), []);
    },
  },
  {
    id: "net.proxy-plain-status",
    title: "what a proxy answers to a plain request is a response, 407 and 502 too",
    needs: ["proxy:http"],
    spec: "contract 2: nothing is judged; contract 7, row 3: CONNECT",
    async run({ serve, send, create }) {
      for (const status of [407, 502]) {
        const server = await serve(async (connection) => {
          const request = await connection.request();
          if (request.method === "CONNECT")
            return void (await connection.send(established).then(() => connection.request()));
          await connection.send(head(`${status} No`, "Proxy-Authenticate: Basic", "Content-Length: 3"), "no!");
        });
        const exchange = send("http://origin.test/", { transport: create({ proxy: server.origin }) });
        await exchange.ends("no!");
        expectEqual("the status", exchange.recording.received?.status, status);
      }
    },
  },
  {
    id: "net.proxy-streaming",
    title: "events through an HTTP proxy are each delivered before the next is sent",
    needs: ["proxy:http"],
    spec: "contract 3",
    run: (context: CaseContext) => expectLockStep(context, "http://origin.test/", (script) => script, {}),
  },
];

const tunnelled: readonly CaseDefinition[] = [
  {
    id: "net.proxy-connect",
    title: "a request over TLS goes through a tunnel: the proxy's credentials to the proxy alone, the name to both",
    needs: ["proxy:http", "customCa"],
    spec: "RFC 9110 9.3.6; contract 10",
    async run({ serve, send, create }) {
      const server = await serve(tunnel(okay));
      const { ca } = await certificates();
      const proxy = server.origin.replace("//", "//user:pa%40ss@");
      const headers = { authorization: "Bearer mine" };
      await send("https://localhost:1/path?q", { transport: create({ proxy, ca }), headers }).ends("ok");
      const [connect, request] = server.requests;
      expectEqual("the request to the proxy", [connect?.method, connect?.target], ["CONNECT", "localhost:1"]);
      expectEqual("Host at the proxy", connect?.value("host"), "localhost:1");
      expectEqual("Proxy-Authorization", connect?.values("proxy-authorization"), [`Basic ${btoa("user:pa@ss")}`]);
      expectEqual("Authorization at the proxy", connect?.value("authorization"), undefined);
      expectEqual("target and Host inside", [request?.target, request?.value("host")], ["/path?q", "localhost:1"]);
      expectEqual("Proxy-* inside the tunnel", proxyFields(request), []);
      expectEqual("the name in the handshake", server.connections[0]?.tls?.servername, "localhost");
    },
  },
  {
    id: "net.proxy-connect-fields",
    title: "Content-Length and Transfer-Encoding of a 2xx answer to CONNECT mean nothing",
    needs: ["proxy:http", "customCa"],
    spec: "RFC 9110 9.3.6",
    async run({ serve, send, create }) {
      const { ca } = await certificates();
      for (const field of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
        const server = await serve(tunnel(okay, head("200 OK", field)));
        await send("https://localhost:1/", { transport: create({ proxy: server.origin, ca }) }).ends("ok");
      }
    },
  },
  {
    id: "net.proxy-tunnel-tls",
    title: "behind a tunnel a certificate that is not trusted, or for another name, is `tls`",
    needs: ["proxy:http", "customCa"],
    spec: "contract 7, row 4; contract 10",
    async run(context) {
      const { serve, send, create } = context;
      const { ca } = await certificates();
      const server = await serve(tunnel(okay));
      await send("https://localhost:1/", { transport: create({ proxy: server.origin }) }).fails("tls");
      await send("https://other.test:1/", { transport: create({ proxy: server.origin, ca }) }).fails("tls");
      await expectRequests(context, server, { count: 2 });
      const methods = server.requests.map(({ method }) => method);
      expectEqual("the requests that were sent", methods, ["CONNECT", "CONNECT"]);
    },
  },
  {
    id: "net.proxy-streaming-tunnel",
    title: "events through a tunnel are each delivered before the next is sent",
    needs: ["proxy:http", "customCa"],
    spec: "contract 3",
    async run(context) {
      const { ca } = await certificates();
      await expectLockStep(context, "https://localhost:1/", tunnel, { ca });
    },
  },
];

const overTls: readonly CaseDefinition[] = [
  {
    id: "net.proxy-https",
    title: "the way to an https proxy is TLS, for plain requests and for tunnels",
    needs: ["proxy:https", "customCa"],
    spec: "contract 1: NetworkOptions",
    async run({ serve, send, create }) {
      const { ca, server: pair } = await certificates();
      const plainly = await serve(forwarding, { tls: pair });
      const proxy = plainly.origin.replace("//", "//user:pass@");
      await send("http://origin.test/path", { transport: create({ proxy, ca }) }).ends("ok");
      const authorization = plainly.requests[0]?.values("proxy-authorization");
      expectEqual("Proxy-Authorization", authorization, [`Basic ${btoa("user:pass")}`]);
      const server = await serve(tunnel(okay), { tls: pair });
      await send("https://localhost:1/path", { transport: create({ proxy: server.origin, ca }) }).ends("ok");
      expectEqual(
        "the targets",
        server.requests.map(({ target }) => target),
        ["localhost:1", "/path"],
      );
    },
  },
  {
    id: "net.proxy-https-untrusted",
    title: "an https proxy whose certificate is not trusted is `tls`, before it is told anything",
    needs: ["proxy:https", "customCa"],
    spec: "contract 7, row 4; contract 10",
    async run(context) {
      const { serve, send, create } = context;
      const { ca, selfSigned } = await certificates();
      const server = await serve(forwarding, { tls: selfSigned });
      for (const url of ["http://origin.test/", "https://origin.test/"])
        await send(url, { transport: create({ proxy: server.origin, ca }) }).fails("tls");
      await expectRequests(context, server);
    },
  },
  {
    id: "net.proxy-https-handshake",
    title: "an https proxy that breaks off its handshake is `tls`",
    needs: ["proxy:https"],
    spec: "contract 7, row 4",
    async run({ serve, send, create }) {
      for (const how of ["fin", "rst"] as const) {
        const server = await serve(async (connection) => {
          await connection.receivedBytes(1);
          connection[how]();
        });
        const proxy = server.origin.replace("http:", "https:");
        await send("http://origin.test/", { transport: create({ proxy }) }).fails("tls");
      }
    },
  },
];

/** HTTP proxies: RFC 9110 section 9.3.6, RFC 9112 section 3.2. */
export const proxyCases: readonly ConformanceCase[] = defineCases("net", [...plain, ...tunnelled, ...overTls]);
