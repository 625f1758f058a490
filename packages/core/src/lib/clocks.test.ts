import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Clocks, type Timeouts } from "./clocks.ts";
import { asHeadraceError } from "./headrace-error.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

function run(timeouts: Timeouts, idleCounts?: "bytes" | "events") {
  const clocks = new Clocks(timeouts, idleCounts);
  const expired: unknown[] = [];
  clocks.start();
  clocks.watch((reason) => expired.push(asHeadraceError(reason, "timeout")?.phase ?? reason));
  return { clocks, expired };
}

test("head runs from the start to the head", () => {
  const { clocks, expired } = run({ head: 100 });
  vi.advanceTimersByTime(99);
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(expired).toEqual(["head"]);
  clocks.unwatch();
});

test("a head in time leaves no timer", () => {
  const { clocks, expired } = run({ head: 100 });
  clocks.headArrived();
  vi.advanceTimersByTime(1000);
  expect(expired).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});

test("first-event runs from the head to the first event, whatever bytes arrive", () => {
  const { clocks, expired } = run({ firstEvent: 100 });
  clocks.headArrived();
  for (let i = 0; i < 11; i++) {
    vi.advanceTimersByTime(10);
    clocks.bytesTaken();
  }
  expect(expired).toEqual(["first-event"]);
});

test("an event stops first-event for good", () => {
  const { clocks, expired } = run({ firstEvent: 100 });
  clocks.headArrived();
  clocks.eventDispatched();
  vi.advanceTimersByTime(1000);
  expect(expired).toEqual([]);
});

test("every piece of body restarts idle", () => {
  const { clocks, expired } = run({ idle: 100 });
  clocks.headArrived();
  for (let i = 0; i < 10; i++) {
    vi.advanceTimersByTime(90);
    clocks.bytesTaken();
  }
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(101);
  expect(expired).toEqual(["idle"]);
});

test("idleCounts: events lets comments pass for silence", () => {
  const { clocks, expired } = run({ idle: 100 }, "events");
  clocks.headArrived();
  vi.advanceTimersByTime(90);
  clocks.eventDispatched();
  clocks.bytesTaken();
  vi.advanceTimersByTime(90);
  clocks.bytesTaken();
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(20);
  expect(expired).toEqual(["idle"]);
});

test("idleCounts: events does not count the time that the reader took over an event", () => {
  const { clocks, expired } = run({ idle: 100 }, "events");
  clocks.headArrived();
  clocks.eventDispatched();
  vi.advanceTimersByTime(99);
  clocks.bytesTaken();
  vi.advanceTimersByTime(99);
  expect(expired).toEqual([]);
  clocks.unwatch();
});

test("idle and first-event stand still while held, then restart at zero", () => {
  const { clocks, expired } = run({ idle: 100, firstEvent: 150 });
  clocks.headArrived();
  vi.advanceTimersByTime(90);
  clocks.hold();
  vi.advanceTimersByTime(100_000);
  expect(expired).toEqual([]);
  clocks.release();
  vi.advanceTimersByTime(99);
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(expired).toEqual(["idle"]);
});

test("total never stands still", () => {
  const { clocks, expired } = run({ total: 100, idle: 50 });
  clocks.headArrived();
  clocks.hold();
  vi.advanceTimersByTime(101);
  expect(expired).toEqual(["total"]);
});

test("total runs on over attempts, head begins anew", () => {
  const { clocks, expired } = run({ total: 100, head: 60 });
  vi.advanceTimersByTime(50);
  clocks.rest();
  clocks.start();
  vi.advanceTimersByTime(49);
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(2);
  expect(expired).toEqual(["total"]);
});

test("a time-out of more than 2^31-1 ms does not fire at once", () => {
  const { clocks, expired } = run({ total: 2 ** 31 + 5_000 });
  vi.advanceTimersByTime(2 ** 31);
  expect(expired).toEqual([]);
  vi.advanceTimersByTime(5_001);
  expect(expired).toEqual(["total"]);
  clocks.unwatch();
});

test.each([0, Infinity])("%s is no limit", (off) => {
  run({ head: off, total: off, idle: off, firstEvent: off }).clocks.headArrived();
  expect(vi.getTimerCount()).toBe(0);
});

test("limit ends with the reason it was given, and unlimit lifts it", () => {
  const reason = new Error("enough");
  const { clocks, expired } = run({ head: 500 });
  clocks.limit(50, reason);
  clocks.unlimit();
  vi.advanceTimersByTime(60);
  expect(expired).toEqual([]);
  clocks.limit(50, reason);
  vi.advanceTimersByTime(51);
  expect(expired).toEqual([reason]);
  clocks.unwatch();
});

