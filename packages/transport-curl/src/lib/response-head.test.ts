import { expect, test } from "vitest";
import { persists } from "./response-head.ts";

type Version = Parameters<typeof persists>[0]["httpVersion"];

test.each<[Version, Record<string, string>, boolean]>([
  ["1.1", {}, true],
  ["1.1", { connection: "keep-alive" }, true],
  ["1.1", { connection: "x-close, closed" }, true],
  ["1.1", { connection: "close" }, false],
  ["1.1", { connection: "x-hop , CLOSE\t, x" }, false],
  ["1.0", { "transfer-encoding": "chunked" }, false],
  ["1.1", { "transfer-encoding": "chunked" }, true],
  ["2", {}, true],
])("HTTP/%s with %o: whether the connection persists is %s", (httpVersion, fields, expected) => {
  const head = { status: 200, statusText: "", headers: new Headers(fields), httpVersion };
  expect(persists(head)).toBe(expected);
});
