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
  for (const id of ids) recent.taken(event(id));
  recent.reconnected();
  return recent;
}

const verdicts = (recent: RecentEvents, ...ids: (string | undefined)[]): string[] =>
  ids.map((id) => recent.judge(event(id)));

test("a run that leads up to the event taken last is a repetition", () => {
  expect(verdicts(taken("1", "2", "3"), "2", "3", "4")).toEqual(["held", "repeated", "new"]);
  expect(verdicts(taken("1", "2", "3"), "3", "4")).toEqual(["repeated", "new"]);
});

test("an event that was taken before, and leads nowhere, is new", () => {
  expect(verdicts(taken("1", "2"), "1", "3")).toEqual(["held", "new"]);
  expect(verdicts(taken("1", "2", "3"), "1", "3")).toEqual(["held", "new"]);
});

test("what follows a new event is new", () => {
  expect(verdicts(taken("1", "2"), "3", "1", "2")).toEqual(["new", "new", "new"]);
});

test("nothing is repeated within one connection, or without an id of its own", () => {
  const recent = new RecentEvents();
  recent.taken(event("1"));
  expect(recent.judge(event("1"))).toBe("new");
  expect(verdicts(taken(undefined, ""), undefined, "")).toEqual(["new", "new"]);
});

test.each<[string, ReturnType<typeof event>]>([
  ["data", event("1", "something else")],
  ["type", event("1", "event 1", "other")],
  ["a character in the middle of long data", event("1", `${"a".repeat(600)}x${"a".repeat(600)}`)],
])("another %s is another event", (_, other) => {
  expect(taken("1").judge(other)).toBe("new");
  const long = new RecentEvents();
  long.taken(event("1", `${"a".repeat(600)}y${"a".repeat(600)}`));
  long.reconnected();
  expect(long.judge(other)).toBe("new");
});

test("ids may come again: only a run is a repetition", () => {
  expect(verdicts(taken("A", "B", "A"), "B")).toEqual(["held"]);
  expect(verdicts(taken("A", "B"), "A", "A")).toEqual(["held", "new"]);
});

test("a repetition that was cut may come again", () => {
  const recent = taken("1", "2", "3");
  expect(verdicts(recent, "1", "2")).toEqual(["held", "repeated"]);
  expect(recent.isRepeating).toBe(true);
  recent.reconnected();
  expect(verdicts(recent, "1", "2", "3", "4")).toEqual(["held", "repeated", "repeated", "new"]);
  expect(recent.isRepeating).toBe(false);
});

test("of a long stream the last thousand are remembered, and of long data the last megabyte", () => {
  const many = taken(...Array.from({ length: 5000 }, (_, at) => `${at}`));
  expect(many.judge(event("4999"))).toBe("repeated");
  many.reconnected();
  expect(many.judge(event("3976"))).toBe("held");
  many.reconnected();
  expect(many.judge(event("100"))).toBe("new");
  const recent = new RecentEvents();
  for (let id = 0; id < 10; id++) recent.taken(event(`${id}`, "x".repeat(1024 * 1024)));
  recent.reconnected();
  expect(recent.judge(event("0", "x".repeat(1024 * 1024)))).toBe("new");
  recent.reconnected();
  expect(recent.judge(event("9", "x".repeat(1024 * 1024)))).toBe("repeated");
});
