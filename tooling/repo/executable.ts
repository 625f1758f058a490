import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "./workspace.ts";

/** Gives the command that runs an installed package's `bin` on this process's Node. */
export function executable(packageName: string, root: string = repositoryRoot): string[] {
  const folder = join(root, "node_modules", packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const file = typeof bin === "string" ? bin : (bin[packageName] ?? Object.values(bin)[0]);
  if (file === undefined) throw new Error(`${packageName} has no bin`);
  return [process.execPath, join(folder, file)];
}
