import type { CommandResult } from "./command.ts";
import { pnpm } from "./pnpm.ts";
import { repositoryRoot } from "./workspace.ts";

/** Runs turbo in the root, through pnpm, which it must find on its PATH; prints the output of what fails only. */
export function turbo(args: readonly string[]): Promise<CommandResult> {
  const env = { TURBO_TELEMETRY_DISABLED: "1", TURBO_UI: "stream" };
  return pnpm(["exec", "turbo", ...args], { cwd: repositoryRoot, env });
}

/** Runs a turbo task in every package that has it. */
export function turboRun(task: string): Promise<CommandResult> {
  return turbo(["run", task, "--output-logs=errors-only", "--continue=dependencies-successful"]);
}
