import { request } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { type Bytes, head, ok } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import type { Script, ScriptedServer } from "../scripted-server.ts";
import { respond } from "./respond.ts";
import { expectFailure, expectRejection, verbsOf } from "./verb-calls.ts";

const arrived = `${ok("Content-Length: 7")}arrived`;

/** A script that answers by path; anything else has arrived. */
function route(routes: Readonly<Record<string, Bytes>>): Script {
  return async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.send(routes[target] ?? arrived);
    }
  };
}

function moved(status: number, location: string): string {
  return `${head(`${status} Moved`, `Location: ${location}`, "Content-Length: 5")}moved`;
}

/** Calls `request` and returns what the server saw of it, in order. */
async function call(
  context: CaseContext,
  server: ScriptedServer,
  init: object = {},
): Promise<Awaited<ReturnType<typeof request>>> {
  return request(server.url("/start"), { ...init, transport: verbsOf(context).transport });
}

interface MethodRow {
  readonly id: string;
  readonly title: string;
  readonly statuses: readonly number[];
  readonly method: string;
  readonly becomes: string;
  readonly keepsBody: boolean;
}

function follows({ id, title, statuses, method, becomes, keepsBody }: MethodRow): CaseDefinition {
  return {
    id,
    title,
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6; Fetch 4.4",
    async run(context: CaseContext) {
      for (const status of statuses) {
        const server = await context.serve(route({ "/start": moved(status, "/end?q") }));
        const body = method === "GET" ? {} : { body: "content", headers: { "content-type": "text/x", "x-keep": "1" } };
        const { response } = await call(context, server, { method, ...body });
        expectEqual("final URL and redirected", [response.url, response.redirected], [server.url("/end?q"), true]);
        const last = server.requests.at(-1);
        const seen = [last?.method, Buffer.from(last?.body ?? "").toString(), last?.value("content-type")];
        expectEqual("the second request", seen, [
          becomes,
          keepsBody ? "content" : "",
          keepsBody ? "text/x" : undefined,
        ]);
        if (method !== "GET") expectEqual("X-Keep", last?.value("x-keep"), "1");
      }
    },
  };
}

const credentials = { authorization: "Bearer b", cookie: "c=1", "x-api-key": "k" };
const names = [...Object.keys(credentials), "x-other"];

/** What arrives of the credentials at each of a chain of redirects. */
async function carried(
  context: CaseContext,
  chain: (one: ScriptedServer, two: ScriptedServer) => readonly [string, string][],
): Promise<string[]> {
  const routes: Record<string, Bytes> = {};
  const [one, two] = [await context.serve(route(routes)), await context.serve(route(routes))];
  for (const [path, target] of chain(one, two)) routes[path] = moved(302, target);
  await call(context, one, { headers: { ...credentials, "x-other": "o" } });
  const requests = [...one.requests, ...two.requests];
  const last = requests.find(({ target }) => target === "/end");
  return names.filter((name) => last?.value(name) !== undefined);
}

