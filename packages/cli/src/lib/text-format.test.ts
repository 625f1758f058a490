import { expect, test } from "vitest";
import { createTextFormat } from "./text-format.ts";

const paint = (style: string, text: string): string => (text === "" ? "" : `<${style}:${text}>`);
const event = { type: "message", data: '{"a":[12345678901234567890]}', lastEventId: "", id: undefined };
const context = { delivered: 0, elapsed: 1234.5 };

test("type, id and time are set off from the data; JSON is set out", () => {
  const format = createTextFormat({ paint, parse: true, times: true });
  const [first, ...rest] = (format.event?.({ ...event, type: "delta", id: "7" }, context) ?? "").split("\n");
  expect(first).toBe("<dim:+1.234s  ><cyan:delta><dim: #7>  {");
  const indent = " ".repeat("+1.234s  delta #7  ".length);
  expect(rest).toEqual(['  "a": [', "    12345678901234567890", "  ]", "}"].map((line) => indent + line).concat(""));
});

test("a server's control characters are shown, not obeyed", () => {
  const format = createTextFormat({ paint: (_, text) => text, parse: false, times: false });
  const hostile = { ...event, type: "a\x1b[2J", id: "\x07", data: "\x1b]0;pwned\x07\nsecond" };
  expect(format.event?.(hostile, context)).toBe(`a␛[2J #␇  ␛]0;pwned␇\n${" ".repeat(10)}second\n`);
  expect(format.comment?.("\x9b31m")).toBe(": �31m\n");
});
