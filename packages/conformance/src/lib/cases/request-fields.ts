import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import type { ReceivedRequest } from "../received-request.ts";
import { respondEmpty } from "./respond.ts";

async function sent({ serve, send }: CaseContext, headers: Record<string, string> | Headers): Promise<ReceivedRequest> {
  const server = await serve(respondEmpty);
  await send(server.url("/"), { headers }).ends("");
  return server.requests[0] as ReceivedRequest;
}

/** Field lines of the request: RFC 9110 section 5, contract 9. Order, case and line count are outside the contract. */
export const requestFieldCases: readonly ConformanceCase[] = defineCases("req", [
  {
    id: "req.header-exact",
    title: "a field value goes out verbatim",
    spec: "RFC 9110 5.5",
    async run(context) {
      const request = await sent(context, { "X-Abc": 'V  1\t"q", ;=' });
      expectEqual("X-Abc", request.values("x-abc"), ['V  1\t"q", ;=']);
    },
  },
  {
    id: "req.header-duplicate",
    title: "two values of one field both arrive, in order",
    spec: "RFC 9110 5.3",
    async run(context) {
      const headers = new Headers();
      headers.append("X-A", "1");
      headers.append("X-A", "2");
      expectEqual("X-A", (await sent(context, headers)).value("x-a"), "1, 2");
    },
  },
  {
    id: "req.header-empty-value",
    title: "a field with an empty value is sent, empty",
    spec: "RFC 9110 5.5",
    async run(context) {
      expectEqual("X-E", (await sent(context, { "X-E": "" })).values("x-e"), [""]);
    },
  },
  {
    id: "req.header-latin1",
    title: "a character up to U+00FF is one byte",
    spec: "contract 1: byte strings, one character a byte",
    async run(context) {
      expectEqual("X-L", (await sent(context, { "X-L": "caf\u00e9 \u00ff" })).values("x-l"), ["caf\u00e9 \u00ff"]);
    },
  },
  {
    id: "req.header-utf8-bytes",
    title: "the bytes of UTF-8, given one character each, go out as they are",
    spec: "contract 9: a last event ID `…` is E2 80 A6 on the wire",
    async run(context) {
      const request = await sent(context, { "Last-Event-ID": "\u00e2\u0080\u00a6" });
      expectEqual("Last-Event-ID", request.values("last-event-id"), ["\u00e2\u0080\u00a6"]);
    },
  },
  {
    id: "req.header-override",
    title: "the user's Accept, Accept-Encoding, Accept-Language and User-Agent replace any default",
    spec: "contract 9",
    async run(context) {
      const mine = {
        accept: "text/event-stream",
        "accept-encoding": "identity",
        "accept-language": "cy",
        "user-agent": "mine/1",
      };
      const request = await sent(context, mine);
      for (const [name, value] of Object.entries(mine)) expectEqual(name, request.values(name), [value]);
    },
  },
  {
    id: "req.header-host",
    title: "the user's Host replaces the URL's, and there is one",
    spec: "RFC 9110 7.2; contract 9",
    async run(context) {
      if (context.supports.forbiddenHeaders?.includes("host") === true) return;
      expectEqual("Host", (await sent(context, { host: "other.test:1" })).values("host"), ["other.test:1"]);
    },
  },
  {
    id: "req.header-only",
    title: "nothing is added but Host, Connection, a User-Agent and the framing of the body",
    level: "should",
    spec: "contract 9",
    async run(context) {
      const request = await sent(context, { accept: "text/event-stream", "accept-encoding": "identity" });
      const expected = ["accept", "accept-encoding", "connection", "host", "keep-alive", "user-agent"];
      const added = request.fields.map(([name]) => name.toLowerCase()).filter((name) => !expected.includes(name));
      expectEqual("fields that nobody asked for", added, []);
    },
  },
  {
    id: "req.user-agent-default",
    title: "what the User-Agent is where nobody sets one",
    level: "info",
    spec: "contract 1: `userAgent`",
    async run(context) {
      return (await sent(context, {})).value("user-agent") ?? "none";
    },
  },
  {
    id: "req.header-many",
    title: "a hundred fields are all sent",
    spec: "contract 9",
    async run(context) {
      const names = Array.from({ length: 100 }, (_, index) => `x-${index}`);
      const request = await sent(context, Object.fromEntries(names.map((name) => [name, name])));
      expectEqual(
        "the values",
        names.map((name) => request.value(name)),
        names,
      );
    },
  },
  {
    id: "req.header-defaults",
    title: "nothing is added that carries state or asks for what cannot be used",
    spec: "contract 9 and 10",
    async run(context) {
      const request = await sent(context, {});
      const unwanted = ["authorization", "cookie", "expect", "origin", "referer", "te", "trailer", "upgrade"];
      const added = request.fields.map(([name]) => name.toLowerCase());
      expectEqual(
        "unwanted fields",
        added.filter((name) => unwanted.includes(name)),
        [],
      );
      const understood = ["", "identity", ...(context.supports.decompression ?? [])];
      const asked = (request.value("accept-encoding") ?? "")
        .split(",")
        .map((coding) => coding.replace(/;.*/, "").trim());
      expectThat(
        asked.every((coding) => understood.includes(coding)),
        `Accept-Encoding of ${understood.join(" ")}`,
        asked,
      );
    },
  },
]);
