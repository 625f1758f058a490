import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { type Bytes, head } from "../http-text.ts";
import { call, moved, route } from "./redirect-calls.ts";
import { respond } from "./respond.ts";
import { expectFailure, verbsOf } from "./verb-calls.ts";

/** Where a redirect may lead, and where core does not follow it: contract 6. */
export const verbRedirectTargetCases: readonly ConformanceCase[] = defineCases("redir", [
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
    id: "redir.location-empty",
    title: "a 302 with an empty Location is a `status` error after one request",
    scope: "verb",
    needs: ["manualRedirects"],
    spec: "contract 6",
    async run(context) {
      const server = await context.serve(respond(moved(302, "")));
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
    async run(context) {
      const { serve, create } = context;
      const routes: Record<string, Bytes> = { "/on": moved(302, "/end"), "/off": moved(302, "http://other.test/end") };
      const server = await serve(route(routes), { listenOn: "unix" });
      const { request } = verbsOf(context, create({ unixSocket: server.path }));
      const { response } = await request("http://one.test/on");
      expectEqual("the final URL", response.url, "http://one.test/end");
      await expectFailure("redirect", request("http://one.test/off"));
      expectEqual("the number of requests", server.requests.length, 3);
    },
  },
]);
