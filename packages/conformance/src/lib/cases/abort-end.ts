import { setImmediate as macrotask } from "node:timers/promises";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { chunk, ok, okChunked } from "../http-text.ts";
import { respond } from "./respond.ts";

const reason = { name: "my reason" };
const never = new Promise<void>(() => {});

/** An abort around the end, and together with other ends: contract 3. */
export const abortEndCases: readonly ConformanceCase[] = defineCases("abort", [
  {
    id: "abort.in-last-body",
    title: "an abort inside the last body() is an abort, even if the whole message has come",
    spec: "contract 3",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Length: 4"), "last"));
      const exchange = send(server.url(), { onBody: () => exchange.abort(reason) });
      await exchange.rejectsWith(reason);
    },
  },
  {
    id: "abort.after-last-body",
    title: "an abort in the microtasks after the last body() is an abort: send settles later",
    spec: "contract 3: at least one macrotask after the stack's own end",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Length: 4"), "last"));
      const exchange = send(server.url(), { onBody: () => queueMicrotask(() => exchange.abort(reason)) });
      await exchange.rejectsWith(reason);
    },
  },
  {
    id: "abort.complete-but-held-back",
    title: "an abort while the promise of the last body() is pending is an abort",
    spec: "contract 3: even if every byte had been delivered",
    async run({ serve, send, delay }) {
      const server = await serve(respond(ok("Content-Length: 4"), "last"));
      const exchange = send(server.url(), { onBody: () => never });
      await exchange.received(4);
      await delay(20);
      exchange.abort(reason);
      await exchange.rejectsWith(reason);
    },
  },
  {
    id: "abort.after-end",
    title: "an abort after the end does nothing",
    spec: "contract 3",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Length: 2"), "ok"));
      const exchange = send(server.url());
      await exchange.ends("ok");
      exchange.abort(reason);
      await macrotask();
      await send(server.url()).ends("ok");
    },
  },
  {
    id: "abort.then-close",
    title: "of an abort and a forced close in the same tick the first wins, and there is one error",
    spec: "contract 3: if several things fail the first wins; contract 5",
    async run({ serve, create, send, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
      });
      for (const first of ["abort", "close"] as const) {
        const transport = create();
        const exchange = send(server.url(), { transport });
        await exchange.received(3);
        if (first === "abort") exchange.abort(reason);
        const closed = transport.close({ force: true });
        exchange.abort(reason);
        exchange.abort(new Error("again"));
        if (first === "abort") await exchange.rejectsWith(reason);
        else await exchange.fails("closed");
        await within(1000, closed, "close({ force: true }) to resolve");
      }
    },
  },
]);
