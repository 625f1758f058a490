import { expect, test } from "vitest";
import { matchesOutput } from "./matches-output.ts";

test.for([
  ["one\ntwo\n", "one\ntwo", true],
  ["one\r\ntwo", "one\ntwo", true],
  ["took 12 ms (a.b)", "took … ms (a.b)", true],
  ["took 12 ms (axb)", "took … ms (a.b)", false],
  ["one\nmore\ntwo", "one…two", false],
  ["one", "one\ntwo", false],
] as const)("%j as %j: %s", ([printed, shown, expected]) => {
  expect(matchesOutput(printed, shown)).toBe(expected);
});
