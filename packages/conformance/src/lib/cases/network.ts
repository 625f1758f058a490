import { join } from "node:path";
import { tmpdir } from "node:os";
import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { head, ok } from "../http-text.ts";
import type { ReceivedRequest } from "../received-request.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";
import { closedPort } from "./errors.ts";
import { respond } from "./respond.ts";
import { expectNoSecret } from "./secrets.ts";

const okay = respond(ok("Content-Length: 2"), "ok");

/** Plays a proxy that is the origin too: in absolute form, or behind CONNECT, the request is answered. */
async function answerAsProxy(connection: ScriptedConnection, seen: (request: ReceivedRequest) => void): Promise<void> {
  for (;;) {
    const request = await connection.request();
    seen(request);
    if (request.method === "CONNECT") await connection.send(head("200 Connection established"));
    else await connection.send(ok("Content-Length: 2"), "ok");
  }
}

/** Lets a SOCKS5 client through (RFC 1928, no authentication), then answers as the origin. */
async function answerAsSocks(connection: ScriptedConnection): Promise<string> {
  const [, methods = 0] = await connection.read(2);
  await connection.read(methods);
  await connection.send(Uint8Array.of(5, 0));
  const [, , , kind = 0] = await connection.read(4);
  const length = kind === 3 ? ((await connection.read(1))[0] ?? 0) : kind === 4 ? 16 : 4;
  const address = await connection.read(length);
  await connection.read(2);
  await connection.send(Uint8Array.of(5, 0, 0, 1, 127, 0, 0, 1, 0, 80));
  await connection.request();
  await connection.send(ok("Content-Length: 2"), "ok");
  return kind === 3 ? Buffer.from(address).toString("latin1") : `address of ${length} bytes`;
}

async function expectProxyRefused(context: CaseContext, status: number): Promise<void> {
  const server = await context.serve(respond(head(`${status} No`, "Content-Length: 3"), "no!"));
  const transport = context.create({ proxy: server.origin });
  const error = await context.send("https://127.0.0.1:1/", { transport }).fails("proxy");
  expectEqual("the status", (error as { status?: number }).status, status);
}

