import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { head } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { arrived, call, moved, route } from "./redirect-calls.ts";
import { respond } from "./respond.ts";
import { expectUnconnected } from "./unasked.ts";
import { expectFailure, expectRejection } from "./verb-calls.ts";

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
    id: "redir.chain",
    title: "20 redirects one after another are followed",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6: at most 20 hops",
    async run(context) {
      const hops = Array.from({ length: 20 }, (_, hop) => [
        hop === 0 ? "/start" : `/${hop}`,
        moved(302, `/${hop + 1}`),
      ]);
      const server = await context.serve(route(Object.fromEntries(hops) as Record<string, string>));
      const { response } = await call(context, server);
      expectEqual("the final URL", response.url, server.url("/20"));
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
    id: "redir.stalled-body",
    title: "the body of a redirect that stalls is not waited for, and its connection is closed",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6: 250 ms at most",
    async run(context) {
      const server = await context.serve(async (connection) => {
        const { target } = await connection.request();
        if (target === "/end") await connection.send(arrived);
        else await connection.send(head("302 Found", "Location: /end", "Content-Length: 9"), "half");
        if (target === "/end") connection.rest();
      });
      const { response } = await context.within(1000, call(context, server), "the redirect to be followed");
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
      await expectUnconnected(other);
    },
  },
  {
    id: "redir.modes",
    title: "with `error` a redirect is `redirect`, with `manual` it is the response",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "core README, Options: `redirect`",
    async run(context) {
      const server = await context.serve(route({ "/start": moved(302, "/end") }));
      await expectFailure("redirect", call(context, server, { redirect: "error" }));
      const { response, body } = await call(context, server, { redirect: "manual" });
      expectEqual("status and body", [response.status, Buffer.from(body).toString()], [302, "moved"]);
      expectEqual("requests of the target", server.requests.filter(({ target }) => target === "/end").length, 0);
    },
  },
]);
