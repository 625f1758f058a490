import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { packageEntries, publishedPackages } from "@headrace/repo/workspace";
import { turboRun } from "@headrace/repo/turbo";
import type { BenchContext } from "../harness/bench-context.ts";
import { type Absent, type Comparison, comparisonRows, failureOf } from "../harness/comparison.ts";
import { interleave } from "../harness/interleave.ts";

const peers = [
  "eventsource",
  "eventsource-client",
  "eventsource-parser",
  "undici",
  "openai",
  "@anthropic-ai/sdk",
  "ai",
];
const base = "@headrace/core";
const title = "importing";
const run = promisify(execFile);

/**
 * How long importing takes in a fresh process, as built; Node's own start does not count, a first `import()` does. Our
 * packages are built first.
 */
export async function* importScenario(context: BenchContext): AsyncGenerator<Comparison> {
  if (!context.wants(title)) return;
  context.progress("building the packages");
  await turboRun("build");
  const ours = publishedPackages()
    .flatMap(({ manifest }) => packageEntries(manifest).map(({ specifier }) => specifier))
    .filter((name) => name !== "headrace" && name !== "@headrace/conformance");
  const names = [...ours, ...peers];
  const wanted = names.filter((name) => name === base || context.takesPart(name));
  const absent: Absent[] = [];
  const samples = await interleave(
    wanted.map((name) => () => {
      context.progress(`importing ${name}`);
      return importTime(name);
    }),
    context.rounds,
    (index, error) => absent.push(failureOf(wanted[index] ?? "", error)),
  );
  const rows = wanted.map((name, index) => {
    const kind = peers.includes(name) ? ("peer" as const) : ("ours" as const);
    return { name, kind, samples: samples[index] ?? [] };
  });
  yield { scenario: "import", title, unit: "ms", base, rows: comparisonRows(rows, base), absent };
}

async function importTime(name: string): Promise<number> {
  const script = `const start = performance.now(); await import(${JSON.stringify(name)}); console.log(performance.now() - start)`;
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { cwd: import.meta.dirname });
  return Number(stdout);
}
