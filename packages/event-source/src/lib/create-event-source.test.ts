import { expect, test, vi } from "vitest";
import { createEventSource } from "./create-event-source.ts";
import { EventSource } from "./event-source.ts";
import { scriptedTransport } from "./scripted-transport.test-support.ts";

/** A library that takes a class, as the platform types it. */
function connectWith(Class: typeof globalThis.EventSource, url: string): { close(): void; seen: unknown[] } {
  const source = new Class(url, { withCredentials: true });
  const seen: unknown[] = [source.readyState === Class.CONNECTING, source.withCredentials];
  source.onmessage = (event) => seen.push(event.data);
  return { close: () => source.close(), seen };
}

test("makes a class that stands where the platform's is asked for", async () => {
  const transport = scriptedTransport((exchange) => exchange.stream("data: a\n\n"));
  const Class = createEventSource({ transport, headers: { authorization: "Bearer x" } });
  const { close, seen } = connectWith(Class satisfies typeof globalThis.EventSource, "http://a.example/");
  await vi.waitFor(() => expect(seen).toEqual([true, true, "a"]));
  expect(transport.requests[0]?.headers.get("authorization")).toBe("Bearer x");
  expect(transport.requests[0]?.credentials).toBe("include");
  close();
});

test("has the platform's name and constants, and is an EventSource", () => {
  const Class = createEventSource({ transport: scriptedTransport((exchange) => exchange.silence()) });
  expect([Class.name, Class.CONNECTING, Class.OPEN, Class.CLOSED]).toEqual(["EventSource", 0, 1, 2]);
  const source = new Class("http://a.example/");
  expect(source).toBeInstanceOf(EventSource);
  expect(source).toBeInstanceOf(EventTarget);
  source.close();
});

test("what is given replaces the defaults, what is undefined does not", async () => {
  const transport = scriptedTransport((exchange) => exchange.silence());
  const Class = createEventSource({ transport, headers: { a: "1" }, lastEventId: "7" });
  const sources = [undefined, null, { headers: undefined }, { headers: { b: "2" } }].map(
    (init) => new Class("http://a.example/", init as never),
  );
  await vi.waitFor(() => expect(transport.requests).toHaveLength(4));
  expect(transport.requests.map(({ headers }) => [headers.get("a"), headers.get("b")])).toEqual([
    ["1", null],
    ["1", null],
    ["1", null],
    [null, "2"],
  ]);
  expect(transport.requests.map(({ headers }) => headers.get("last-event-id"))).toEqual(Array(4).fill("7"));
  for (const source of sources) source.close();
});

test("options that are no object are a TypeError", () => {
  const Class = createEventSource({ transport: scriptedTransport((exchange) => exchange.silence()) });
  for (const init of [1, "x", true]) expect(() => new Class("http://a.example/", init as never)).toThrow(TypeError);
});

test("without a transport its objects are not made", () => {
  const Class = createEventSource({} as never);
  expect(() => new Class("http://a.example/")).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});
