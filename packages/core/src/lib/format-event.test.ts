import fc from "fast-check";
import { expect, test } from "vitest";
import { createEventStreamParser } from "./event-stream-parser.ts";
import { formatEvent, type ServerSentEventInit } from "./format-event.ts";

const invalidArgument = expect.objectContaining({ name: "HeadraceError", code: "invalid-argument" });

test.each<[ServerSentEventInit, string]>([
  [{ data: "one" }, "data: one\n\n"],
  [{ type: "note", data: "one", id: "7", retry: 3000 }, "event: note\nid: 7\nretry: 3000\ndata: one\n\n"],
  [{ data: "one\ntwo\r\nthree\rfour\n" }, "data: one\ndata: two\ndata: three\ndata: four\ndata: \n\n"],
  [{ data: "" }, "data: \n\n"],
  [{ data: " one" }, "data:  one\n\n"],
  [{ data: "one", id: "" }, "id: \ndata: one\n\n"],
  [{ data: "one", retry: 0 }, "retry: 0\ndata: one\n\n"],
  [{ data: "one", type: undefined, id: undefined, retry: undefined }, "data: one\n\n"],
])("%j", (event, text) => {
  expect(formatEvent(event)).toBe(text);
});

test.each<[string, ServerSentEventInit]>([
  ["LF in a type", { type: "a\nb", data: "" }],
  ["CR in a type", { type: "a\rb", data: "" }],
  ["NUL in a type", { type: "a\0b", data: "" }],
  ["LF in an id", { id: "a\nb", data: "" }],
  ["CR in an id", { id: "a\rb", data: "" }],
  ["NUL in an id", { id: "a\0b", data: "" }],
  ["a lone surrogate in a type", { type: "\ud800", data: "" }],
  ["a lone surrogate in an id", { id: "\udc00", data: "" }],
  ["a lone surrogate in the data", { data: "\ud83d" }],
  ["a number as id", { id: 7 as unknown as string, data: "" }],
  ["an object as data", { data: {} as unknown as string }],
  ["no data", { type: "a" } as ServerSentEventInit],
  ["a negative retry", { retry: -1, data: "" }],
  ["a fractional retry", { retry: 0.5, data: "" }],
  ["a retry that is no number", { retry: Number.NaN, data: "" }],
  ["an endless retry", { retry: Number.POSITIVE_INFINITY, data: "" }],
  ["a retry that would be written with an exponent", { retry: 1e21, data: "" }],
  ["a retry as a string", { retry: "5" as unknown as number, data: "" }],
])("refuses %s", (_name, event) => {
  expect(() => formatEvent(event)).toThrow(invalidArgument);
});

test("does not print what it refuses", () => {
  for (const event of [{ id: "secret\n", data: "" }, { type: "secret\r", data: "" }, { data: "secret\ud800" }]) {
    expect(() => formatEvent(event)).not.toThrow(/secret/);
  }
});

const text = fc.string({
  unit: fc.oneof(fc.constantFrom("\r", "\n", ":", " ", "\0", "\ufeff", "é", "😀"), fc.string({ maxLength: 3 })),
});
const field = text.map((value) => value.replaceAll(/[\r\n\0]/g, ""));

test("a parser gives back what was written, line ends of data as LF", () => {
  const event = fc.record({
    type: field,
    data: text,
    id: fc.option(field, { nil: undefined }),
    retry: fc.option(fc.maxSafeNat(), { nil: undefined }),
  });
  fc.assert(
    fc.property(fc.array(event), (events) => {
      const seen: unknown[] = [];
      let retry: number | undefined;
      const parser = createEventStreamParser({
        onReconnectionTime: (time) => (retry = time),
        onEvent({ type, data, id }) {
          seen.push({ type, data, id, retry });
          retry = undefined;
        },
      });
      parser.push(new TextEncoder().encode(events.map(formatEvent).join("")));
      const expected = events.map(({ type, data, ...rest }) => ({
        ...rest,
        type: type === "" ? "message" : type,
        data: data.replaceAll(/\r\n?/g, "\n"),
      }));
      expect(seen).toEqual(expected);
      expect(parser.end("discard")).toBe(false);
    }),
    { seed: 3, numRuns: 500 },
  );
});
