import { expect, test } from "vitest";
import { createRedactor, describeTarget } from "./redact.ts";
import { visibleText } from "./visible-text.ts";

test("secrets are taken out however they come back", () => {
  const redact = createRedactor([
    ["Authorization", "Bearer sk-12345678"],
    ["cookie", 'sid=abc"defg; theme=dark'],
    ["x-api-key", "key-98765"],
    ["accept", "text/event-stream"],
  ]);
  expect(redact("Bearer sk-12345678 | sk-12345678 | key-98765")).toBe("[redacted] | [redacted] | [redacted]");
  expect(redact(JSON.stringify({ echo: 'abc"defg' }))).toBe('{"echo":"[redacted]"}');
  expect(redact("dark text/event-stream")).toBe("dark text/event-stream");
});

test("a URL shows no value of its query", () => {
  expect(describeTarget(new URL("http://a.test/b?key=secret&alt=sse&flag"))).toBe("/b?key=…&alt=…&flag");
});

test("control characters of a server do not reach a terminal", () => {
  expect(visibleText("a\tb\n\x1b]0;title\x07\x9b2J\x7f\r")).toBe("a\tb\n␛]0;title␇�2J␡␍");
});
