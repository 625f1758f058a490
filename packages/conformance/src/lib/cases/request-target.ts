import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { respondEmpty } from "./respond.ts";

async function expectTarget({ serve, send }: CaseContext, path: string, expected: string): Promise<void> {
  const server = await serve(respondEmpty);
  await send(server.url(path)).ends("");
  expectEqual("the request target", server.requests[0]?.target, expected);
}

const odd = "/a;b=c/[d]|e^f?g={h}'&i=\\";

const targets: readonly (CaseDefinition & { readonly path: string; readonly target: string })[] = (
  [
    [
      "req.url-unicode-path",
      "a path and a query in Unicode go out as percent-encoded UTF-8",
      "/ü ?q=ñ",
      "/%C3%BC%20?q=%C3%B1",
    ],
    [
      "req.url-percent-kept",
      "what is percent-encoded stays so, valid or not",
      "/a%2Fb%zz%0D%0AX:1?c%20d+e",
      "/a%2Fb%zz%0D%0AX:1?c%20d+e",
    ],
    [
      "req.url-dot-segments",
      "dot segments are resolved as the URL Standard says, all others kept",
      "/a/../b/./c//d/",
      "/b/c//d/",
    ],
    ["req.url-empty-query", "an empty query keeps its question mark", "/a?", "/a?"],
    [
      "req.url-odd-characters",
      "a target is sent as the URL writes it",
      odd,
      new URL(odd, "http://h").href.slice("http://h".length),
    ],
    ["req.url-long", "a target of 32 KiB is sent whole", `/${"l".repeat(32_768)}`, `/${"l".repeat(32_768)}`],
  ] as const
).map(([id, title, path, target]) => ({
  id,
  title,
  path,
  target,
  spec: "contract 9: the target is `href` after the authority",
  run: (context: CaseContext) => expectTarget(context, path, target),
}));

/** The request target and the Host field. */
export const requestTargetCases: readonly ConformanceCase[] = defineCases("req", [
  ...targets.map(({ path: _path, target: _target, ...definition }) => definition),
  {
    id: "req.host-port",
    title: "Host is the URL's host and port",
    spec: "RFC 9110 7.2",
    async run({ serve, send }) {
      const server = await serve(respondEmpty);
      await send(server.url("/")).ends("");
      await send(`http://localhost:${server.port}/`).ends("");
      const hosts = server.requests.map((request) => request.values("host"));
      expectEqual("Host", hosts, [[`127.0.0.1:${server.port}`], [`localhost:${server.port}`]]);
    },
  },
  {
    id: "req.url-unicode-host",
    title: "a host name in Unicode goes out as Punycode, a default port not at all",
    needs: ["unixSocket", "machine:unixSockets"],
    spec: "RFC 9110 7.2; WHATWG URL 3.3",
    async run({ serve, create, send }) {
      const server = await serve(respondEmpty, { listenOn: "unix" });
      const transport = create({ unixSocket: server.path });
      await send("http://bücher.test:80/", { transport }).ends("");
      await send("http://bücher.test:8080/", { transport }).ends("");
      const hosts = server.requests.map((request) => request.value("host"));
      expectEqual("Host", hosts, ["xn--bcher-kva.test", "xn--bcher-kva.test:8080"]);
    },
  },
  {
    id: "req.url-ipv6",
    title: "an IPv6 address is connected to, and stands in brackets in Host",
    needs: ["machine:ipv6"],
    spec: "RFC 9110 7.2; RFC 3986 3.2.2",
    async run({ serve, send }) {
      const server = await serve(respondEmpty, { listenOn: "::1" });
      await send(server.url("/")).ends("");
      expectEqual("Host", server.requests[0]?.value("host"), `[::1]:${server.port}`);
    },
  },
]);
