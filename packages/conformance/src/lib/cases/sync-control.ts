import type { ServerSentEvent } from "@headrace/core";
import { setImmediate as macrotask } from "node:timers/promises";
import type { BlockingServer, BlockingStep } from "../blocking-server.ts";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, okChunked } from "../http-text.ts";
import { expectAllClosed, expectCode, hanging, stream, type SyncInit } from "./sync-calls.ts";

function clock(
  phase: "head" | "first-event" | "idle" | "total",
  timeouts: NonNullable<SyncInit["timeouts"]>,
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

/** Two events; whoever takes the second, which must not come, gets an end. */
const twoEvents: readonly BlockingStep[] = [
  ...hanging,
  ["send", chunk("data: 2\n\n")],
  ["marks", 1],
  ["send", lastChunk],
];

/** A case in which the callback ends the call. `taken` is to be told of every event. */
function leaves(
  name: string,
  title: string,
  check: (context: CaseContext, url: string, taken: (event: ServerSentEvent) => void) => void,
): CaseDefinition {
  return {
    id: `sync.${name}`,
    title,
    spec: "contract 3 and 4",
    async run(context: CaseContext) {
      const server = await context.serveBlocking(twoEvents);
      check(context, server.origin, (event) => {
        if (event.data === "2") server.mark();
      });
      await expectAllClosed(server);
    },
  };
}

/** One event, and an end for whoever takes it. */
const oneEvent: readonly BlockingStep[] = [...hanging, ["marks", 1], ["send", lastChunk]];

/** Looks when what the call may have begun in this thread has had its turn. */
async function expectNoConnection(server: BlockingServer): Promise<void> {
  await macrotask();
  expectEqual("the number of connections", (await server.report()).connections, 0);
}

const definitions: readonly CaseDefinition[] = [
  clock("head", { head: 150 }, [["request"]]),
  clock("first-event", { firstEvent: 150 }, [["request"], ["send", okChunked], ["send", chunk(":\n\n")]]),
  clock("idle", { idle: 150 }, hanging),
  clock("total", { total: 150 }, hanging),
  leaves("stop", "`stop()` ends the call in good order and closes the connection", (context, url, taken) => {
    const outcome = stream(context, url, {}, (event, stop) => {
      taken(event);
      stop();
    });
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
  leaves("promise", "a promise from the callback is `invalid-argument`", (context, url, taken) => {
    const { thrown } = stream(context, url, {}, async (event) => taken(event));
    expectCode(thrown, "invalid-argument");
  }),
  leaves("abort", "an abort inside the callback throws the reason when that returns", (context, url, taken) => {
    const controller = new AbortController();
    const { data, thrown } = stream(context, url, { signal: controller.signal }, (event) => {
      taken(event);
      controller.abort("enough");
    });
    expectEqual("data and what was thrown", [data, thrown], [["1"], "enough"]);
  }),
  leaves("terminal", "the terminal ends the call at once", (context, url, taken) => {
    const outcome = stream(context, url, { terminal: "1" }, taken);
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
      const server = await context.serveBlocking(oneEvent);
      const { thrown } = stream(context, server.origin, { signal: AbortSignal.abort("enough") }, () => server.mark());
      expectEqual("what was thrown", thrown, "enough");
      await expectNoConnection(server);
    },
  },
  {
    id: "sync.after-close",
    title: "after close() it throws `closed`, and nothing is connected to",
    spec: "contract 5",
    async run(context) {
      const server = await context.serveBlocking(oneEvent);
      await context.transport().close();
      expectCode(stream(context, server.origin, {}, () => server.mark()).thrown, "closed");
      await expectNoConnection(server);
    },
  },
];

/** How the blocking call is ended from within its thread: by a clock, by the callback, by close. Contract 4. */
export const syncControlCases: readonly ConformanceCase[] = defineCases(
  "sync",
  definitions
    .map((definition) => ({ scope: "verb" as const, needs: [], ...definition }))
    .map((definition) => ({ ...definition, needs: ["sync", ...definition.needs] as const })),
);
