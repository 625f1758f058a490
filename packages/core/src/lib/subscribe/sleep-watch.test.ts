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
  const sleeper = { end: vi.fn<() => void>() };
  const watch = new SleepWatch(sleeper);
  vi.advanceTimersByTime(60_000);
  expect(watch.cause).toBeUndefined();
  sleep(3_600_000, { monotonic });
  vi.advanceTimersByTime(5_000);
  expect(sleeper.end).toHaveBeenCalledTimes(1);
  expect(watch.cause).toMatchObject({ code: "timeout", phase: "idle" });
  expect(vi.getTimerCount()).toBe(0);
});

test("a page whose timers are throttled is not asleep", () => {
  vi.stubGlobal("document", {});
  const sleeper = { end: vi.fn<() => void>() };
  const watch = new SleepWatch(sleeper);
  sleep(60_000, { monotonic: true });
  vi.advanceTimersByTime(5_000);
  expect(sleeper.end).not.toHaveBeenCalled();
  watch.stop();
});

test("a busy process is not asleep", () => {
  const sleeper = { end: vi.fn<() => void>() };
  const watch = new SleepWatch(sleeper);
  sleep(20_000, { monotonic: true });
  vi.advanceTimersByTime(5_000);
  expect(sleeper.end).not.toHaveBeenCalled();
  watch.stop();
});

test("one timer watches all, and the last one that stops leaves none", () => {
  const sleepers = Array.from({ length: 3 }, () => ({ end: vi.fn<() => void>() }));
  const watches = sleepers.map((sleeper) => new SleepWatch(sleeper));
  expect(vi.getTimerCount()).toBe(1);
  watches[0]?.stop();
  sleep(3_600_000, { monotonic: false });
  vi.advanceTimersByTime(5_000);
  expect(sleepers.map(({ end }) => end.mock.calls.length)).toEqual([0, 1, 1]);
  expect(vi.getTimerCount()).toBe(0);
});

test("what is opened after the sleep is not ended for it, and those before it are at once", () => {
  const before = { end: vi.fn<() => void>() };
  const after = { end: vi.fn<() => void>() };
  const watches = [new SleepWatch(before)];
  sleep(3_600_000, { monotonic: false });
  watches.push(new SleepWatch(after));
  expect(before.end).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(60_000);
  expect(after.end).not.toHaveBeenCalled();
  sleep(3_600_000, { monotonic: false });
  vi.advanceTimersByTime(5_000);
  expect([before.end.mock.calls.length, after.end.mock.calls.length]).toEqual([1, 1]);
});
