import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { pause } from "./pause.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("waits", async () => {
  let over = false;
  void pause(1000, new AbortController().signal).then(() => (over = true));
  await vi.advanceTimersByTimeAsync(999);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toBe(true);
});

test("more than 2^31-1 ms is not over at once", async () => {
  let over = false;
  void pause(2 ** 31 + 1000, new AbortController().signal).then(() => (over = true));
  await vi.advanceTimersByTimeAsync(2 ** 31);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(over).toBe(true);
});

test("an abort ends it at once, and leaves no timer and no listener", async () => {
  const controller = new AbortController();
  const paused = pause(1000, controller.signal);
  controller.abort("enough");
  await expect(paused).rejects.toBe("enough");
  await expect(pause(1000, controller.signal)).rejects.toBe("enough");
  expect(vi.getTimerCount()).toBe(0);
  const waited = pause(10, new AbortController().signal);
  await vi.advanceTimersByTimeAsync(10);
  await waited;
  const other = new AbortController();
  const unheard = vi.spyOn(other.signal, "removeEventListener");
  const ended = pause(10, other.signal);
  await vi.advanceTimersByTimeAsync(10);
  await ended;
  expect(unheard).toHaveBeenCalledTimes(1);
});
