import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SleepWatch } from "./sleep-watch.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** The machine sleeps: wall time passes, and the monotonic clock where it does not stand still. */
function sleep(ms: number, { monotonic }: { monotonic: boolean }): void {
  vi.setSystemTime(Date.now() + ms);
  const now = performance.now.bind(performance);
  if (monotonic) vi.spyOn(performance, "now").mockImplementation(() => now() + ms);
}

test.each([true, false])("is noticed within 5 s of waking (monotonic clock runs on: %s)", (monotonic) => {
  const woke = vi.fn<(target: object) => void>();
  const target = {};
  const watch = new SleepWatch(target, woke);
  vi.advanceTimersByTime(60_000);
  expect(watch.cause).toBeUndefined();
  sleep(3_600_000, { monotonic });
  vi.advanceTimersByTime(5_000);
  expect(woke.mock.calls).toEqual([[target]]);
  expect(watch.cause).toMatchObject({ code: "timeout", phase: "idle" });
  expect(vi.getTimerCount()).toBe(0);
});

test("a page whose timers are throttled is not asleep", () => {
  vi.stubGlobal("document", {});
  const woke = vi.fn<() => void>();
  const watch = new SleepWatch({}, woke);
  sleep(60_000, { monotonic: true });
  vi.advanceTimersByTime(5_000);
  expect(woke).not.toHaveBeenCalled();
  watch.stop();
});

test("a busy process is not asleep", () => {
  const woke = vi.fn<() => void>();
  const watch = new SleepWatch({}, woke);
  sleep(20_000, { monotonic: true });
  vi.advanceTimersByTime(5_000);
  expect(woke).not.toHaveBeenCalled();
  watch.stop();
});

test("stop leaves no timer", () => {
  new SleepWatch({}, () => {}).stop();
  expect(vi.getTimerCount()).toBe(0);
});
