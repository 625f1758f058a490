import type { ConformanceResult } from "@headrace/conformance";
import { expect, test } from "vitest";
import { createProgress } from "./conformance-progress.ts";

function stream(isTTY: boolean): { written: string[]; stream: NodeJS.WriteStream } {
  const written: string[] = [];
  const write = (text: string): void => void written.push(text);
  return { written, stream: { isTTY, columns: 40, write } as unknown as NodeJS.WriteStream };
}

const result = (id: string, outcome: ConformanceResult["outcome"]): ConformanceResult => ({
  id,
  outcome,
  area: "body",
  title: "",
  level: "must",
  scope: "transport",
  spec: "",
  ms: 1,
});

test("a terminal sees one line, written again and cut to its width, then taken away", () => {
  const { written, stream: terminal } = stream(true);
  const progress = createProgress(terminal, "curl");
  progress.count(result("body.a", "pass"), 12);
  progress.count(result("body.with-a-name-too-long-for-the-line", "fail"), 12);
  progress.clear();
  expect(written).toEqual([
    "\r\x1b[Kcurl: 1 of 12 cases  body.a",
    "\r\x1b[Kcurl: 2 of 12 cases, 1 failed  body.wit",
    "\r\x1b[K",
  ]);
  expect(progress.describe()).toBe("curl: 2 of 12 cases, 1 failed");
});

test("elsewhere nothing is written", () => {
  const { written, stream: pipe } = stream(false);
  const progress = createProgress(pipe, "curl");
  progress.count(result("body.a", "pass"), 12);
  progress.clear();
  expect(written).toEqual([]);
});
