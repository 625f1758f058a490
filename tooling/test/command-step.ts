import { run, type CommandResult } from "@headrace/repo/command";
import { executable } from "@headrace/repo/executable";
import { repositoryRoot } from "@headrace/repo/workspace";
import type { Step } from "./step.ts";
import { tallyOf } from "./tally.ts";

/** A step that runs an installed tool in the root and passes if it exits with 0. */
export function toolStep(name: string, tool: string, args: readonly string[]): Step {
  return commandStep(name, () => run([...executable(tool), ...args], { cwd: repositoryRoot }));
}

/** A step that is a command of any kind. */
export function commandStep(name: string, command: () => Promise<CommandResult>): Step {
  return {
    name,
    run: async () => {
      const { ok, output } = await command();
      return { ...tallyOf(ok), output };
    },
  };
}
