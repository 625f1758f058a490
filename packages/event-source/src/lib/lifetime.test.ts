import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";
import { EventSource } from "./event-source.ts";
import { type Script, scriptedTransport } from "./scripted-transport.test-support.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

const streaming: Script = async (exchange) => {
  await exchange.stream("data: a\n\n");
  await exchange.silence();
};

/** Makes one and forgets it. */
function make(transport: ReturnType<typeof scriptedTransport>, listen: (source: EventSource) => void): void {
  listen(new EventSource("http://a.example/", { transport }));
}

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test("9.2.9: one without a listener that nobody refers to is collected, and its connection closed", async () => {
  const transport = scriptedTransport(streaming);
  make(transport, () => {});
  await vi.waitFor(() => expect(transport.requests).toHaveLength(1));
  await vi.waitFor(async () => {
    collectGarbage();
    await turn();
    expect(transport.requests[0]?.signal.aborted).toBe(true);
  });
});

test.each<[string, (source: EventSource) => void]>([
  ["a listener", (source) => source.addEventListener("add", () => {})],
  ["a handler", (source) => (source.onerror = () => {})],
])("9.2.9: one with %s lives until it is closed", async (_, listen) => {
  const transport = scriptedTransport(streaming);
  let forgotten: WeakRef<EventSource> | undefined;
  make(transport, (source) => {
    listen(source);
    forgotten = new WeakRef(source);
  });
  await vi.waitFor(() => expect(transport.requests).toHaveLength(1));
  for (let round = 0; round < 5; round++) {
    await turn();
    collectGarbage();
  }
  expect(transport.requests[0]?.signal.aborted).toBe(false);
  forgotten?.deref()?.close();
  expect(transport.requests[0]?.signal.aborted).toBe(true);
  await vi.waitFor(async () => {
    collectGarbage();
    await turn();
    expect(forgotten?.deref() === undefined).toBe(true); // An assertion that fails would hold it.
  });
});

test("what a listener throws is reported, and the stream goes on", async () => {
  const transport = scriptedTransport(async (exchange) => {
    await exchange.stream("data: a\n\ndata: b\n\n");
    await exchange.silence();
  });
  const before = process.listeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const reported: unknown[] = [];
  process.on("uncaughtException", (error) => reported.push(error));
  const source = new EventSource("http://a.example/", { transport });
  const seen: unknown[] = [];
  source.onmessage = ({ data }) => {
    throw new Error(`mine: ${data}`);
  };
  source.addEventListener("message", ({ data }) => seen.push(data));
  await vi.waitFor(() => expect(reported).toEqual([new Error("mine: a"), new Error("mine: b")]));
  expect([seen, source.readyState]).toEqual([["a", "b"], 1]);
  source.close();
  process.removeAllListeners("uncaughtException");
  for (const listener of before) process.on("uncaughtException", listener);
});