/** Proxies, Unix domain sockets, and what is taken from the environment: nothing. */
export const networkCases: readonly ConformanceCase[] = defineCases("net", [
  {
    id: "net.unix-socket",
    title: "a Unix domain socket is connected to; Host comes from the URL",
    needs: ["unixSocket", "machine:unixSockets"],
    spec: "contract 1: NetworkOptions",
    async run({ serve, send, create }) {
      const server = await serve(okay, { listenOn: "unix" });
      await send("http://example.test/path", { transport: create({ unixSocket: server.path }) }).ends("ok");
      const [request] = server.requests;
      expectEqual("target and Host", [request?.target, request?.value("host")], ["/path", "example.test"]);
    },
  },
  {
    id: "net.unix-missing",
    title: "a Unix domain socket that is not there is `connect`",
    needs: ["unixSocket", "machine:unixSockets"],
    spec: "contract 7, row 2",
    async run({ serve, send, create }) {
      const server = await serve(okay);
      const transport = create({ unixSocket: join(tmpdir(), "headrace-there-is-no-such.sock") });
      await send(server.url(), { transport }).fails("connect");
      expectEqual("connections to the URL's host", server.connections.length, 0);
    },
  },
  {
    id: "net.resolve",
    title: "a name is connected to at the address that `resolve` gives, with or without a port",
    needs: ["resolve"],
    spec: "contract 1: NetworkOptions",
    async run({ serve, send, create }) {
      const server = await serve(okay);
      for (const key of ["there.test", `there.test:${server.port}`]) {
        const transport = create({ resolve: { [key]: "127.0.0.1" } });
        await send(`http://there.test:${server.port}/`, { transport }).ends("ok");
      }
      expectEqual("Host", server.requests[0]?.value("host"), `there.test:${server.port}`);
    },
  },
  {
    id: "net.user-agent",
    title: "`userAgent` is sent, unless the request has one",
    spec: "contract 1: NetworkOptions",
    async run({ serve, send, create }) {
      const server = await serve(okay);
      const transport = create({ userAgent: "option/1" });
      await send(server.url(), { transport }).ends("ok");
      await send(server.url(), { transport, headers: { "user-agent": "mine/1" } }).ends("ok");
      const agents = server.requests.map((request) => request.values("user-agent"));
      expectEqual("User-Agent", agents, [["option/1"], ["mine/1"]]);
    },
  },
  {
    id: "net.proxy-http",
    title: "a request goes through an HTTP proxy, its credentials to the proxy alone",
    needs: ["proxy:http"],
    spec: "RFC 9112 3.2.2 and 3.2.3",
    async run({ serve, send, create }) {
      const requests: ReceivedRequest[] = [];
      const server = await serve((connection) => answerAsProxy(connection, (request) => requests.push(request)));
      const proxy = server.origin.replace("//", "//user:pass@");
      await send("http://origin.test/path?q", { transport: create({ proxy }) }).ends("ok");
      const last = requests.at(-1);
      const tunnelled = requests[0]?.method === "CONNECT";
      expectEqual("the target", last?.target, tunnelled ? "/path?q" : "http://origin.test/path?q");
      expectEqual("Host", last?.value("host"), "origin.test");
      expectEqual(
        "Proxy-Authorization at the proxy",
        requests[0]?.value("proxy-authorization"),
        `Basic ${btoa("user:pass")}`,
      );
      if (tunnelled)
        expectEqual("Proxy-Authorization inside the tunnel", last?.value("proxy-authorization"), undefined);
    },
  },
  {
    id: "net.proxy-refuses",
    title: "CONNECT answered with 403, 407 or 502 is `proxy`, with that status",
    needs: ["proxy:http"],
    spec: "contract 7, row 3",
    async run(context) {
      for (const status of [403, 407, 502]) await expectProxyRefused(context, status);
    },
  },
  {
    id: "net.proxy-unreachable",
    title: "a proxy that nobody listens at is `connect`, and its password is in no error",
    needs: ["proxy:http"],
    spec: "contract 7, row 2; contract 10",
    async run({ send, create }) {
      const proxy = `http://user:s3cret-proxy@127.0.0.1:${await closedPort()}`;
      expectNoSecret(await send("http://origin.test/", { transport: create({ proxy }) }).fails("connect"));
    },
  },
  {
    id: "net.proxy-socks5",
    title: "a request goes through a SOCKS5 proxy",
    needs: ["proxy:socks5"],
    spec: "RFC 1928",
    async run({ serve, send, create }) {
      const server = await serve(async (connection) => {
        await answerAsSocks(connection);
      });
      const proxy = server.origin.replace("http:", "socks5:");
      await send("http://127.0.0.1:1/", { transport: create({ proxy }) }).ends("ok");
    },
  },
  {
    id: "net.proxy-socks5h",
    title: "with socks5h the proxy is given the name, not an address",
    needs: ["proxy:socks5h"],
    spec: "RFC 1928",
    async run({ serve, send, create }) {
      const names: string[] = [];
      const server = await serve(async (connection) => {
        names.push(await answerAsSocks(connection));
      });
      const proxy = server.origin.replace("http:", "socks5h:");
      await send("http://never-looked-up.test/", { transport: create({ proxy }) }).ends("ok");
      expectEqual("the name at the proxy", names, ["never-looked-up.test"]);
    },
  },
  {
    id: "net.environment-ignored",
    title: "the proxy variables of the environment are not read",
    spec: "contract 10",
    async run({ serve, send, create, supports }) {
      const origin = await serve(okay);
      const proxy = await serve(okay);
      const names = ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];
      const before = names.map((name) => [name, process.env[name]] as const);
      for (const name of names) process.env[name] = proxy.origin;
      try {
        await send(origin.url(), { transport: create() }).ends("ok");
      } finally {
        for (const [name, value] of before) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      }
      if (supports.ambient?.includes("proxy") === true) return;
      expectEqual("requests at the origin and at the proxy", [origin.requests.length, proxy.requests.length], [1, 0]);
    },
  },
  {
    id: "net.options-off",
    title: "options that ask for nothing are accepted by every transport",
    spec: "contract 1: `proxy: false`, the default",
    async run({ serve, send, create }) {
      const server = await serve(okay);
      await send(server.url(), { transport: create({ proxy: false, insecure: false }) }).ends("ok");
    },
  },
]);
