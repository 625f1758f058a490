import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { runSteps, stepOf, type Step } from "./step.ts";
import { formatTally } from "./tally.ts";

async function printed(steps: readonly Step[]): Promise<{ lines: string[]; last: string }> {
  const lines: string[] = [];
  const tally = await runSteps(steps, (line) => lines.push(stripVTControlCharacters(line)));
  return { lines, last: formatTally(tally) };
}

test("every step runs and has its line; only a failure shows its output", async () => {
  const { lines, last } = await printed([
    { name: "good", run: async () => ({ ...stepOf([]), output: "not shown" }) },
    { name: "bad", run: async () => stepOf(["a is wrong", "b is wrong"]) },
    { name: "after", run: async () => stepOf([]) },
  ]);
  expect(lines).toEqual([
    expect.stringMatching(/^ok {6}good +\d+\.\d s$/),
    expect.stringMatching(/^FAILED {2}bad +\d+\.\d s$/),
    "\na is wrong\nb is wrong\n",
    expect.stringMatching(/^ok {6}after +\d+\.\d s$/),
  ]);
  expect(last).toBe("2 passed, 1 failed");
});

test("a step that throws is one failure", async () => {
  const { lines, last } = await printed([{ name: "broken", run: () => Promise.reject(new Error("no such tool")) }]);
  expect(lines.join("\n")).toContain("Error: no such tool");
  expect(last).toBe("0 passed, 1 failed");
});

test("every skip is counted, each reason is shown where it is first given", async () => {
  const skipping =
    (...skipped: string[]): Step["run"] =>
    async () => ({ passed: 5, failed: 0, skipped, output: "" });
  const { lines, last } = await printed([
    { name: "new", run: skipping("no curl", "no libcurl", "no libcurl") },
    { name: "old", run: skipping("no curl", "no zstd") },
  ]);
  expect(lines).toEqual([
    expect.stringMatching(/^ok .* 5 passed, 3 skipped$/),
    "        skipped 2: no libcurl",
    "        skipped 1: no curl",
    expect.stringMatching(/^ok .* 5 passed, 2 skipped$/),
    "        skipped 1: no zstd",
  ]);
  expect(last).toBe("10 passed, 0 failed, 5 skipped");
});
