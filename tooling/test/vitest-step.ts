import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "@headrace/repo/command";
import { executable } from "@headrace/repo/executable";
import type { NodeLine } from "@headrace/repo/node-lines";
import { repositoryRoot } from "@headrace/repo/workspace";
import type { Step, StepResult } from "./step.ts";
import { tallyOf, type Tally } from "./tally.ts";

/** What a run of vitest is about. */
interface VitestRun {
  /** Of the root's configuration. */
  readonly projects: readonly string[];
  /** Only test files whose path has one of these in it. Default: all. */
  readonly files?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A step that runs some of the root's vitest projects on one Node; its output is shown as it comes. */
export function vitestStep(line: NodeLine, what: VitestRun, name = `vitest on Node ${line.major}`): Step {
  return {
    name: line.version === "" ? name : `${name} (${line.version})`,
    run: async () => {
      if (line.executable === undefined) {
        const reason = `npm has no Node ${line.major} for ${process.platform} ${process.arch}`;
        return { passed: 0, failed: 0, skipped: [reason], output: "" };
      }
      return runVitest(line.executable, what);
    },
  };
}

async function runVitest(node: string, { projects, files = [], env }: VitestRun): Promise<StepResult> {
  const folder = mkdtempSync(join(tmpdir(), "headrace-test-"));
  const file = join(folder, "tally.json");
  try {
    const [, script = ""] = executable("vitest");
    const reporters = ["--reporter=default", `--reporter=${join(import.meta.dirname, "tally-reporter.ts")}`];
    const args = [script, "run", ...reporters, ...projects.flatMap((project) => ["--project", project]), ...files];
    const options = { cwd: repositoryRoot, env: { ...env, HEADRACE_TALLY: file }, inherit: true, timeout: 900_000 };
    const { ok, exitCode, output } = await run([node, ...args], options);
    const tally = readTally(file, ok);
    // what failed, vitest has shown; this is for when it could not
    return { ...tally, output: tally.passed + tally.failed > 1 ? output : `${output}vitest exited with ${exitCode}` };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A run that wrote no tally, or exited with a failure that no test accounts for, is a failure. */
export function readTally(file: string, ok: boolean): Tally {
  let tally: Tally;
  try {
    tally = JSON.parse(readFileSync(file, "utf8")) as Tally;
  } catch {
    return tallyOf(false);
  }
  return { ...tally, failed: Math.max(tally.failed, ok ? 0 : 1) };
}
