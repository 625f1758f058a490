import { expect, test } from "vitest";
import { createMessageEvent } from "./create-message-event.ts";

const init = { data: "a\nb", lastEventId: "7", origin: "http://a.example" };

test("has all that the platform's has, and is one to those who look", () => {
  const [ours, theirs] = [createMessageEvent("add", init), new MessageEvent("add", init)];
  expect(ours).toBeInstanceOf(MessageEvent);
  expect(ours.constructor).toBe(MessageEvent);
  expect(Object.prototype.toString.call(ours)).toBe("[object MessageEvent]");
  const names: string[] = [];
  for (const name in theirs) names.push(name);
  expect(names).toContain("lastEventId");
  for (const name in ours) expect(names).toContain(name);
  const values = (event: MessageEvent): [string, unknown][] =>
    names
      .filter((name) => name !== "timeStamp" && name !== "initMessageEvent")
      .map((name) => [name, event[name as keyof MessageEvent]]);
  expect(values(ours)).toEqual(values(theirs));
  expect(Object.keys(ours)).toEqual(Object.keys(theirs));
  expect(ours.ports).toBe(ours.ports);
});

test("an object that is handed in is not kept open to change", () => {
  const event = createMessageEvent("message", init);
  expect(() => Object.assign(event, { data: "other" })).toThrow(TypeError);
  expect(() => Object.assign(event.ports, { 0: null })).toThrow(TypeError);
  expect(event.data).toBe("a\nb");
});

test("is dispatched as any other", () => {
  const target = new EventTarget();
  const seen: unknown[] = [];
  target.addEventListener("add", (event) => {
    event.preventDefault();
    seen.push(event.target, event instanceof MessageEvent && event.data);
  });
  expect(target.dispatchEvent(createMessageEvent("add", init))).toBe(true);
  expect(seen).toEqual([target, "a\nb"]);
});
