import { writeFileSync } from "node:fs";
import type { Reporter, TestCase, TestModule, TestRunEndReason } from "vitest/node";
import type { Tally } from "./tally.ts";

/**
 * Writes the run's {@link Tally} as JSON to the file that `HEADRACE_TALLY` names.
 *
 * Vitest's own JSON reporter counts a file that fails to import as no failure at all, and leaves out why a test was
 * skipped.
 */
export default class TallyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[], reason: TestRunEndReason): void {
    const file = process.env["HEADRACE_TALLY"];
    if (file !== undefined) writeFileSync(file, JSON.stringify(tallyModules(modules, unhandled.length, reason)));
  }
}

/** Counts what a run's modules hold: a module that never came to its tests is one failure, so is a run that broke off. */
export function tallyModules(modules: readonly TestModule[], unhandled: number, reason: TestRunEndReason): Tally {
  let passed = 0;
  let failed = unhandled;
  const skipped: string[] = [];
  for (const module of modules) {
    let failedHere = 0;
    for (const test of module.children.allTests()) {
      const result = test.result();
      if (result.state === "passed") passed++;
      else if (result.state === "failed") failedHere++;
      else if (result.state === "skipped") skipped.push(result.note ?? reasonInTitle(test));
      else failedHere++;
    }
    failed += failedHere === 0 && module.state() === "failed" ? 1 : failedHere;
  }
  const brokeOff = reason !== "passed" && failed === 0;
  return { passed, failed: brokeOff ? 1 : failed, skipped };
}

/** Suites that know no runner, and whole suites, can give a reason only in a title: in brackets at its end. */
function reasonInTitle({ fullName }: TestCase): string {
  const reasons = fullName.split(" > ").map((title) => /\(([^()]+)\)$/.exec(title)?.[1]);
  return reasons.findLast((reason) => reason !== undefined) ?? `${fullName} (no reason given)`;
}
