import { breakVerbs, coreVerbs } from "../core-verbs.ts";
import { referenceTransport } from "../reference-transport.ts";
import { codeOf, connectInVain, type Mutant } from "./mutant.ts";
import { calls, verbs } from "./verb-mutant.ts";

const transportsOwn =
  /^(?:connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

type Fields = readonly (readonly [name: string, value: string])[];

/** Breaks the header fields that a verb is called with. */
function headers(name: string, fails: readonly string[], change: (fields: Fields) => Fields): Mutant {
  return calls(name, fails, (_url, init) => {
    const given = typeof init.headers === "object" ? Object.entries(init.headers as Record<string, string>) : [];
    return { init: { headers: Object.fromEntries(change(given)) } };
  });
}

/** Verbs that send what they should refuse, or something else than they were asked for. */
export const verbRequestMutants: readonly Mutant[] = [
  headers("cleans-field-values", ["req.header-crlf", "req.header-above-latin1"], (fields) =>
    fields.map(([name, value]) => [name, value.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "")]),
  ),
  headers("cleans-field-names", ["req.header-name"], (fields) =>
    fields.map(([name, value]) => [name.replaceAll(/[^a-zA-Z-]/g, "") || "x", value]),
  ),
  headers("drops-fields-of-the-transports-own", ["req.header-refused"], (fields) =>
    fields.filter(([name]) => !transportsOwn.test(name)),
  ),
  headers("adds-cache-control", ["req.event-stream-defaults"], (fields) => [...fields, ["cache-control", "no-cache"]]),
  calls("cleans-methods", ["req.method-injection"], (_url, { method = "GET" }) => ({
    init: { method: method.replaceAll(/[^A-Za-z]/g, "") || "GET" },
  })),
  calls("turns-refused-methods-into-get", ["req.method-refused"], (_url, { method = "GET" }) => ({
    init: { method: /^(?:connect|trace|track)$/i.test(method) ? "GET" : method },
  })),
  calls("drops-the-body-of-get", ["req.body-with-get"], (_url, { method = "" }) => ({
    init: /^(?:get|head)$/i.test(method) ? { body: undefined } : {},
  })),
  verbs("looks-for-a-bad-url-elsewhere", ["req.url-bad"], (core) => ({
    request: (url, init) =>
      core.request(url, init).catch((error: unknown) => {
        if (codeOf(error) !== "invalid-argument") throw error;
        return core.request("http://127.0.0.1:1/", init);
      }),
  })),
  verbs("connects-before-it-checks", ["req.header-crlf", "req.method-refused", "verb.abort-before"], (core) => ({
    request(url, init) {
      connectInVain(new URL(url));
      return core.request(url, init);
    },
    openEventStream(url, init) {
      connectInVain(new URL(url));
      return core.openEventStream(url, init);
    },
  })),
  calls("ignores-userinfo", ["req.url-userinfo"], (url) => ({ url: url.replace(/\/\/[^/@]*@/, "//") })),
  calls("prefers-userinfo-to-authorization", ["req.url-userinfo-vs-header"], (url, init) =>
    url.includes("@") && init.headers !== undefined ? { init: { headers: {} } } : {},
  ),
  calls("sends-the-fragment", ["req.url-fragment"], (url) => ({ url: url.replace("#", "%23") })),
  calls("sends-strings-as-latin1", ["req.post-string-utf8"], (_url, { body }) =>
    typeof body === "string" ? { init: { body: new Uint8Array(Buffer.from(body, "latin1")) } } : {},
  ),
  calls("forgets-the-type-of-json", ["req.post-json"], (_url, { json }) =>
    json === undefined ? {} : { init: { json: undefined, body: JSON.stringify(json) } },
  ),
  verbs("gives-no-body", ["req.whole-response"], (core) => ({
    request: async (url, init) => ({ ...(await core.request(url, init)), body: new Uint8Array() }),
  })),
  {
    name: "drops-forbidden-fields",
    fails: ["req.header-forbidden"],
    create(options) {
      const reference = referenceTransport(options);
      const supports = { ...reference.supports, forbiddenHeaders: ["x-forbidden"] };
      return breakVerbs(
        { ...reference, supports },
        { request: (url, init) => coreVerbs.request(url, { ...init, headers: {} }) },
      );
    },
  },
];
