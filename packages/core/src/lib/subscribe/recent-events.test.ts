import { expect, test } from "vitest";
import { RecentEvents } from "./recent-events.ts";

const event = (id: string | undefined, data = `event ${id}`, type = "message") => ({
  id,
  data,
  type,
  lastEventId: id ?? "",
});

function taken(...ids: (string | undefined)[]): RecentEvents {
  const recent = new RecentEvents();
  for (const id of ids) recent.isRepeated(event(id));
  recent.reconnected();
  return recent;
}

test("what comes again after a reconnect is known again", () => {
  const recent = taken("1", "2", "3");
  expect(["2", "3", "4", "5"].map((id) => recent.isRepeated(event(id)))).toEqual([true, true, false, false]);
});

test("what follows a new event is new", () => {
  const recent = taken("1", "2");
  expect(["3", "1"].map((id) => recent.isRepeated(event(id)))).toEqual([false, false]);
});

test("nothing is repeated within one connection", () => {
  const recent = new RecentEvents();
  expect([recent.isRepeated(event("1")), recent.isRepeated(event("1"))]).toEqual([false, false]);
});

test("events without an id of their own are never taken for others", () => {
  const recent = taken(undefined, "");
  expect([recent.isRepeated(event(undefined)), recent.isRepeated(event(""))]).toEqual([false, false]);
});

test("a server that counts anew loses nothing", () => {
  const recent = taken("1", "2");
  expect(recent.isRepeated(event("1", "something else"))).toBe(false);
  expect(taken("1").isRepeated(event("1", "event 1", "other"))).toBe(false);
  expect(taken("1").isRepeated(event("1"))).toBe(true);
});

test("the middle of long data may differ unseen, its ends and length may not", () => {
  const long = (end: string) => event("1", `${"a".repeat(3000)}${end}`);
  const recent = new RecentEvents();
  recent.isRepeated(long("x"));
  recent.reconnected();
  expect(recent.isRepeated(long("y"))).toBe(false);
});

test("ids that are not distinct say nothing", () => {
  const recent = new RecentEvents();
  for (let tick = 0; tick < 3; tick++) recent.isRepeated(event("1", "tick"));
  recent.reconnected();
  expect(recent.isRepeated(event("1", "tick"))).toBe(false);
});

test("a repetition may itself be cut and come again", () => {
  const recent = taken("1", "2", "3");
  expect(recent.isRepeated(event("2"))).toBe(true);
  recent.reconnected();
  expect([recent.isRepeated(event("2")), recent.isRepeated(event("3"))]).toEqual([true, true]);
});

test("of a long stream the last thousand are remembered", () => {
  const recent = taken(...Array.from({ length: 5000 }, (_, at) => `${at}`));
  expect(recent.isRepeated(event("4999"))).toBe(true);
  expect(recent.isRepeated(event("3976"))).toBe(true);
  expect(recent.isRepeated(event("3975"))).toBe(false);
});
