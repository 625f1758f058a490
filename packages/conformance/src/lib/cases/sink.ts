import { setImmediate as macrotask } from "node:timers/promises";
import { runInNewContext } from "node:vm";
import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { createGate } from "./gate.ts";
import { respond } from "./respond.ts";

/** No `instanceof Promise`. */
const ForeignPromise = runInNewContext("Promise") as PromiseConstructor;

/** Lets whatever would happen by itself happen: many turns of the loop, and a little time. */
async function settleDown({ delay }: CaseContext): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await macrotask();
  await delay(40);
}

/** A case in which the sink throws or rejects with an error: `send` rejects with that very error, the connection closes. */
function sinkFails(
  name: string,
  title: string,
  hooks: (error: Error) => Parameters<CaseContext["send"]>[1],
): CaseDefinition {
  return {
    id: `sink.${name}`,
    title,
    spec: "contract 3: a sink that throws or rejects ends the exchange",
    async run({ serve, send, within }: CaseContext) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"), chunk("two"), chunk("three"));
      });
      const error = new Error("the sink's own");
      await send(server.url(), hooks(error)).rejectsWith(error);
      await within(1000, server.closedByClient(), "the client to close the connection");
    },
  };
}

/** A case in which what body() returned is to be waited for, until `opened`. */
function heldBack(name: string, title: string, returned: (opened: Promise<void>) => Promise<void>): CaseDefinition {
  return {
    id: `sink.${name}`,
    title,
    needs: ["backpressure"],
    spec: "contract 3",
    async run(context) {
      const gate = createGate();
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
        await exchange.received(3);
        await connection.send(chunk("two"), lastChunk);
        await settleDown(context);
        expectEqual("bytes delivered while the promise is pending", exchange.recording.bytesReceived, 3);
        expectEqual("the outcome while the promise is pending", exchange.outcome, undefined);
        gate.open();
      });
      const exchange = context.send(server.url(), { onBody: () => returned(gate.opened) });
      await exchange.ends("onetwo");
    },
  };
}

/** How the sink is called. That calls come one at a time, in order, none early and none late, is checked in every case. */
export const sinkCases: readonly ConformanceCase[] = defineCases("sink", [
  sinkFails("throw-in-head", "what head() throws, send() rejects with, and the connection is closed", (error) => ({
    onHead: () => {
      throw error;
    },
  })),
  sinkFails("throw-in-body", "what body() throws, send() rejects with, and the connection is closed", (error) => ({
    onBody: () => {
      throw error;
    },
  })),
  sinkFails(
    "reject-in-body",
    "what body() rejects with, send() rejects with, and the connection is closed",
    (error) => ({
      onBody: () => Promise.reject(error),
    }),
  ),
  sinkFails(
    "reject-later",
    "what body() rejects with later, send() rejects with, and the connection is closed",
    (error) => ({
      onBody: async () => {
        await macrotask();
        throw error;
      },
    }),
  ),
  heldBack("held-back", "after body() returned a promise no call is made until it settles", (opened) => opened),
  heldBack(
    "foreign-promise",
    "a promise of another realm that body() returned is waited for",
    (opened) => new ForeignPromise((resolve) => void opened.then(resolve)),
  ),
  {
    id: "sink.other-returns",
    title: "what body() returns that is no promise is ignored",
    spec: "contract 3: a promise is what is waited for",
    async run({ serve, send }) {
      for (const returned of [true, 1, "text", {}, null]) {
        const server = await serve(respond(okChunked, chunk("one"), chunk("two"), lastChunk));
        await send(server.url(), { onBody: () => returned as unknown as undefined }).ends("onetwo");
      }
    },
  },
  {
    id: "sink.every-piece-held-back",
    title: "a promise from every body() loses nothing and doubles nothing",
    spec: "contract 3",
    async run(context) {
      const words = Array.from({ length: 200 }, (_, index) => `piece ${index}\n`);
      const server = await context.serve(respond(okChunked, ...words.map((word) => chunk(word)), lastChunk));
      await context.send(server.url(), { onBody: () => macrotask() }).ends(words.join(""));
      await settleDown(context);
    },
  },
  {
    id: "sink.failure-held-back",
    title: "a failure that comes while the sink is paused waits until all that came before it is delivered",
    spec: "contract 3",
    async run(context) {
      const gate = createGate();
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
        await exchange.received(3);
        await connection.send(chunk("two"), chunk("three"));
        connection.fin();
        await settleDown(context);
        expectEqual("the outcome while the promise is pending", exchange.outcome, undefined);
        gate.open();
      });
      const exchange = context.send(server.url(), { onBody: () => gate.opened });
      await exchange.fails("truncated");
      expectEqual("the body", exchange.text, "onetwothree");
    },
  },
  {
    id: "sink.settles-after-last-promise",
    title: "send() settles after the promise of the last body()",
    spec: "contract 3",
    async run(context) {
      const gate = createGate();
      const server = await context.serve(respond(ok("Content-Length: 4"), "last"));
      const exchange = context.send(server.url(), { onBody: () => gate.opened });
      await exchange.received(4);
      await settleDown(context);
      expectEqual("the outcome while the promise is pending", exchange.outcome, undefined);
      gate.open();
      await exchange.ends("last");
    },
  },
  {
    id: "sink.settles-a-macrotask-later",
    title: "send() settles at least one macrotask after the last call of the sink",
    spec: "contract 3",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Length: 4"), "last"));
      let turned = false;
      const turn = (): void => void setImmediate(() => (turned = true));
      await send(server.url(), { onBody: turn }).ends("last");
      expectEqual("whether the event loop has turned", turned, true);
    },
  },
  {
    id: "sink.last-promise-rejects",
    title: "what the last body() rejects with is what send() rejects with, the message being complete",
    spec: "contract 3",
    async run(context) {
      const gate = createGate();
      const error = new Error("the sink's own");
      const server = await context.serve(respond(ok("Content-Length: 4"), "last"));
      const exchange = context.send(server.url(), { onBody: () => gate.opened });
      await exchange.received(4);
      await settleDown(context);
      gate.fail(error);
      await exchange.rejectsWith(error);
    },
  },
  {
    id: "sink.throws-anything",
    title: "a thrown value that is no Error comes back as it is",
    spec: "contract 2: the very value",
    async run({ serve, send }) {
      for (const value of [undefined, null, 0, "text", { odd: true }]) {
        const server = await serve(respond(ok("Content-Length: 4"), "last"));
        const exchange = send(server.url(), {
          onBody: () => {
            throw value;
          },
        });
        await exchange.rejectsWith(value);
      }
    },
  },
]);
