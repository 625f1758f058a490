import { type Script, startScriptedServer } from "@headrace/conformance";
import { expect, onTestFinished, test } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport } from "./undici-transport.ts";

const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
const long = "x".repeat(9000);

async function serve(script: Script) {
  const server = await startScriptedServer(script);
  const transport = undiciTransport();
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  return {
    server,
    send: (onPiece: (piece: string) => void | Promise<void>) =>
      receive(transport, server.url(), { onBody: (_, piece) => onPiece(piece) }),
  };
}

test("chunks that come in one read are handed on as one, those of another read are not kept for it", async () => {
  let hear = (): void => {};
  const heard = new Promise<void>((resolve) => (hear = resolve));
  const { send } = await serve(async (connection) => {
    await connection.request();
    await connection.send(head + chunk("a") + chunk("b") + chunk("c"));
    await heard;
    await connection.send(chunk("d") + chunk("e") + chunk(""));
  });
  const pieces: string[] = [];
  await send((piece) => {
    pieces.push(piece);
    hear();
  });
  expect(pieces).toEqual(["abc", "de"]);
});

test("a long chunk behind short ones waits with the rest while the sink is pending for those", async () => {
  const { send } = await serve(async (connection) => {
    await connection.request();
    const chunks = ["a", "b", long, "c", "d", long, "e", ""].map(chunk);
    await connection.send(head + chunks.join(""));
  });
  const pieces: string[] = [];
  let pending = 0;
  await send(async (piece) => {
    expect(pending++).toBe(0);
    pieces.push(piece);
    await new Promise((resolve) => setImmediate(resolve));
    pending--;
  });
  expect(pieces.join("")).toBe(`ab${long}cd${long}e`);
});

test("what came before an error is handed on first", async () => {
  const { send } = await serve(async (connection) => {
    await connection.request();
    await connection.send(`${head}${chunk("a")}${chunk("b")}no chunk\r\n`);
    await connection.closed();
  });
  const pieces: string[] = [];
  const { error } = await send((piece) => void pieces.push(piece));
  expect(error).toMatchObject({ code: "protocol" });
  expect(pieces).toEqual(["ab"]);
});

test.each([
  ["short chunks", ["a", "b", ""]],
  ["a long one behind them", ["a", "b", long, ""]],
])("a sink that throws is not called again, and has its connection closed, though all had come: %s", async (_, all) => {
  const { server, send } = await serve(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(head + all.map(chunk).join(""));
    }
  });
  const mine = new Error("mine");
  let calls = 0;
  const { error } = await send(() => {
    calls++;
    throw mine;
  });
  expect(error).toBe(mine);
  expect(calls).toBe(1);
  // By then a connection that is none the worse would be back in the pool.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  await send(() => {});
  expect(server.connections).toHaveLength(2);
});
