import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { bytes, head, scriptedTransport, stalled } from "../scripted-transport.ts";
import { subscribe } from "./subscribe.ts";

test("a subscription that nobody can read any more closes its connection", async () => {
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  let closed = false;
  const transport = scriptedTransport(async (request, sink) => {
    request.signal.addEventListener("abort", () => (closed = true), { once: true });
    sink.head(head(request));
    await sink.body(bytes("data: a\n\n"));
    await stalled(request.signal);
  });
  await (async () => {
    expect((await subscribe("http://a.example/", { transport })[Symbol.asyncIterator]().next()).value?.data).toBe("a");
  })();
  for (let turn = 0; turn < 100 && !closed; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(closed).toBe(true);
});
