import { expect, test } from "vitest";
import { visibleLine, visibleText } from "./visible-text.ts";

test("what moves the cursor or turns the direction of text is shown, not done", () => {
  expect(visibleText("a\u202egpj.exe\u2066b\u2069\n\x1b[2J")).toBe("a�gpj.exe�b�\n␛[2J");
  expect(visibleText("\u05d0\u200f \u00e9")).toBe("\u05d0\u200f \u00e9");
});

test("a line is one, and no longer than it may be", () => {
  expect(visibleLine("my\n  transport\t1")).toBe("my transport 1");
  expect(visibleLine("x".repeat(120), 120)).toBe("x".repeat(120));
  expect(visibleLine("x".repeat(121), 120)).toBe(`${"x".repeat(119)}…`);
});
