import { performance } from "node:perf_hooks";
import { styleText } from "node:util";
import { addTallies, formatSkips, tallyOf, type Tally } from "./tally.ts";

/** What a step says of itself when it is done. */
export interface StepResult extends Tally {
  /** Shown only if the step failed. */
  readonly output: string;
}

/** Something the test command does, under the name it prints. */
export interface Step {
  readonly name: string;
  readonly run: () => Promise<StepResult>;
}

/** A step that is one test: it failed if there are problems, which it prints. */
export function stepOf(problems: readonly string[]): StepResult {
  return { ...tallyOf(problems.length === 0), output: problems.join("\n") };
}

/**
 * Runs the steps one after another, a failure notwithstanding, prints a line for each, and adds them up.
 *
 * A reason for skipping is printed under the first step that gives it: the Node lines skip the same things.
 */
export async function runSteps(steps: readonly Step[], print: (line: string) => void): Promise<Tally> {
  const tallies: Tally[] = [];
  const told = new Set<string>();
  for (const { name, run } of steps) {
    const start = performance.now();
    // one at a time: the machine's cores belong to the step that runs
    const result = await run().catch((error: unknown) => crashed(error));
    tallies.push(result);
    print(stepLine(name, result, performance.now() - start));
    if (result.failed > 0 && result.output.trim() !== "") print(`\n${result.output.trimEnd()}\n`);
    const untold = result.skipped.filter((reason) => !told.has(reason));
    for (const reason of untold) told.add(reason);
    for (const line of formatSkips(untold)) print(styleText("yellow", `        ${line}`));
  }
  return addTallies(tallies);
}

function crashed(error: unknown): StepResult {
  return { ...tallyOf(false), output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}

function stepLine(name: string, { passed, failed, skipped }: Tally, elapsed: number): string {
  const mark = failed > 0 ? styleText("red", "FAILED") : styleText("green", "ok    ");
  const many = passed + failed + skipped.length > 1;
  const counts = [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  if (skipped.length > 0) counts.push(`${skipped.length} skipped`);
  return `${mark}  ${name.padEnd(40)} ${(elapsed / 1000).toFixed(1).padStart(6)} s${many ? `  ${counts.join(", ")}` : ""}`;
}