/** Core follows redirects, once for all: contract 6. */
export const verbRedirectCases: readonly ConformanceCase[] = defineCases("redir", [
  follows({
    id: "redir.get",
    title: "a GET follows all five",
    statuses: [301, 302, 303, 307, 308],
    method: "GET",
    becomes: "GET",
    keepsBody: false,
  }),
  follows({
    id: "redir.post-becomes-get",
    title: "301, 302 and 303 turn a POST into a GET without content",
    statuses: [301, 302, 303],
    method: "POST",
    becomes: "GET",
    keepsBody: false,
  }),
  follows({
    id: "redir.post-kept",
    title: "307 and 308 keep a POST and its bytes",
    statuses: [307, 308],
    method: "POST",
    becomes: "POST",
    keepsBody: true,
  }),
  follows({
    id: "redir.put-kept",
    title: "301 and 302 keep a PUT and its bytes",
    statuses: [301, 302],
    method: "PUT",
    becomes: "PUT",
    keepsBody: true,
  }),
  {
    id: "redir.credentials-same-origin",
    title: "credentials stay on the way to the same origin",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      expectEqual("what arrives", await carried(context, () => [["/start", "/end"]]), names);
    },
  },
  {
    id: "redir.credentials-cross-origin",
    title: "credentials are dropped on the way to another origin, other fields are not",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const arrives = await carried(context, (_one, two) => [["/start", two.url("/end")]]);
      expectEqual("what arrives", arrives, ["x-other"]);
    },
  },
  {
    id: "redir.credentials-stay-dropped",
    title: "credentials are not restored when a later redirect comes back",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const arrives = await carried(context, (one, two) => [
        ["/start", two.url("/back")],
        ["/back", one.url("/end")],
      ]);
      expectEqual("what arrives", arrives, ["x-other"]);
    },
  },
  {
    id: "redir.body-with-credentials",
    title: "a 307 to another origin does not take a body where a credential may not go",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const other = await context.serve(route({}));
      const server = await context.serve(route({ "/start": moved(307, other.url("/end")) }));
      await expectFailure("redirect", call(context, server, { body: "secret", headers: credentials }));
      expectEqual("requests at the other origin", other.requests.length, 0);
    },
  },
  {
    id: "redir.userinfo-target",
    title: "userinfo in a Location is not used",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const routes: Record<string, Bytes> = {};
      const server = await context.serve(route(routes));
      routes["/start"] = moved(302, server.url("/end").replace("//", "//user:pass@"));
      const { response } = await call(context, server);
      expectEqual("the final URL", response.url, server.url("/end"));
      expectEqual("Authorization", server.requests.at(-1)?.value("authorization"), undefined);
    },
  },
  {
    id: "redir.relative",
    title: "a Location is resolved against the URL it came from, its fragment not sent",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "RFC 9110 10.2.2; WHATWG URL",
    async run(context) {
      const relative = [
        ["../x", "/x"],
        ["?q", "/start?q"],
        ["/a/./b#f", "/a/b"],
        ["c%20 d", "/c%20%20d"],
        ["\xc3\xbc", "/%C3%BC"],
      ] as const;
      for (const [location, target] of relative) {
        const server = await context.serve(route({ "/start": moved(302, location) }));
        await call(context, server);
        expectEqual("the target", server.requests.at(-1)?.target, target);
      }
    },
  },
  {
    id: "redir.location-missing",
    title: "a 302 without Location is a `status` error after one request",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const server = await context.serve(respond(head("302 Found", "Content-Length: 0")));
      expectEqual("the status", (await expectFailure("status", call(context, server))).status, 302);
      expectEqual("the number of requests", server.requests.length, 1);
    },
  },
  {
    id: "redir.scheme",
    title: "a redirect to file:, ftp:, data: or javascript: is `redirect`",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      for (const location of [
        "file:///etc/hostname",
        "ftp://127.0.0.1/",
        "data:text/plain,x",
        "javascript:1",
        "http://",
      ]) {
        const server = await context.serve(route({ "/start": moved(302, location) }));
        await expectFailure("redirect", call(context, server));
      }
    },
  },
  {
    id: "redir.unix-socket",
    title: "over a Unix domain socket a redirect off the first origin is `redirect`, one on it is followed",
    scope: "verb",
    needs: ["manualRedirects", "unixSocket", "machine:unixSockets"],
    spec: "contract 6",
    async run({ serve, create }) {
      const routes: Record<string, Bytes> = { "/on": moved(302, "/end"), "/off": moved(302, "http://other.test/end") };
      const server = await serve(route(routes), { listenOn: "unix" });
      const transport = create({ unixSocket: server.path });
      const { response } = await request("http://one.test/on", { transport });
      expectEqual("the final URL", response.url, "http://one.test/end");
      await expectFailure("redirect", request("http://one.test/off", { transport }));
      expectEqual("the number of requests", server.requests.length, 3);
    },
  },
  {
    id: "redir.loop",
    title: "a loop is `redirect` after 20 hops",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const server = await context.serve(respond(moved(302, "/start")));
      await expectFailure("redirect", call(context, server));
      expectEqual("the number of requests", server.requests.length, 21);
    },
  },
  {
    id: "redir.endless-body",
    title: "the endless body of a redirect is not waited for, and its connection is closed",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const server = await context.serve(async (connection) => {
        const { target } = await connection.request();
        if (target === "/end") {
          await connection.send(arrived);
          return connection.rest();
        }
        await connection.send(head("302 Found", "Location: /end", "Content-Length: 999999999"));
        for (let sent = 0; sent < 64 && connection.clientClose === undefined; sent++) {
          await connection.send(patternBytes(sent * 65_536, 65_536));
        }
      });
      const { response } = await call(context, server);
      expectEqual("the final URL", response.url, server.url("/end"));
      const first = server.connections[0]?.closed() ?? Promise.resolve("never opened");
      await context.within<string>(1000, first, "the first connection to be closed");
    },
  },
  {
    id: "redir.abort",
    title: "an abort at a redirect: no further connection",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 2 and 6",
    async run(context) {
      const controller = new AbortController();
      const other = await context.serve(route({}));
      const server = await context.serve(async (connection) => {
        await connection.request();
        controller.abort("enough");
        await connection.send(moved(302, other.url("/end")));
      });
      await expectRejection(call(context, server, { signal: controller.signal }), "enough");
      expectThat(other.connections.length === 0, "no connection to the target", other.connections.length);
    },
  },
  {
    id: "redir.modes",
    title: "with `error` a redirect is `redirect`, with `manual` it is the response",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "design 5",
    async run(context) {
      const server = await context.serve(route({ "/start": moved(302, "/end") }));
      await expectFailure("redirect", call(context, server, { redirect: "error" }));
      const { response, body } = await call(context, server, { redirect: "manual" });
      expectEqual("status and body", [response.status, Buffer.from(body).toString()], [302, "moved"]);
      expectEqual("requests of the target", server.requests.filter(({ target }) => target === "/end").length, 0);
    },
  },
]);
