import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases, type Need } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { head, ok } from "../http-text.ts";
import { withEnvironment } from "./environment.ts";
import { respond } from "./respond.ts";
import { expectNoSecret } from "./secrets.ts";
import { expectUnconnected } from "./unasked.ts";

const okay = respond(ok("Content-Length: 2"), "ok");

/** Every variable that is about proxies, not set. */
const noVariables: Readonly<Record<string, undefined>> = Object.fromEntries(
  ["http_proxy", "https_proxy", "all_proxy", "no_proxy"].flatMap((name) => [
    [name, undefined],
    [name.toUpperCase(), undefined],
  ]),
);

/** Sends to `host` with `http_proxy` and these variables; says who got the request. */
async function whoIsAsked(
  { serve, send, create }: CaseContext,
  host: string,
  variables: (port: number) => Readonly<Record<string, string>>,
): Promise<string> {
  const origin = await serve(okay);
  const proxy = await serve(okay);
  const transport = create({
    proxy: "environment",
    ...(/^[\d.]+$/.test(host) ? {} : { resolve: { [host]: "127.0.0.1" } }),
  });
  await withEnvironment({ ...noVariables, http_proxy: proxy.origin, ...variables(origin.port) }, () =>
    send(`http://${host}:${origin.port}/`, { transport })
      .ends("ok")
      .then(() => {}),
  );
  await transport.close();
  return [...origin.requests.map(() => "the origin"), ...proxy.requests.map(() => "the proxy")].join(", ");
}

type Row = readonly [host: string, noProxy: string];

async function expectAsked(context: CaseContext, rows: readonly Row[], who: string): Promise<void> {
  for (const [host, noProxy] of rows) {
    const asked = await whoIsAsked(context, host, (port) => ({ no_proxy: noProxy.replace("PORT", String(port)) }));
    expectEqual(`with NO_PROXY ${noProxy} ${host} to be asked of`, asked, who);
  }
}

const named: readonly Need[] = ["proxy:http", "resolve"];

/** `proxy: "environment"`, and only that, reads the variables of the environment. */
export const proxyEnvironmentCases: readonly ConformanceCase[] = defineCases("net", [
  {
    id: "net.environment",
    title: "with `environment` each scheme has its variable, and `all_proxy` stands in for both",
    needs: ["proxy:http"],
    spec: "contract 1: NetworkOptions",
    async run({ serve, send, create }) {
      const refusing = respond(head("403 No", "Content-Length: 0"));
      const [plain, secure, all] = [await serve(refusing), await serve(refusing), await serve(refusing)];
      const transport = create({ proxy: "environment" });
      await withEnvironment({ ...noVariables, http_proxy: plain.origin, https_proxy: secure.origin }, async () => {
        await send("http://origin.test/", { transport }).ends("");
        await send("https://origin.test/", { transport }).fails("proxy");
      });
      await withEnvironment({ ...noVariables, ALL_PROXY: all.origin }, async () => {
        await send("http://origin.test/", { transport }).ends("");
        await send("https://origin.test/", { transport }).fails("proxy");
      });
      const asked = [plain, secure, all].map(({ requests }) => requests.length);
      expectEqual("requests at http_proxy, https_proxy and ALL_PROXY", asked, [1, 1, 2]);
    },
  },
  {
    id: "net.environment-empty",
    title: "with `environment` and no variable, or an empty one, the origin is asked",
    needs: ["proxy:http"],
    spec: "contract 1: NetworkOptions",
    async run(context) {
      expectEqual("to be asked", await whoIsAsked(context, "127.0.0.1", () => ({ http_proxy: "" })), "the origin");
    },
  },
  {
    id: "net.environment-cgi",
    title: "HTTP_PROXY in capitals is not read: a CGI server sets it from a header of its client",
    needs: ["proxy:http"],
    level: "should",
    spec: "curl's manual, ENVIRONMENT; CVE-2016-5385",
    async run(context) {
      const asked = await whoIsAsked(context, "127.0.0.1", () => ({
        http_proxy: "",
        HTTP_PROXY: "http://127.0.0.1:1",
      }));
      expectEqual("to be asked", asked, "the origin");
    },
  },
  {
    id: "net.environment-no-proxy",
    title: "NO_PROXY exempts a name, all below it, an address, a network, a port, everything",
    needs: named,
    spec: "contract 1: `NO_PROXY` honoured with `environment`",
    async run(context) {
      const rows: readonly Row[] = [
        ["127.0.0.1", "*"],
        ["127.0.0.1", "127.0.0.1"],
        ["127.0.0.1", "127.0.0.0/8"],
        ["127.0.0.1", "other.test, 127.0.0.1:PORT"],
        ["a.there.test", "a.there.test"],
        ["a.there.test", "A.There.Test"],
        ["a.there.test", "there.test"],
        ["a.there.test", "other.test,.there.test"],
        ["a.there.test", " other.test , there.test "],
      ];
      await expectAsked(context, rows, "the origin");
    },
  },
  {
    id: "net.environment-not-exempt",
    title: "NO_PROXY does not exempt another port, another network, or a name that only ends alike",
    needs: named,
    spec: "contract 1: `NO_PROXY` honoured with `environment`",
    async run(context) {
      const rows: readonly Row[] = [
        ["127.0.0.1", "127.0.0.1:1"],
        ["127.0.0.1", "10.0.0.0/8"],
        ["a.there.test", "here.test"],
        ["a.there.test", "b.a.there.test"],
        ["a.there.test", ""],
      ];
      await expectAsked(context, rows, "the proxy");
    },
  },
  {
    id: "net.environment-malformed",
    title: "a variable that is no proxy's URL is refused before anything is sent, and not repeated in the error",
    needs: ["proxy:http"],
    spec: "contract 10: no error carries a credential",
    async run(context) {
      const { serve, send, create } = context;
      const server = await serve(okay);
      await withEnvironment({ ...noVariables, http_proxy: "gopher://user:s3cret-proxy@127.0.0.1:1" }, async () => {
        const exchange = send(server.url(), { transport: create({ proxy: "environment" }) });
        expectNoSecret(await exchange.fails("invalid-argument", "unsupported"));
      });
      await expectUnconnected(server);
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
      const variables = Object.fromEntries(names.map((name) => [name, proxy.origin]));
      await withEnvironment({ ...noVariables, ...variables }, async () => {
        await send(origin.url(), { transport: create() }).ends("ok");
      });
      if (supports.ambient?.includes("proxy") === true) return;
      expectEqual("requests at the origin and at the proxy", [origin.requests.length, proxy.requests.length], [1, 0]);
    },
  },
]);
