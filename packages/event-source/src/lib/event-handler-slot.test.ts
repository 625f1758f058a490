import { expect, test } from "vitest";
import { EventSource } from "./event-source.ts";
import { scriptedTransport } from "./scripted-transport.test-support.ts";

const transport = scriptedTransport((exchange) => exchange.silence());

function closedSource(): EventSource {
  const source = new EventSource("http://a.example/", { transport });
  source.close();
  return source;
}

test.each(["onopen", "onmessage", "onerror"] as const)(
  "%s is null, gives back what it was set to, and calls it",
  (name) => {
    const source = closedSource();
    expect(source[name]).toBeNull();
    const seen: unknown[] = [];
    const handler = function (this: unknown, event: Event): void {
      seen.push(this === source, event.type);
    };
    source[name] = handler;
    expect(source[name]).toBe(handler);
    source.dispatchEvent(new Event(name.slice(2)));
    expect(seen).toEqual([true, name.slice(2)]);
  },
);

test("a handler that is replaced keeps its place, one that was null is the last", () => {
  const source = closedSource();
  const seen: string[] = [];
  source.addEventListener("message", () => seen.push("1"));
  source.onmessage = () => seen.push("never");
  source.addEventListener("message", () => seen.push("3"));
  source.onmessage = () => seen.push("2");
  source.dispatchEvent(new Event("message"));
  expect(seen.splice(0)).toEqual(["1", "2", "3"]);
  source.onmessage = null;
  source.dispatchEvent(new Event("message"));
  expect(seen.splice(0)).toEqual(["1", "3"]);
  source.onmessage = () => seen.push("4");
  source.dispatchEvent(new Event("message"));
  expect(seen).toEqual(["1", "3", "4"]);
});

test("what is no object is null; an object that cannot be called is kept and never called", () => {
  const source = closedSource();
  let called = 0;
  for (const value of [undefined, 5, "x", true, Symbol("x"), null]) {
    source.onopen = () => called++;
    source.onopen = value as never;
    expect(source.onopen).toBeNull();
  }
  const object = { handleEvent: () => called++ };
  source.onopen = object as never;
  expect(source.onopen).toBe(object);
  source.dispatchEvent(new Event("open"));
  expect(called).toBe(0);
});

test("listeners are the platform's: objects, once, signal, the same one only once", () => {
  const source = closedSource();
  const seen: unknown[] = [];
  const listener = {
    handleEvent(event: Event): void {
      seen.push(this === listener, event.type);
    },
  };
  const { signal } = new AbortController();
  source.addEventListener("message", listener, { once: true });
  source.addEventListener("message", listener, { once: true });
  source.addEventListener("message", () => seen.push("aborted"), { signal: AbortSignal.abort() });
  source.addEventListener("message", () => seen.push("signal"), { signal });
  const removed = (): number => seen.push("removed");
  source.addEventListener("message", removed);
  source.removeEventListener("message", removed);
  source.addEventListener("message", null);
  source.dispatchEvent(new Event("message"));
  source.dispatchEvent(new Event("message"));
  expect(seen).toEqual([true, "message", "signal", "signal"]);
});
