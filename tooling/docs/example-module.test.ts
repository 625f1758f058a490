import { expect, test } from "vitest";
import { exampleExtension, exampleModule, withOrigin } from "./example-module.ts";

const origin = "http://127.0.0.1:8080";

test("exampleModule keeps each piece on the line it has on the page", () => {
  const pieces = [
    { line: 2, code: "const a = 1;" },
    { line: 5, code: "a;\na;" },
  ];
  const text = exampleModule({ language: "ts", line: 4, pieces, run: true }, origin);
  expect(text.split("\n").slice(0, 6)).toEqual(["", "const a = 1;", "", "", "a;", "a;"]);
});

test.for([
  ["https://api.example.com/v1/chat?a=b", `${origin}/v1/chat?a=b`],
  ["http://example.org:8443/", `${origin}/`],
  ["https://api.openai.com/", "https://api.openai.com/"],
  ["https://example.company/", "https://example.company/"],
] as const)("withOrigin makes %s into %s", ([text, expected]) => {
  expect(withOrigin(text, origin)).toBe(expected);
});

test("exampleExtension tells CommonJS by require", () => {
  const of = (language: "ts" | "js", code: string): string =>
    exampleExtension({ language, line: 1, pieces: [{ line: 2, code }], run: false });
  expect([of("js", 'require("x")'), of("js", 'import "x"'), of("ts", "require(1)")]).toEqual(["cjs", "mjs", "ts"]);
});
