import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { startConnectClock } from "./connect-clock.ts";

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => void vi.useRealTimers());

async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

test("it expires at the limit and not before, with what was connected to", async () => {
  const expire = vi.fn();
  startConnectClock(50, "a.test:80", expire);
  vi.advanceTimersByTime(49);
  await turns();
  expect(expire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  await turns();
  expect(expire).toHaveBeenCalledExactlyOnceWith(
    expect.objectContaining({
      code: "timeout",
      phase: "connect",
      message: "connect timeout: no connection to a.test:80 within 50 ms",
    }),
  );
});

test("what was there to be read when it ran out may still stop it", async () => {
  const expire = vi.fn();
  const stop = startConnectClock(50, "a.test:80", expire);
  vi.advanceTimersByTime(50);
  stop();
  await turns();
  expect(expire).not.toHaveBeenCalled();
});

test("0 is never, and a stopped one is not kept", () => {
  startConnectClock(0, "a.test:80", () => {});
  startConnectClock(50, "a.test:80", () => {})();
  expect(vi.getTimerCount()).toBe(0);
});

test("a limit that setTimeout cannot take is kept, too", async () => {
  const expire = vi.fn();
  startConnectClock(2 ** 32, "a.test:80", expire);
  vi.advanceTimersByTime(2 ** 32 - 1);
  await turns();
  expect(expire).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  await turns();
  expect(expire).toHaveBeenCalledOnce();
});
