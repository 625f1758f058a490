import { expect, test, vi } from "vitest";
import { END } from "./call-ends.ts";
import { CallController } from "./call-controller.ts";

test("the user's signal aborts it, with its reason, until untie", () => {
  const user = new AbortController();
  const controller = new CallController(user.signal);
  controller.onAbort = vi.fn();
  user.abort("mine");
  expect([controller.aborted, controller.reason]).toEqual([true, "mine"]);
  expect(controller.onAbort).toHaveBeenCalledExactlyOnceWith("mine");
  const other = new AbortController();
  const untied = new CallController(other.signal);
  untied.untie();
  other.abort("mine");
  expect(untied.aborted).toBe(false);
});

test("a signal aborted before has aborted it", () => {
  const controller = new CallController(AbortSignal.abort("early"));
  expect([controller.aborted, controller.reason]).toEqual([true, "early"]);
});

test("the first reason holds, and is told once: to its owner, to the exchange, to its part", () => {
  const told: string[] = [];
  const controller = new CallController(null, (reason) => told.push(`owner ${String(reason)}`));
  controller.onAbort = (reason) => told.push(`exchange ${String(reason)}`);
  const part = new CallController(controller, (reason) => told.push(`part ${String(reason)}`));
  controller.abort("first");
  controller.abort("second");
  expect(told).toEqual(["owner first", "exchange first", "part first"]);
  expect([part.aborted, new CallController(controller).reason]).toEqual([true, "first"]);
});

test("a part that was untied is not aborted, and unties no other", () => {
  const whole = new CallController();
  const first = new CallController(whole);
  first.untie();
  const second = new CallController(whole);
  first.untie();
  whole.abort("late");
  expect([first.aborted, second.aborted]).toEqual([false, true]);
});

test("what is no signal is refused", () => {
  expect(() => new CallController({} as AbortSignal)).toThrow(/`signal` must be an AbortSignal/);
});

test("what the reader has ended, the user may abort", () => {
  const user = new AbortController();
  const controller = new CallController(user.signal);
  controller.abort(END);
  user.abort("mine");
  controller.abort(END);
  expect(controller.reason).toBe("mine");
});
