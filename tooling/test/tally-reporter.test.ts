import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@headrace/repo/command";
import { executable } from "@headrace/repo/executable";
import { repositoryRoot } from "@headrace/repo/workspace";
import { expect, onTestFinished, test } from "vitest";
import type { Tally } from "./tally.ts";
import { readTally } from "./vitest-step.ts";

/** Runs vitest with the reporter over some test files of the fixture folder; gives the tally it wrote. */
async function tallyOfFiles(files: Readonly<Record<string, string>>): Promise<Tally> {
  const root = mkdtempSync(join(import.meta.dirname, ".fixture-"));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(root, name), text);
  writeFileSync(join(root, "vitest.config.ts"), "export default {};\n");
  const tally = join(root, "tally.json");
  const reporter = `--reporter=${join(import.meta.dirname, "tally-reporter.ts")}`;
  const env = { HEADRACE_TALLY: tally, VITEST: undefined, VITEST_POOL_ID: undefined, VITEST_WORKER_ID: undefined };
  const { ok } = await run([...executable("vitest"), "run", "--root", root, reporter], { cwd: repositoryRoot, env });
  return readTally(tally, ok);
}

const vitest = 'import { describe, expect, test } from "vitest";\n';

test("counts what passed and failed, and says why the rest was skipped", { timeout: 30_000 }, async () => {
  const tally = await tallyOfFiles({
    "a.test.ts": `${vitest}test("a", () => {});\ntest("b", () => expect(1).toBe(2));\ntest("c", ({ skip }) => skip("no libcurl"));\ndescribe.skip("g (slow)", () => { test("h", () => {}); });\ndescribe("d", () => { test.skip("e (needs http3)", () => {}); test.todo("f"); });\n`,
  });
  expect(tally).toEqual({
    passed: 1,
    failed: 1,
    skipped: ["no libcurl", "slow", "needs http3", "d > f (no reason given)"],
  });
});

test.for([
  ["that fails to import", 'import "./nowhere.ts";\n'],
  ["without a test in it", "export {};\n"],
  ["whose suite throws", `${vitest}describe("a", () => { throw new Error("b"); });\n`],
  ["that leaves a rejection unhandled", `${vitest}test("a", () => { void Promise.reject(new Error("b")); });\n`],
] as const)("counts a file %s as one failure", { timeout: 30_000 }, async ([, text]) => {
  expect(await tallyOfFiles({ "a.test.ts": text })).toMatchObject({ failed: 1 });
});

test("a run without a test file is a failure", { timeout: 30_000 }, async () => {
  expect(await tallyOfFiles({})).toMatchObject({ passed: 0, failed: 1 });
});

test("a run that wrote no tally is a failure, and so is an exit that no test explains", () => {
  const folder = mkdtempSync(join(tmpdir(), "headrace-tally-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  expect(readTally(join(folder, "none.json"), true)).toMatchObject({ failed: 1 });
  writeFileSync(join(folder, "tally.json"), JSON.stringify({ passed: 3, failed: 0, skipped: [] }));
  expect(readTally(join(folder, "tally.json"), false)).toEqual({ passed: 3, failed: 1, skipped: [] });
});
