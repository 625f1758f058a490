import { getEventListeners } from "node:events";
import { setImmediate as macrotask } from "node:timers/promises";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { type Bytes, chunk, lastChunk, ok, okChunked } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import type { Script } from "../scripted-server.ts";
import { respond } from "./respond.ts";
import { expectUnconnected } from "./unasked.ts";

const reason = { name: "my reason" };
const closing = "the client to close the connection";
const never = new Promise<void>(() => {});

/** A script that answers one request with these bytes, which are not a whole response. */
function sendOnce(...parts: readonly Bytes[]): Script {
  return async (connection) => {
    await connection.request();
    await connection.send(...parts);
  };
}

/** An abort at every stage: `send` rejects with the reason at once, the connection closes, the sink is left alone. */
export const abortCases: readonly ConformanceCase[] = defineCases("abort", [
  {
    id: "abort.before",
    title: "a signal that is already aborted: no connection, and the same reason",
    spec: "contract 2",
    async run(context) {
      const server = await context.serve(respond(ok("Content-Length: 0")));
      await context.send(server.url(), { abortedWith: reason }).rejectsWith(reason);
      await expectUnconnected(server);
    },
  },
  {
    id: "abort.same-tick",
    title: "an abort right after the call",
    spec: "contract 2",
    async run({ serve, send }) {
      const server = await serve(respond(ok("Content-Length: 0")));
      const exchange = send(server.url());
      exchange.abort(reason);
      await exchange.rejectsWith(reason);
    },
  },
  {
    id: "abort.while-connecting",
    title: "an abort some turns of the loop after the call, at whatever stage that is",
    spec: "contract 2",
    async run({ serve, send }) {
      for (let turns = 1; turns <= 8; turns++) {
        const server = await serve(sendOnce(okChunked));
        const exchange = send(`http://localhost:${server.port}/`);
        for (let turn = 0; turn < turns; turn++) await macrotask();
        exchange.abort(reason);
        await exchange.rejectsWith(reason);
      }
    },
  },
  {
    id: "abort.before-head",
    title: "an abort while the server is thinking closes the connection",
    spec: "contract 2",
    async run({ serve, send, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        exchange.abort(reason);
      });
      const exchange = send(server.url());
      await exchange.rejectsWith(reason);
      await within(1000, server.closedByClient(), closing);
    },
  },
  {
    id: "abort.during-upload",
    title: "an abort while the server does not read a large upload closes the connection",
    spec: "contract 2",
    async run({ serve, send, within }) {
      const body = new Uint8Array(8 * 1_048_576);
      const server = await serve(async (connection) => {
        await connection.requestHead();
        connection.pause();
        exchange.abort(reason);
        await exchange.settles();
      });
      const exchange = send(server.url(), { method: "POST", body });
      await exchange.rejectsWith(reason);
      await within(1000, server.closedByClient(), closing);
    },
  },
  {
    id: "abort.mid-body",
    title: "an abort in the middle of the body closes the connection, and nothing more is delivered",
    spec: "contract 2 and 3",
    async run({ serve, send, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"));
        await exchange.received(3);
        exchange.abort(reason);
        await connection.send(chunk("two"));
      });
      const exchange = send(server.url());
      await exchange.rejectsWith(reason);
      await within(1000, server.closedByClient(), closing);
      expectEqual("the body", exchange.text, "one");
    },
  },
  {
    id: "abort.in-head",
    title: "after an abort inside head() the sink is not called again, in the same tick too",
    spec: "contract 3",
    async run({ serve, send }) {
      const server = await serve(sendOnce(okChunked, chunk("one"), chunk("two")));
      const exchange = send(server.url(), { onHead: () => exchange.abort(reason) });
      await exchange.rejectsWith(reason);
      expectEqual("the bytes received", exchange.recording.bytesReceived, 0);
    },
  },
  {
    id: "abort.in-body",
    title: "after an abort inside body() the sink is not called again, in the same tick too",
    spec: "contract 3",
    async run({ serve, send }) {
      const server = await serve(sendOnce(okChunked, chunk("one"), chunk("two"), chunk("three")));
      const exchange = send(server.url(), { onBody: () => exchange.abort(reason) });
      await exchange.rejectsWith(reason);
      expectEqual("the number of calls", exchange.recording.pieces.length, 1);
    },
  },
  {
    id: "abort.while-held-back",
    title: "an abort does not wait for the promise of the sink",
    spec: "contract 3",
    async run({ serve, send, within }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked, chunk("one"), chunk("two"));
      });
      const exchange = send(server.url(), { onBody: () => never });
      await exchange.received(3);
      exchange.abort(reason);
      await exchange.rejectsWith(reason);
      await within(1000, server.closedByClient(), closing);
    },
  },
  {
    id: "abort.queued",
    title: "an abort with 1 MiB queued delivers none of it",
    spec: "contract 3",
    async run({ serve, send }) {
      const blocks = Array.from({ length: 16 }, (_, index) => patternBytes(index * 65_536, 65_536));
      const server = await serve(sendOnce(ok("Content-Length: 1048576"), ...blocks));
      const exchange = send(server.url(), { pattern: true, onBody: () => never });
      await exchange.received(1);
      const before = exchange.recording.bytesReceived;
      exchange.abort(reason);
      await exchange.rejectsWith(reason);
      await macrotask();
      expectEqual("the bytes received", exchange.recording.bytesReceived, before);
    },
  },
  {
    id: "abort.reason",
    title: "whatever the reason is, it comes back as it is",
    spec: "contract 2: rejects with signal.reason",
    async run({ serve, send }) {
      for (const value of [new Error("mine"), "text", 0, null, false]) {
        const server = await serve(sendOnce(okChunked));
        const exchange = send(server.url());
        await exchange.head();
        exchange.abort(value);
        await exchange.rejectsWith(value);
      }
    },
  },
  {
    id: "abort.default-reason",
    title: "an abort without a reason rejects with the signal's own AbortError",
    spec: "contract 2: rejects with signal.reason",
    async run({ serve, send }) {
      const controller = new AbortController();
      const server = await serve(sendOnce(okChunked));
      const exchange = send(server.url(), { signal: controller.signal });
      await exchange.head();
      controller.abort();
      await exchange.rejectsWith(controller.signal.reason);
    },
  },
  {
    id: "abort.no-poison",
    title: "an abort leaves another exchange alone, and the next one is answered on a clean connection",
    spec: "contract 2",
    async run({ serve, send }) {
      const server = await serve(async (connection) => {
        for (;;) {
          const { target } = await connection.request();
          await connection.send(okChunked, chunk(target));
          if (target === "/lasting") await aborted.settles();
          if (target !== "/aborted") await connection.send(lastChunk);
        }
      });
      const lasting = send(server.url("/lasting"));
      const aborted = send(server.url("/aborted"));
      await aborted.received(8);
      await lasting.received(8);
      aborted.abort(reason);
      await aborted.rejectsWith(reason);
      await lasting.ends("/lasting");
      await send(server.url("/next")).ends("/next");
    },
  },
  {
    id: "abort.listener-leak",
    title: "20 exchanges on one signal leave no listener on it",
    spec: "contract 2: no listener stays on the signal",
    async run({ serve, send }) {
      const { signal } = new AbortController();
      const server = await serve(respond(ok("Content-Length: 2"), "ok"));
      for (let count = 0; count < 20; count++) await send(server.url(), { signal }).ends("ok");
      await send("http://127.0.0.1:1/", { signal }).settles();
      await macrotask();
      expectEqual("listeners on the signal", getEventListeners(signal, "abort").length, 0);
    },
  },
  {
    id: "abort.loop",
    title: "50 exchanges, each aborted after its first byte, leave no connection behind",
    spec: "contract 2",
    async run({ serve, send, within }) {
      const server = await serve(sendOnce(okChunked, chunk("x")));
      for (let count = 0; count < 50; count++) {
        const exchange = send(server.url());
        await exchange.received(1);
        exchange.abort(reason);
        await exchange.rejectsWith(reason);
      }
      await within(1000, server.closedByClient(), closing);
    },
  },
]);
