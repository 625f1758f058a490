import {
  asHeadraceError,
  type EventStreamInit,
  forEachEventSync,
  type HeadraceErrorCode,
  type HeadraceErrorOf,
  requestSync,
} from "@headrace/core";
import type { SyncTransport } from "@headrace/core/transport";
import type { BlockingServer, BlockingStep } from "../blocking-server.ts";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { ConformanceError } from "../conformance-error.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, head, lastChunk, okChunked } from "../http-text.ts";
import { describeError } from "../observed-exchange.ts";
import { closedPort, unknownHost } from "./errors.ts";

type Init = Omit<EventStreamInit, "transport">;
type OnEvent = Parameters<typeof forEachEventSync>[2];

/** One event and no end, after which the server waits for ever. */
const hanging: readonly BlockingStep[] = [["request"], ["send", okChunked], ["send", chunk("data: 1\n\n")]];

function blocking({ transport }: CaseContext): SyncTransport {
  return transport() as SyncTransport;
}

/** What the call returned or threw, and the data of its events. */
function stream(
  context: CaseContext,
  url: string,
  init: Init = {},
  onEvent: OnEvent = () => {},
): { data: string[]; thrown: unknown; completed: boolean | undefined } {
  const data: string[] = [];
  try {
    const { completed } = forEachEventSync(url, { ...init, transport: blocking(context) }, (event, stop) => {
      data.push(event.data);
      return onEvent(event, stop);
    });
    return { data, thrown: undefined, completed };
  } catch (thrown) {
    return { data, thrown, completed: undefined };
  }
}

function expectCode<C extends HeadraceErrorCode>(thrown: unknown, code: C): HeadraceErrorOf<C> {
  const failure = asHeadraceError(thrown, code);
  if (failure !== undefined && failure === thrown) return failure;
  throw new ConformanceError(`to throw with code ${code}`, describeError(thrown), { cause: thrown });
}

async function expectAllClosed(server: BlockingServer): Promise<void> {
  expectEqual("sockets left open", (await server.report(1000)).openSockets, 0);
}

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

function clock(
  phase: "head" | "first-event" | "idle" | "total",
  timeouts: NonNullable<Init["timeouts"]>,
  steps: readonly BlockingStep[],
): CaseDefinition {
  return {
    id: `sync.${phase}-timeout`,
    title: `the ${phase} clock is kept while the thread is blocked`,
    spec: "contract 4 and 8: clocks are polled",
    async run(context: CaseContext) {
      const server = await context.serveBlocking(steps);
      const started = performance.now();
      const { thrown } = stream(context, server.origin, { timeouts });
      const elapsed = performance.now() - started;
      expectEqual("the phase", expectCode(thrown, "timeout").phase, phase);
      expectThat(elapsed >= 145 && elapsed < 150 + context.ms(700), "150 ms and not much more", elapsed);
      await expectAllClosed(server);
    },
  };
}

