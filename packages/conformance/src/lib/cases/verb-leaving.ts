import type { EventStream } from "@headrace/core";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { chunk, okChunked } from "../http-text.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";
import { respondEmpty } from "./respond.ts";
import { expectUnconnected } from "./unasked.ts";
import { expectRejection, type Verbs, verbsOf } from "./verb-calls.ts";

const closing = "the client to close the connection";

/** A stream of events that never ends by itself. */
async function endless(connection: ScriptedConnection): Promise<void> {
  await connection.request();
  await connection.send(okChunked, chunk("data: 1\n\n"), chunk("data: 2\n\n"));
}

/** A case in which a stream is left in some way, and the connection must close at once. */
function closes(name: string, title: string, leave: (verbs: Verbs, url: string) => Promise<unknown>): CaseDefinition {
  return {
    id: `verb.${name}`,
    title,
    spec: "README, Use it: leaving the loop closes the connection",
    async run(context: CaseContext) {
      const server = await context.serve(endless);
      const verbs = verbsOf(context);
      // A stream that nobody holds any more closes its connection too.
      const held: EventStream[] = [];
      const open: Verbs["open"] = async (url, init) => {
        const stream = await verbs.open(url, init);
        held.push(stream);
        return stream;
      };
      await context.within(1500, leave({ ...verbs, open }, server.url()), "the call to come to its end");
      await context.within(1000, server.closedByClient(), closing);
      held.length = 0;
    },
  };
}

const definitions: readonly CaseDefinition[] = [
  closes("break", "`break` closes the connection", async ({ open }, url) => {
    for await (const _event of await open(url)) break;
  }),
  closes("cancel", "`cancel()` closes the connection, the stream never read", async ({ open }, url) => {
    const stream = await open(url);
    await stream.cancel();
  }),
  closes("dispose", "`await using` closes the connection", async ({ open }, url) => {
    const stream = await open(url);
    await stream[Symbol.asyncDispose]();
  }),
  closes("stop", "`stop()` ends the stream in good order and closes the connection", async ({ forEach }, url) => {
    const { eventsDelivered, completed } = await forEach(url, {}, (_event, stop) => stop());
    expectEqual("events and completed", [eventsDelivered, completed], [1, false]);
  }),
  closes(
    "throw-in-callback",
    "what the callback throws comes back as it is, and the connection closes",
    async ({ forEach }, url) => {
      const mine = { mine: true };
      const call = forEach(url, {}, () => {
        throw mine;
      });
      await expectRejection(call, mine);
    },
  ),
  closes(
    "reject-in-callback",
    "what the callback rejects with comes back as it is, and the connection closes",
    async ({ forEach }, url) => {
      const mine = new Error("mine");
      await expectRejection(
        forEach(url, {}, () => Promise.reject(mine)),
        mine,
      );
    },
  ),
  closes("throw-in-loop", "an error thrown in the loop closes the connection", async ({ open }, url) => {
    const mine = new Error("mine");
    const loop = async (): Promise<void> => {
      for await (const _event of await open(url)) throw mine;
    };
    await expectRejection(loop(), mine);
  }),
  closes(
    "abort-in-loop",
    "an abort between two events ends the loop with the reason and closes the connection",
    async ({ open }, url) => {
      const controller = new AbortController();
      const loop = async (): Promise<void> => {
        for await (const _event of await open(url, { signal: controller.signal })) controller.abort("enough");
      };
      await expectRejection(loop(), "enough");
    },
  ),
  closes(
    "abort-in-callback",
    "an abort inside the callback rejects with the reason, and no further event comes",
    async ({ forEach }, url) => {
      const controller = new AbortController();
      let events = 0;
      const call = forEach(url, { signal: controller.signal }, () => {
        events++;
        controller.abort("enough");
      });
      await expectRejection(call, "enough");
      expectEqual("the number of events", events, 1);
    },
  ),
  {
    id: "verb.abort-before",
    title: "with a signal already aborted nothing is connected to, and the reason comes back",
    spec: "contract 2",
    async run(context) {
      const server = await context.serve(respondEmpty);
      await expectRejection(verbsOf(context).open(server.url(), { signal: AbortSignal.abort("enough") }), "enough");
      await expectUnconnected(server);
    },
  },
  {
    id: "verb.abort-before-head",
    title: "an abort while the server is thinking rejects with the reason and closes the connection",
    spec: "contract 2",
    async run(context) {
      const controller = new AbortController();
      const server = await context.serve(async (connection) => {
        await connection.request();
        controller.abort("enough");
      });
      const call = verbsOf(context).open(server.url(), { signal: controller.signal });
      await context.within(1500, expectRejection(call, "enough"), "the call to reject");
      await context.within(1000, server.closedByClient(), closing);
    },
  },
];

/** However a stream is left, its connection closes at once. */
export const verbLeavingCases: readonly ConformanceCase[] = defineCases(
  "verb",
  definitions.map((definition) => ({ scope: "verb" as const, ...definition })),
);
