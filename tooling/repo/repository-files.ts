import { readdirSync } from "node:fs";
import { join } from "node:path";

const generated: ReadonlySet<string> = new Set(["node_modules", "dist"]);

/** Lists the files below `root`, with forward slashes, without what is generated and without dotted folders. */
export function repositoryFiles(root: string): string[] {
  return readdirSync(root, { withFileTypes: true }).flatMap((entry) => {
    if (!entry.isDirectory()) return [entry.name];
    if (generated.has(entry.name) || entry.name.startsWith(".")) return [];
    return repositoryFiles(join(root, entry.name)).map((file) => `${entry.name}/${file}`);
  });
}
