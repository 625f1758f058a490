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
  expect(progress.describe()).toBe("curl: no case yet");
  progress.start("a.a", 12);
  progress.start("a.b", 12);
  expect(progress.describe()).toBe("curl: 0 of 12 cases; running: a.b, a.a");
  progress.count(result("a.a", "pass"), 12);
  progress.count(result("a.b", "fail"), 12);
  progress.start("a.with-a-long-name", 12);
  progress.clear();
  expect(written).toEqual([
    "\r\x1b[Kcurl: 0 of 12 cases; running: a.a",
    "\r\x1b[Kcurl: 0 of 12 cases; running: a.b, a.a",
    "\r\x1b[Kcurl: 1 of 12 cases; running: a.b",
    "\r\x1b[Kcurl: 2 of 12 cases, 1 failed",
    "\r\x1b[Kcurl: 2 of 12 cases, 1 failed; running:",
    "\r\x1b[K",
  ]);
  expect(progress.describe()).toBe("curl: 2 of 12 cases, 1 failed; running: a.with-a-long-name");
});

test("elsewhere nothing is written", () => {
  const { written, stream: pipe } = stream(false);
  const progress = createProgress(pipe, "curl");
  progress.count(result("body.a", "pass"), 12);
  progress.clear();
  expect(written).toEqual([]);
});
