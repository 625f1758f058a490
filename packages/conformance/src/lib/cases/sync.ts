import type { HeadraceErrorCode } from "@headrace/core";
import type { BlockingStep } from "../blocking-server.ts";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { verbsFor } from "../core-verbs.ts";
import { expectBytes, expectEqual, expectThat } from "../expect.ts";
import { chunk, head, lastChunk, okChunked } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import { closedPort, refusalMs, unknownHost } from "./errors.ts";
import { blocking, expectAllClosed, expectCode, hanging, stream } from "./sync-calls.ts";

interface Fault {
  readonly name: string;
  readonly title: string;
  readonly code: HeadraceErrorCode;
  readonly steps: readonly BlockingStep[];
  readonly data?: readonly string[];
  /** The message was whole, so the connection may be kept. */
  readonly whole?: boolean;
}

/** A case in which the same fault must have the same code as in the call that does not block. */
function fault({ name, title, code, steps, data = [], whole = false }: Fault): CaseDefinition {
  return {
    id: `sync.${name}`,
    title,
    spec: "contract 4 and 7: the same fault, the same code",
    async run(context: CaseContext) {
      const server = await context.serveBlocking(steps);
      const outcome = stream(context, server.origin, {}, () => server.mark());
      expectCode(outcome.thrown, code);
      expectEqual("the data before it", outcome.data, data);
      if (!whole) await expectAllClosed(server);
    },
  };
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "sync.each-event",
    title: "50 events in lock-step each arrive before the next is sent",
    spec: "contract 4; core README, Events: as each event's last byte arrives",
    async run(context) {
      const steps = Array.from({ length: 50 }, (_, index): BlockingStep[] => [
        ["send", chunk(`data: ${index}\n\n`)],
        ["taken", index + 1],
      ]);
      const server = await context.serveBlocking([
        ["request"],
        ["send", okChunked],
        ...steps.flat(),
        ["send", lastChunk],
      ]);
      const { data, thrown, completed } = stream(context, server.origin, {}, () => server.mark());
      expectEqual("what was thrown", thrown, undefined);
      const { untaken } = await server.report();
      expectEqual("the first event that was not taken, though exchanges beside it were answered,", untaken, null);
      expectEqual("events and completed", [data.length, data.at(-1), completed], [50, "49", true]);
    },
  },
  {
    id: "sync.request",
    title: "`requestSync` sends a body and gives head and whole body",
    spec: "contract 4 and 9",
    async run(context) {
      const answer = patternBytes(0, 100_000);
      const server = await context.serveBlocking([
        ["request"],
        ["send", head("201 Created", "X-A: 1", `Content-Length: ${answer.length}`)],
        ["send", answer],
      ]);
      const transport = blocking(context);
      const content = patternBytes(0, 300);
      const { response, body } = verbsFor(transport).requestSync(`${server.origin}/path?q`, {
        transport,
        method: "PUT",
        headers: { "x-mine": "V" },
        body: content,
      });
      const told = [response.status, response.headers.get("x-a"), response.url];
      expectEqual("status, X-A and URL", told, [201, "1", `${server.origin}/path?q`]);
      expectBytes("the body", body, answer);
      const [request = ""] = (await server.report()).requests;
      const text = Buffer.from(content).toString("latin1");
      const isWhole = request.startsWith("PUT /path?q HTTP/1.1\r\n") && request.endsWith(`\r\n\r\n${text}`);
      expectThat(isWhole && /\r\nx-mine: V\r\n/i.test(request), "the PUT on the wire, with X-Mine", request);
    },
  },
  {
    id: "sync.close-delimited",
    title: "an HTTP/1.0 stream that ends at FIN in the middle of a line delivers its last event",
    spec: "contract 2 and 4: an orderly close after a complete head",
    needs: ["endProof:closeDelimited"],
    async run(context) {
      const text = "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\ndata: 2\n\ndata: 3";
      const server = await context.serveBlocking([["request"], ["send", text], ["fin"]]);
      const { data, thrown } = stream(context, server.origin);
      expectEqual("data and what was thrown", [data, thrown], [["1", "2", "3"], undefined]);
    },
  },
  fault({
    name: "truncated",
    title: "the events before a cut are delivered, then `truncated`",
    code: "truncated",
    data: ["1"],
    steps: [...hanging, ["marks", 1], ["fin"]],
  }),
  fault({
    name: "reset",
    title: "the events before a reset are delivered, then `reset`",
    code: "reset",
    data: ["1"],
    steps: [...hanging, ["marks", 1], ["rst"]],
  }),
  fault({
    name: "reset-before-head",
    title: "FIN instead of an answer is `reset`",
    code: "reset",
    steps: [["request"], ["fin"]],
  }),
  fault({
    name: "garbage",
    title: "an answer that is not HTTP is `protocol`",
    code: "protocol",
    steps: [["request"], ["send", "SSH-2.0-x\r\n"]],
  }),
  fault({
    name: "content-type",
    title: "a 200 of text/html is `content-type`",
    code: "content-type",
    whole: true,
    steps: [["request"], ["send", head("200 OK", "Content-Type: text/html", "Content-Length: 2")], ["send", "no"]],
  }),
  fault({
    name: "no-content",
    title: "a 204 is `no-content`",
    code: "no-content",
    whole: true,
    steps: [["request"], ["send", head("204 No Content")]],
  }),
  {
    id: "sync.no-connection",
    title: "a closed port is `connect`, an unknown host `dns`",
    spec: "contract 7, rows 1 and 2",
    async run(context) {
      const timeouts = { head: context.ms(refusalMs) };
      expectCode(stream(context, `http://127.0.0.1:${await closedPort()}/`, { timeouts }).thrown, "connect");
      expectCode(stream(context, `http://${unknownHost}/`).thrown, "dns");
    },
  },
  {
    id: "sync.status",
    title: "a 401 is `status`, with what it said",
    spec: "core README, Errors: `status`",
    async run(context) {
      const server = await context.serveBlocking([
        ["request"],
        ["send", head("401 Unauthorized", "Content-Length: 6")],
        ["send", "no key"],
      ]);
      const error = expectCode(stream(context, server.origin).thrown, "status");
      expectEqual("status and body", [error.status, error.body], [401, "no key"]);
    },
  },
];

/** What the call that blocks the thread delivers, and how it fails: contract 4. The server is in a thread of its own. */
export const syncCases: readonly ConformanceCase[] = defineCases(
  "sync",
  definitions
    .map((definition) => ({ scope: "verb" as const, needs: [], ...definition }))
    .map((definition) => ({ ...definition, needs: ["sync", ...definition.needs] as const })),
);
