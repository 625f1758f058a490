import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CallController } from "./call-controller.ts";
import { pause } from "./pause.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("waits", async () => {
  let over = false;
  void pause(1000, new CallController()).then(() => (over = true));
  await vi.advanceTimersByTimeAsync(999);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1);
  expect(over).toBe(true);
});

test("more than 2^31-1 ms is not over at once", async () => {
  let over = false;
  void pause(2 ** 31 + 1000, new CallController()).then(() => (over = true));
  await vi.advanceTimersByTimeAsync(2 ** 31);
  expect(over).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(over).toBe(true);
});

test("an abort ends it at once, and leaves no timer and no listener", async () => {
  const call = new CallController();
  const paused = pause(1000, call);
  call.abort("enough");
  await expect(paused).rejects.toBe("enough");
  await expect(pause(1000, call)).rejects.toBe("enough");
  expect(vi.getTimerCount()).toBe(0);
  const other = new CallController();
  const ended = pause(10, other);
  await vi.advanceTimersByTimeAsync(10);
  await ended;
  expect(other.onAbort).toBeUndefined();
});
