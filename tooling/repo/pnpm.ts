import { basename } from "node:path";
import { run, type CommandOptions, type CommandResult } from "./command.ts";

/**
 * Runs pnpm: the one that runs this process if there is one, else the one npx fetches.
 *
 * pnpm and not npm, because only pnpm applies `publishConfig.exports` and rewrites `workspace:` and `catalog:`.
 */
export function pnpm(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  const parent = process.env["npm_execpath"] ?? "";
  const command = /^pnpm(\.exe)?$/i.test(basename(parent)) ? [parent] : ["npx", "-y", "pnpm@12"];
  return run([...command, ...args], options);
}
