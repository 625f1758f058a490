import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { BenchContext } from "./harness/bench-context.ts";
import type { Comparison } from "./harness/comparison.ts";
import { type BenchResult, neverPresent } from "./report/bench-result.ts";
import { comparisonTable } from "./report/comparison-table.ts";
import { describeMachine } from "./report/machine.ts";
import { allScenarios } from "./scenarios/all-scenarios.ts";
import { startLoadSource } from "./source/start-load-source.ts";

// `pnpm bench`: what a stream costs, here and now, beside everybody else's.

interface Flags {
  readonly full: boolean;
  readonly scenario?: readonly string[];
  readonly only: readonly string[];
  readonly title: readonly string[];
  readonly rounds: number;
  readonly sample: number;
  readonly out?: string;
}

function wholeNumber(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It must be a whole number from 1 on.");
  return Number(text);
}

const { full, scenario, only, title, rounds, sample, out } = new Command("pnpm bench")
  .description("Measures framers and clients in turns, and prints what each takes. `*` is ours, `_` a floor.")
  .option("--full", "everything, in less than 40 minutes; without it a part, in less than three minutes", false)
  .addOption(new Option("--scenario <name...>", "only these").choices(Object.keys(allScenarios)))
  .option("--only <text...>", "only contestants with this in their name, and what they are compared with", [])
  .option("--title <text...>", "only comparisons with this in their title", [])
  .option("--rounds <number>", "measured rounds", wholeNumber, 7)
  .option("--sample <ms>", "processor time of one sample", wholeNumber, 30)
  .option("--out <file>", "write all samples to a JSON file")
  .allowExcessArguments(false)
  .parse()
  .opts<Flags>();

// a reader that has seen enough ends it: `| head`
process.stdout.on("error", () => process.exit());
const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
};
const source = await startLoadSource();
const among = (texts: readonly string[], name: string): boolean =>
  texts.length === 0 || texts.some((text) => name.includes(text));
const context: BenchContext = {
  full,
  everybody: full || only.length > 0,
  rounds,
  sampleCpu: sample * 1000,
  warmUp: sample * 10_000,
  takesPart: (name) => among(only, name),
  wants: (name) => among(title, name),
  source,
  progress,
};
const machine = await describeMachine();
console.log(
  `${machine.processor}, ${machine.cores} cores, ${machine.system}, Node ${machine.node}, load ${machine.load}\n`,
);
const began = performance.now();
const comparisons: Comparison[] = [];
for (const name of scenario ?? Object.keys(allScenarios)) {
  for await (const comparison of allScenarios[name]?.(context) ?? []) {
    progress("");
    console.log(comparisonTable(comparison));
    comparisons.push(comparison);
  }
}
await source.stop();
for (const { name, reason } of neverPresent) console.log(`not here: ${name}: ${reason}`);
const seconds = Math.round((performance.now() - began) / 1000);
console.log(`took ${seconds} s`);
const date = new Date().toISOString().slice(0, 10);
const result: BenchResult = { date, seconds, full, machine, absent: neverPresent, comparisons };
if (out !== undefined) {
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, `${JSON.stringify(result, undefined, 2)}\n`);
}
process.exitCode = comparisons.some(({ absent }) => absent.some(({ failed }) => failed)) ? 1 : 0;
