import { expect, test } from "vitest";
import { EventQueue } from "./event-queue.ts";

test("an event that was taken is not kept, however long the queue is never empty", async () => {
  const queue = new EventQueue();
  const taken: WeakRef<object>[] = [];
  const push = (): void => queue.push({ type: "message", data: "x", lastEventId: "", id: undefined });
  push();
  for (let turn = 0; turn < 5000; turn++) {
    push();
    const { value } = await queue.next();
    if (value) taken.push(new WeakRef(value));
  }
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  await new Promise((resolve) => setImmediate(resolve));
  (runInNewContext("gc") as () => void)();
  expect(taken.filter((event) => event.deref() !== undefined).length).toBeLessThan(100);
});
