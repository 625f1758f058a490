import { setImmediate as macrotask } from "node:timers/promises";
import type { CaseContext } from "../case-context.ts";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual, expectThat } from "../expect.ts";
import { lastChunk, ok, okChunked, chunk } from "../http-text.ts";
import { patternBytes } from "../pattern.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";
import { createGate } from "./gate.ts";

const mebibyte = 1_048_576;
const piece = 65_536;
const limit = 16 * mebibyte;
const stillMs = 250;

interface Flood {
  /** Bytes of the made-up body written so far, the last write perhaps not taken yet. */
  offset: number;
  /** Resolves when the kernel has taken the last write. */
  lastWrite: Promise<void>;
}

/** Writes the made-up body until the kernel has taken nothing for a while, or more than the limit. */
async function floodUntilStill({ delay }: CaseContext, connection: ScriptedConnection, total: number): Promise<Flood> {
  const flood: Flood = { offset: 0, lastWrite: Promise.resolve() };
  while (flood.offset < total && flood.offset <= limit) {
    flood.lastWrite = connection.send(patternBytes(flood.offset, Math.min(piece, total - flood.offset)));
    flood.offset += Math.min(piece, total - flood.offset);
    const taken = await Promise.race([flood.lastWrite.then(() => true), delay(stillMs).then(() => false)]);
    if (!taken) break;
  }
  expectThat(flood.offset <= limit, "the kernel to take no more than 16 MiB while the sink is paused", flood.offset);
  return flood;
}

async function floodRest(connection: ScriptedConnection, flood: Flood, total: number): Promise<void> {
  await flood.lastWrite;
  for (; flood.offset < total; flood.offset += piece) {
    await connection.send(patternBytes(flood.offset, Math.min(piece, total - flood.offset)));
  }
}

/** A pending promise of the sink stops the server, by way of both kernels. */
export const backpressureCases: readonly ConformanceCase[] = defineCases("bp", [
  {
    id: "bp.stalls",
    title: "256 MiB offered and one piece taken: the server comes to a stand under 16 MiB",
    needs: ["backpressure"],
    spec: "contract 3",
    async run(context) {
      const total = 256 * mebibyte;
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(ok(`Content-Length: ${total}`));
        await floodUntilStill(context, connection, total);
        exchange.abort();
      });
      const exchange = context.send(server.url(), { pattern: true, onBody: () => new Promise(() => {}) });
      await exchange.settles("send() to settle after the abort that follows the standstill");
      expectThat(exchange.recording.bytesReceived <= mebibyte, "one piece delivered", exchange.recording.bytesReceived);
    },
  },
  {
    id: "bp.resumes",
    title: "after a standstill the rest of 32 MiB arrives whole",
    needs: ["backpressure"],
    spec: "contract 3",
    async run(context) {
      const total = 32 * mebibyte;
      const gate = createGate();
      const server = await context.serve(async (connection) => {
        await connection.request();
        await connection.send(ok(`Content-Length: ${total}`));
        const flood = await floodUntilStill(context, connection, total);
        gate.open();
        await floodRest(connection, flood, total);
      });
      const exchange = context.send(server.url(), { pattern: true, onBody: () => gate.opened });
      await exchange.ends();
      const { bytesReceived, firstDifference } = exchange.recording;
      expectEqual("bytes received and index of the first wrong one", [bytesReceived, firstDifference], [total, -1]);
    },
  },
  {
    id: "bp.slow",
    title: "a sink that takes a turn of the loop for every piece gets all of 8 MiB, in order",
    spec: "contract 3",
    async run({ serve, send }) {
      const total = 8 * mebibyte;
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        for (let offset = 0; offset < total; offset += piece) await connection.send(chunk(patternBytes(offset, piece)));
        await connection.send(lastChunk);
      });
      const exchange = send(server.url(), { pattern: true, onBody: () => macrotask() });
      await exchange.ends();
      const { bytesReceived, firstDifference } = exchange.recording;
      expectEqual("bytes received and index of the first wrong one", [bytesReceived, firstDifference], [total, -1]);
    },
  },
  {
    id: "bp.never-read",
    title: "a body that is never taken does not stop an abort, nor close()",
    spec: "contract 3 and 5",
    async run({ serve, send, within, transport }) {
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(ok(`Content-Length: ${mebibyte}`), patternBytes(0, piece));
      });
      const exchange = send(server.url(), { pattern: true, onBody: () => new Promise(() => {}) });
      await exchange.received(1);
      const closed = transport().close();
      exchange.abort("enough");
      await exchange.rejectsWith("enough");
      await within(1000, closed, "close() to resolve");
    },
  },
  {
    id: "bp.isolated",
    title: "a stalled exchange does not slow another",
    needs: ["backpressure"],
    spec: "contract 2: safe to call concurrently",
    async run(context) {
      const fast = 4 * mebibyte;
      const server = await context.serve(async (connection) => {
        const { target } = await connection.request();
        const total = target === "/stalled" ? 256 * mebibyte : fast;
        await connection.send(ok(`Content-Length: ${total}`));
        if (target === "/stalled") await floodUntilStill(context, connection, total);
        else await floodRest(connection, { offset: 0, lastWrite: Promise.resolve() }, total);
        if (target === "/fast") connection.rest();
      });
      const stalled = context.send(server.url("/stalled"), { pattern: true, onBody: () => new Promise(() => {}) });
      await stalled.received(1);
      const other = context.send(server.url("/fast"), { pattern: true });
      await other.ends();
      expectEqual("the bytes of the other", other.recording.bytesReceived, fast);
      stalled.abort("enough");
      await stalled.rejectsWith("enough");
    },
  },
  {
    id: "bp.seams",
    title: "pauses at every third piece lose nothing and double nothing",
    spec: "contract 3",
    async run({ serve, send }) {
      const total = 4 * mebibyte;
      const server = await serve(async (connection) => {
        await connection.request();
        await connection.send(okChunked);
        for (let offset = 0; offset < total;) {
          const length = Math.min(total - offset, 1 + ((offset * 7919) % 60_000));
          await connection.send(chunk(patternBytes(offset, length)));
          offset += length;
        }
        await connection.send(lastChunk);
      });
      let calls = 0;
      const onBody = (): Promise<void> | undefined => (++calls % 3 === 0 ? macrotask() : undefined);
      const exchange = send(server.url(), { pattern: true, onBody: () => onBody() });
      await exchange.ends();
      const { bytesReceived, firstDifference } = exchange.recording;
      expectEqual("bytes received and index of the first wrong one", [bytesReceived, firstDifference], [total, -1]);
    },
  },
]);
