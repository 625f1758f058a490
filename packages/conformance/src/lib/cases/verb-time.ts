import type { EventStreamInit, HeadraceErrorPhase } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { chunk, lastChunk, okChunked } from "../http-text.ts";
import type { Script } from "../scripted-server.ts";
import { expectFailure, expectRefusedUnsent, verbsOf } from "./verb-calls.ts";

const nothing = (): void => {};

/** A case in which a clock runs out: at its time and not before, the connection closed. */
function clock(
  phase: HeadraceErrorPhase,
  title: string,
  timeouts: NonNullable<EventStreamInit["timeouts"]>,
  script: (context: CaseContext) => Script,
): CaseDefinition {
  return {
    id: `time.${phase}-timeout`,
    title,
    spec: "contract 8",
    async run(context: CaseContext) {
      const server = await context.serve(script(context));
      const started = performance.now();
      const failure = expectFailure("timeout", verbsOf(context).forEach(server.url(), { timeouts }, nothing));
      const error = await context.within(1500, failure, `the ${phase} clock to run out`);
      const elapsed = performance.now() - started;
      expectEqual("the phase", error.phase, phase);
      expectThat(elapsed >= 145 && elapsed < 150 + context.ms(700), "150 ms and not much more", elapsed);
      await context.within(1000, server.closedByClient(), "the client to close the connection");
    },
  };
}

/** The clocks of core over this transport. */
export const verbTimeCases: readonly ConformanceCase[] = defineCases(
  "time",
  [
    clock("head", "no head in time is `timeout` in phase `head`", { head: 150 }, () => async (connection) => {
      await connection.request();
    }),
    clock(
      "first-event",
      "no event in time, comments notwithstanding, is `timeout` in phase `first-event`",
      { firstEvent: 150 },
      () => async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk(": waiting\n\n"));
      },
    ),
    clock("idle", "silence is `timeout` in phase `idle`", { idle: 150 }, () => async (connection) => {
      await connection.request();
      await connection.send(okChunked, chunk("data: 1\n\n"));
    }),
    clock(
      "total",
      "a stream that lasts too long is `timeout` in phase `total`, though data flows",
      { total: 150, idle: 1000 },
      ({ delay }) =>
        async (connection) => {
          await connection.request();
          await connection.send(okChunked);
          while (connection.clientClose === undefined) {
            await connection.send(chunk("data: 1\n\n"));
            await delay(10);
          }
        },
    ),
    {
      id: "time.head-dripping",
      title: "a head that drips and never ends is `timeout` in phase `head`",
      spec: "contract 8",
      async run(context: CaseContext) {
        const server = await context.serve(async (connection) => {
          await connection.request();
          await connection.send("HTTP/1.1 200 OK\r\nX-A: ");
          while (connection.clientClose === undefined) {
            await connection.send("a");
            await context.delay(5);
          }
        });
        const call = verbsOf(context).open(server.url(), { timeouts: { head: 150 } });
        const { phase } = await context.within(1500, expectFailure("timeout", call), "the head clock to run out");
        expectEqual("the phase", phase, "head");
      },
    },
    {
      id: "time.head-over-redirects",
      title: "the head clock goes on from hop to hop",
      needs: ["manualRedirects"],
      spec: "contract 8: connecting, upload and redirects count",
      async run(context: CaseContext) {
        const server = await context.serve(async (connection) => {
          for (;;) {
            await connection.request();
            await context.delay(60);
            await connection.send("HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n");
          }
        });
        const call = verbsOf(context).open(server.url(), { timeouts: { head: context.ms(150) } });
        const { phase } = await context.within(1500, expectFailure("timeout", call), "the head clock to run out");
        expectEqual("the phase", phase, "head");
      },
    },
    {
      id: "time.total-while-held",
      title: "the total clock does not stand still while the consumer has a promise pending",
      spec: "contract 8",
      async run(context: CaseContext) {
        const server = await context.serve(async (connection) => {
          await connection.request();
          await connection.send(okChunked, chunk("data: 1\n\n"));
        });
        const never = new Promise<void>(() => {});
        const call = verbsOf(context).forEach(server.url(), { timeouts: { total: 100 } }, () => never);
        const { phase } = await context.within(1500, expectFailure("timeout", call), "the total clock to run out");
        expectEqual("the phase", phase, "total");
      },
    },
    ...([0, 2 ** 31 + 5] as const).map((ms) => ({
      id: ms === 0 ? "time.zero-disables" : "time.long-delays",
      title: `clocks of ${ms} ms do not run out at once`,
      spec: "contract 8: 0 is off; a delay over 2^31-1 ms is a chain",
      async run(context: CaseContext) {
        const server = await context.serve(async (connection) => {
          await connection.request();
          await context.delay(40);
          await connection.send(okChunked);
          await context.delay(40);
          await connection.send(chunk("data: 1\n\n"));
          await context.delay(40);
          await connection.send(lastChunk);
        });
        const timeouts = { head: ms, firstEvent: ms, idle: ms, total: ms };
        const { eventsDelivered } = await verbsOf(context).forEach(server.url(), { timeouts }, nothing);
        expectEqual("events delivered", eventsDelivered, 1);
      },
    })),
    {
      id: "time.idle-resets",
      title: "comments keep the idle clock from running out",
      spec: "contract 8",
      async run(context: CaseContext) {
        const server = await context.serve(async (connection) => {
          await connection.request();
          await connection.send(okChunked);
          for (let count = 0; count < 5; count++) {
            await context.delay(90);
            await connection.send(chunk(":\n\n"));
          }
          await connection.send(lastChunk);
        });
        const timeouts = { idle: context.ms(300) };
        const { completed } = await verbsOf(context).forEach(server.url(), { timeouts }, nothing);
        expectEqual("completed", completed, true);
      },
    },
    {
      id: "time.idle-not-while-held",
      title: "the idle clock stands still while the consumer has a promise pending",
      spec: "contract 8",
      async run(context: CaseContext) {
        const server = await context.serve(async (connection) => {
          await connection.request();
          await connection.send(okChunked, chunk("data: 1\n\n"), chunk("data: 2\n\n"), lastChunk);
        });
        const init = { timeouts: { idle: 80 } };
        const { eventsDelivered } = await verbsOf(context).forEach(server.url(), init, () => context.delay(160));
        expectEqual("events delivered", eventsDelivered, 2);
      },
    },
    {
      id: "time.connect-timeout-undeclared",
      title: "a connect clock that the transport cannot keep is `unsupported` before anything is connected to",
      needs: ["!connectTimeout"],
      spec: "core README, Options: `timeouts.connect`, where the transport can; contract 1",
      async run(context: CaseContext) {
        await expectRefusedUnsent(context, "unsupported", (url, verbs) =>
          verbs.open(url, { timeouts: { connect: 1000 } }),
        );
      },
    },
  ].map((definition) => ({ ...definition, scope: "verb" as const })) as readonly CaseDefinition[],
);
