import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import type { Bytes } from "../http-text.ts";
import type { ReceivedRequest } from "../received-request.ts";
import type { ScriptedServer } from "../scripted-server.ts";
import { call, moved, route } from "./redirect-calls.ts";
import { expectFailure, verbsOf } from "./verb-calls.ts";

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
  return namesIn(requests.find(({ target }) => target === "/end"));
}

function namesIn(request: ReceivedRequest | undefined): string[] {
  return names.filter((name) => request?.value(name) !== undefined);
}

/** What becomes of credentials where core follows a redirect: contract 6. */
export const verbRedirectCredentialCases: readonly ConformanceCase[] = defineCases("redir", [
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
    id: "redir.credentials-downgrade",
    title: "credentials are dropped on the way from https to http",
    scope: "verb",
    needs: ["manualRedirects", "customCa"],
    spec: "contract 6",
    async run(context) {
      const { ca, server: tls } = await certificates();
      const plain = await context.serve(route({}));
      const secure = await context.serve(route({ "/start": moved(302, plain.url("/end")) }), { tls });
      const { request } = verbsOf(context, context.create({ ca }));
      await request(secure.url("/start"), { headers: { ...credentials, "x-other": "o" } });
      expectEqual("what arrives", namesIn(plain.requests[0]), ["x-other"]);
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
]);
