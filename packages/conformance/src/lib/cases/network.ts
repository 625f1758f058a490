import { join } from "node:path";
import { tmpdir } from "node:os";
import { certificates } from "../certificates.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { ok } from "../http-text.ts";
import { respond } from "./respond.ts";
import { expectUnconnected } from "./unasked.ts";
import { unlessRefused } from "./unless-refused.ts";

const okay = respond(ok("Content-Length: 2"), "ok");

/** Unix domain sockets, name resolution, and options of every transport. */
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
    async run(context) {
      const server = await context.serve(okay);
      const transport = context.create({ unixSocket: join(tmpdir(), "headrace-there-is-no-such.sock") });
      await context.send(server.url(), { transport }).fails("connect");
      await expectUnconnected(server);
    },
  },
  {
    id: "net.unix-path-too-long",
    title: "a path that is too long for a Unix domain socket is `connect`",
    needs: ["unixSocket", "machine:unixSockets"],
    spec: "contract 7, row 2: no such Unix socket; unix(7): 108 bytes",
    async run({ send, create }) {
      const transport = create({ unixSocket: join(tmpdir(), "x".repeat(200)) });
      await send("http://127.0.0.1:1/", { transport }).fails("connect");
    },
  },
  {
    id: "net.unix-socket-tls",
    title: "over a Unix domain socket TLS is for the URL's name",
    needs: ["unixSocket", "customCa", "machine:unixSockets"],
    spec: "contract 1: NetworkOptions",
    async run({ serve, send, create }) {
      const { ca, server: pair } = await certificates();
      const server = await serve(okay, { listenOn: "unix", tls: pair });
      const transport = create({ unixSocket: server.path, ca });
      await send("https://localhost/", { transport }).ends("ok");
      await send("https://other.test/", { transport }).fails("tls");
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
    title: "`userAgent` is sent, unless the request has one; a factory that cannot send it refuses it as `unsupported`",
    spec: "contract 1: an option that the transport cannot honour throws `unsupported`",
    async run({ serve, send, create }) {
      const server = await serve(okay);
      const transport = unlessRefused(() => create({ userAgent: "option/1" }));
      if (transport === undefined) return;
      await send(server.url(), { transport }).ends("ok");
      await send(server.url(), { transport, headers: { "user-agent": "mine/1" } }).ends("ok");
      const agents = server.requests.map((request) => request.values("user-agent"));
      expectEqual("User-Agent", agents, [["option/1"], ["mine/1"]]);
    },
  },
  {
    id: "net.resolve-tls",
    title: "the certificate must be for the name, not for the address that `resolve` gives it",
    needs: ["resolve", "customCa"],
    spec: "contract 1: NetworkOptions; RFC 9110 4.3.4",
    async run({ serve, send, create }) {
      const { ca, server: pair, wrongName } = await certificates();
      const resolve = { "wrong.test": "127.0.0.1" };
      const right = await serve(okay, { tls: wrongName });
      await send(`https://wrong.test:${right.port}/`, { transport: create({ ca, resolve }) }).ends("ok");
      expectEqual("the name in the handshake", right.connections[0]?.tls?.servername, "wrong.test");
      const other = await serve(okay, { tls: pair });
      await send(`https://wrong.test:${other.port}/`, { transport: create({ ca, resolve }) }).fails("tls");
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
