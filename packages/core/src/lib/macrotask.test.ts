import { afterEach, expect, test, vi } from "vitest";

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** The module, as it is loaded in an environment with or without `setImmediate`. */
async function load(environment: "node" | "browser"): Promise<typeof import("./macrotask.ts")> {
  vi.resetModules();
  if (environment === "browser") vi.stubGlobal("setImmediate", undefined);
  return import("./macrotask.ts");
}

test.each(["node", "browser"] as const)("it comes after all that is ready to run: %s", async (environment) => {
  const { macrotask } = await load(environment);
  const order: string[] = [];
  const turned = macrotask().then(() => order.push("turn"));
  for (let hop = 0; hop < 20; hop++) await Promise.resolve();
  order.push("promises");
  await new Promise<void>((resolve) => process.nextTick(resolve));
  order.push("tick");
  await turned;
  expect(order).toEqual(["promises", "tick", "turn"]);
});

test("a user's fake timers do not stop it", async () => {
  const { macrotask } = await load("node");
  vi.useFakeTimers();
  await expect(macrotask()).resolves.toBeUndefined();
});

test("without setImmediate it leaves no port open, which would keep a process alive", async () => {
  const { macrotask } = await load("browser");
  const close = vi.spyOn(MessagePort.prototype, "close");
  await macrotask();
  expect(close).toHaveBeenCalledOnce();
  close.mockRestore();
});
