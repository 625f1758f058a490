import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { expect, onTestFinished, test, vi } from "vitest";
import { volleyTurn } from "./load-connection.ts";

/** A connection that nobody reads from yet: the reader's end, and the source's. */
async function unreadConnection(): Promise<readonly [reader: Socket, socket: Socket]> {
  const server = createServer({ highWaterMark: 1 }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const reader = connect((server.address() as AddressInfo).port, "127.0.0.1");
  const [socket] = (await once(server, "connection")) as [Socket];
  socket.on("error", () => {});
  onTestFinished(() => void [reader.destroy(), socket.destroy(), server.close()]);
  return [reader, socket];
}

function* writesOf(...writes: readonly Buffer[]): Generator<Buffer, void, undefined> {
  yield* writes;
}

test("a reader who is held up gets no further write, and all in order once it reads again", async () => {
  const [reader, socket] = await unreadConnection();
  let written = 0;
  const numbered = function* (): Generator<Buffer, void, undefined> {
    for (;;) yield Buffer.alloc(64_000, (written += 1));
  };
  const turn = volleyTurn(socket, numbered(), () => {});
  while (socket.writableLength === 0) expect(turn()).toBe(true);
  const full = written;
  for (let more = 0; more < 100; more += 1) expect(turn()).toBe(true);
  expect(written).toBe(full);

  const received: Buffer[] = [];
  reader.on("data", (bytes: Buffer) => received.push(bytes));
  await once(socket, "drain");
  expect([turn(), written]).toEqual([true, full + 1]);
  socket.end();
  await once(reader, "end");
  const expected = Array.from({ length: written }, (_, index) => Buffer.alloc(64_000, index + 1));
  expect(Buffer.concat(received).equals(Buffer.concat(expected))).toBe(true);
});

test("a turn after the last write ends the volley, once", async () => {
  const [, socket] = await unreadConnection();
  const finish = vi.fn();
  const turn = volleyTurn(socket, writesOf(Buffer.from("a"), Buffer.from("b")), finish);
  expect([turn(), turn(), finish.mock.calls.length]).toEqual([true, true, 0]);
  expect([turn(), finish.mock.calls.length]).toEqual([false, 1]);
});

test("a reader who goes away while it is held up ends the volley", async () => {
  const [reader, socket] = await unreadConnection();
  const finish = vi.fn();
  const turn = volleyTurn(socket, writesOf(Buffer.alloc(64 << 20), Buffer.from("b")), finish);
  expect([turn(), socket.writableLength > 0, turn()]).toEqual([true, true, true]);
  reader.resetAndDestroy();
  await new Promise((resolve) => socket.once("close", resolve));
  expect([turn(), finish.mock.calls.length]).toEqual([false, 1]);
});