/** A case in which the callback ends the call. */
function leaves(name: string, title: string, check: (context: CaseContext, url: string) => void): CaseDefinition {
  return {
    id: `sync.${name}`,
    title,
    spec: "contract 3 and 4",
    async run(context: CaseContext) {
      const server = await context.serveBlocking([...hanging, ["send", chunk("data: 2\n\n")]]);
      check(context, server.origin);
      await expectAllClosed(server);
    },
  };
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "sync.each-event",
    title: "50 events in lock-step each arrive before the next is sent",
    spec: "contract 4; design: each event as it arrives",
    async run(context) {
      const steps = Array.from({ length: 50 }, (_, index): BlockingStep[] => [
        ["send", chunk(`data: ${index}\n\n`)],
        ["marks", index + 1],
      ]);
      const server = await context.serveBlocking([
        ["request"],
        ["send", okChunked],
        ...steps.flat(),
        ["send", lastChunk],
      ]);
      const init = { timeouts: { idle: context.ms(1000) } };
      const { data, thrown, completed } = stream(context, server.origin, init, () => server.mark());
      expectEqual("what was thrown", thrown, undefined);
      expectEqual("events and completed", [data.length, data.at(-1), completed], [50, "49", true]);
    },
  },
  {
    id: "sync.request",
    title: "`requestSync` sends a body and gives head and whole body",
    spec: "design 5",
    async run(context) {
      const server = await context.serveBlocking([
        ["request"],
        ["send", head("201 Created", "X-A: 1", "Content-Length: 5")],
        ["send", "hello"],
      ]);
      const { response, body } = requestSync(`${server.origin}/path?q`, {
        transport: blocking(context),
        body: "content",
      });
      expectEqual(
        "status, X-A and body",
        [response.status, response.headers.get("x-a"), Buffer.from(body).toString()],
        [201, "1", "hello"],
      );
      const [request = ""] = (await server.report()).requests;
      expectThat(
        request.startsWith("POST /path?q HTTP/1.1\r\n") && request.endsWith("\r\n\r\ncontent"),
        "the POST on the wire",
        request,
      );
    },
  },
  {
    id: "sync.close-delimited",
    title: "an HTTP/1.0 stream that ends at FIN in the middle of a line delivers its last event",
    spec: "design 2: the origin's smoke test",
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
      expectCode(stream(context, `http://127.0.0.1:${await closedPort()}/`).thrown, "connect");
      expectCode(stream(context, `http://${unknownHost}/`).thrown, "dns");
    },
  },
  {
    id: "sync.status",
    title: "a 401 is `status`, with what it said",
    spec: "design 5",
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
  clock("head", { head: 150 }, [["request"]]),
  clock("first-event", { firstEvent: 150 }, [["request"], ["send", okChunked], ["send", chunk(":\n\n")]]),
  clock("idle", { idle: 150 }, hanging),
  clock("total", { total: 150 }, hanging),
  leaves("stop", "`stop()` ends the call in good order and closes the connection", (context, url) => {
    const outcome = stream(context, url, {}, (_event, stop) => stop());
    expectEqual("data and what was thrown", [outcome.data, outcome.thrown], [["1"], undefined]);
  }),
  leaves("throw", "what the callback throws is what the call throws", (context, url) => {
    const mine = { mine: true };
    const { data, thrown } = stream(context, url, {}, () => {
      throw mine;
    });
    expectThat(thrown === mine, "the very value to be thrown", thrown);
    expectEqual("the data", data, ["1"]);
  }),
  leaves("promise", "a promise from the callback is `invalid-argument`", (context, url) => {
    expectCode(stream(context, url, {}, () => Promise.resolve()).thrown, "invalid-argument");
  }),
  leaves("abort", "an abort inside the callback throws the reason when that returns", (context, url) => {
    const controller = new AbortController();
    const { data, thrown } = stream(context, url, { signal: controller.signal }, () => controller.abort("enough"));
    expectEqual("data and what was thrown", [data, thrown], [["1"], "enough"]);
  }),
  leaves("terminal", "the terminal ends the call at once", (context, url) => {
    const outcome = stream(context, url, { terminal: "1" });
    expectEqual(
      "data, completed and what was thrown",
      [outcome.data, outcome.completed, outcome.thrown],
      [[], true, undefined],
    );
  }),
  {
    id: "sync.abort-before",
    title: "with a signal already aborted nothing is connected to, and the reason is thrown",
    spec: "contract 2 and 4",
    async run(context) {
      const server = await context.serveBlocking(hanging);
      expectEqual(
        "what was thrown",
        stream(context, server.origin, { signal: AbortSignal.abort("enough") }).thrown,
        "enough",
      );
      expectEqual("the number of connections", (await server.report()).connections, 0);
    },
  },
  {
    id: "sync.after-close",
    title: "after close() it throws `closed`, and nothing is connected to",
    spec: "contract 5",
    async run(context) {
      const server = await context.serveBlocking(hanging);
      await context.transport().close();
      expectCode(stream(context, server.origin).thrown, "closed");
      expectEqual("the number of connections", (await server.report()).connections, 0);
    },
  },
  {
    id: "sync.next-wait",
    title: "what nextWait throws is what sendSync throws, the connection closed; it is asked before every wait",
    scope: "transport",
    spec: "contract 4",
    async run(context) {
      const server = await context.serveBlocking(hanging);
      const mine = new Error("enough");
      let calls = 0;
      let bytes = 0;
      const nextWait = (): number => {
        calls++;
        if (bytes > 0 && calls > 3) throw mine;
        return 20;
      };
      const request = {
        url: new URL(server.origin),
        method: "GET",
        headers: new Headers(),
        body: null,
        signal: new AbortController().signal,
        connectTimeout: 0,
      };
      let thrown: unknown;
      try {
        blocking(context).sendSync(
          request,
          { head: () => {}, body: (piece) => void (bytes += piece.length) },
          nextWait,
        );
      } catch (error) {
        thrown = error;
      }
      expectThat(thrown === mine, "the very error of nextWait", thrown);
      expectEqual("bytes received", bytes, 9);
      await expectAllClosed(server);
    },
  },
];

/** The call that blocks the thread: contract 4. The server is in a thread of its own. */
export const syncCases: readonly ConformanceCase[] = defineCases(
  "sync",
  definitions
    .map((definition) => ({ scope: "verb" as const, needs: [], ...definition }))
    .map((definition) => ({ ...definition, needs: ["sync", ...definition.needs] as const })),
);
