import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTwoFilesPatch } from "diff";
import { packageEntries, publishedPackages, repositoryRoot, type Package } from "@headrace/repo/workspace";
import { entryDeclarations } from "./entry-declarations.ts";
import { undocumentedExports } from "./undocumented-exports.ts";

/**
 * Compares each public entry with its snapshot, `packages/<package>/api/<entry>.d.ts`; returns the differences.
 *
 * With `write` it brings the snapshots up to date and returns only what no snapshot can mend.
 */
export async function checkApi(root: string = repositoryRoot, write = false): Promise<string[]> {
  const problems = await Promise.all(publishedPackages(root).map((each) => checkPackage(each, write)));
  return problems.flat();
}

async function checkPackage(each: Package, write: boolean): Promise<string[]> {
  const folder = join(each.path, "api");
  const names = packageEntries(each.manifest).map(({ name }) => name);
  const problems = await Promise.all(names.map((name) => checkEntry(each, name, write)));
  const stale = existsSync(folder)
    ? readdirSync(folder).filter((file) => !names.includes(file.slice(0, -".d.ts".length)))
    : [];
  if (!write)
    return [...problems.flat(), ...stale.map((file) => `${each.folder}/api/${file}: no such entry (pnpm api)`)];
  for (const file of stale) rmSync(join(folder, file));
  return problems.flat();
}

async function checkEntry(each: Package, name: string, write: boolean): Promise<string[]> {
  const current = await entryDeclarations(each, name);
  const title = `${each.folder}/api/${name}.d.ts`;
  const undocumented = undocumentedExports(current).map((symbol) => `${title}: ${symbol} has no docstring`);
  const file = join(each.path, "api", `${name}.d.ts`);
  if (write) {
    mkdirSync(join(each.path, "api"), { recursive: true });
    writeFileSync(file, current);
    return undocumented;
  }
  const committed = existsSync(file) ? readFileSync(file, "utf8").replaceAll("\r\n", "\n") : "";
  if (committed === current) return undocumented;
  const hint = `${title} is not what the entry offers; if it is meant, run: pnpm api`;
  return [...undocumented, hint, createTwoFilesPatch("committed", "now", committed, current)];
}