test("polled: remaining counts down and expired says which", () => {
  const clocks = new Clocks({ head: 100, total: 150 });
  clocks.start();
  expect(clocks.remaining()).toBeCloseTo(100);
  clocks.headArrived();
  expect(clocks.remaining()).toBeCloseTo(150);
  vi.advanceTimersByTime(151);
  expect(clocks.remaining()).toBeLessThanOrEqual(0);
  expect(asHeadraceError(clocks.expired())).toMatchObject({ code: "timeout", phase: "total" });
});

describe("idle: auto", () => {
  function listening(idleCounts?: "bytes" | "events") {
    const { clocks, expired } = run({ idle: "auto" }, idleCounts);
    clocks.headArrived();
    const beat = (ms: number): void => {
      vi.advanceTimersByTime(ms);
      clocks.bytesTaken();
    };
    return { clocks, expired, beat };
  }

  test("fires after three of the longest intervals", () => {
    const { expired, beat } = listening();
    for (const ms of [9_000, 10_000, 8_000]) beat(ms);
    vi.advanceTimersByTime(29_999);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(expired).toEqual(["idle"]);
  });

  test("says in its message what the limit was", () => {
    const clocks = new Clocks({ idle: "auto" });
    const reasons: unknown[] = [];
    clocks.start();
    clocks.watch((reason) => reasons.push(reason));
    clocks.headArrived();
    for (let beat = 0; beat < 3; beat++) {
      vi.advanceTimersByTime(10_000);
      clocks.bytesTaken();
    }
    vi.advanceTimersByTime(30_001);
    expect(reasons).toEqual([expect.objectContaining({ message: "idle timeout: nothing for 30000 ms" })]);
  });

  test("is never under 15 s", () => {
    const { expired, beat } = listening();
    for (let beats = 0; beats < 200; beats++) beat(100);
    vi.advanceTimersByTime(14_999);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(expired).toEqual(["idle"]);
  });

  test("fires only where there is a rhythm", () => {
    const burst = listening();
    for (let piece = 0; piece < 10; piece++) burst.beat(100);
    const two = listening();
    for (let piece = 0; piece < 2; piece++) two.beat(20_000);
    const once = listening();
    once.beat(60_000);
    for (let piece = 0; piece < 10; piece++) once.beat(0);
    vi.advanceTimersByTime(3_600_000);
    expect([burst.expired, two.expired, once.expired]).toEqual([[], [], []]);
  });

  test("does not learn from the reader's own pauses", () => {
    const { clocks, expired, beat } = listening();
    for (let beats = 0; beats < 3; beats++) beat(10_000);
    clocks.hold();
    vi.advanceTimersByTime(3_600_000);
    clocks.release();
    beat(5_000);
    vi.advanceTimersByTime(30_001);
    expect(expired).toEqual(["idle"]);
  });

  test("with idleCounts: events learns the rhythm of events", () => {
    const { clocks, expired, beat } = listening("events");
    for (let events = 0; events < 4; events++) {
      beat(5_000);
      clocks.eventDispatched();
      beat(0);
    }
    for (let comments = 0; comments < 3; comments++) beat(4_999);
    expect(expired).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(expired).toEqual(["idle"]);
  });
});

describe("a process that did not run", () => {
  /** Lets `ms` pass in which no timer fires, as while the event loop is blocked. */
  function block(ms: number): void {
    const now = performance.now();
    const blocked = vi.spyOn(performance, "now");
    blocked.mockImplementation(() => now + ms);
  }

  test("hears what came meanwhile before idle runs out", () => {
    const { clocks, expired } = run({ idle: 200 });
    clocks.headArrived();
    block(500);
    vi.advanceTimersByTime(200);
    expect(expired).toEqual([]);
    clocks.bytesTaken(); // What waited in the socket.
    vi.advanceTimersByTime(1);
    expect(expired).toEqual([]);
    clocks.unwatch();
  });

  test("for a moment still runs out of time when nothing came", () => {
    const { clocks, expired } = run({ idle: 200 });
    clocks.headArrived();
    block(500);
    vi.advanceTimersByTime(201);
    expect(expired).toEqual(["idle"]);
    clocks.unwatch();
  });

  test("for long measures silence anew, but not the total", () => {
    const { clocks, expired } = run({ idle: 200 });
    clocks.headArrived();
    block(3_600_000);
    vi.advanceTimersByTime(399);
    expect(expired).toEqual([]);
    clocks.unwatch();
    vi.restoreAllMocks();
    const other = run({ total: 200, idle: 200 });
    other.clocks.headArrived();
    block(3_600_000);
    vi.advanceTimersByTime(202);
    expect(other.expired).toEqual(["total"]);
    other.clocks.unwatch();
  });
});
