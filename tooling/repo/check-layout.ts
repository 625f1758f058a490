import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryFiles } from "./repository-files.ts";
import { packageEntries, publishedPackages, repositoryRoot, type Manifest } from "./workspace.ts";

const topLevel: ReadonlySet<string> = new Set(["packages", "tooling", "node_modules"]);
const drawers = /(^|\/)(utils?|helpers?|common|shared|misc|types)(\.(test\.|d\.)?[cm]?[jt]sx?$|\/)/;
const kebabCase = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*$/;
const typeScript = /\.[cm]?ts$/;
const tests = /\.(test|bench)\.[cm]?ts$/;
const medianLines = 100;
const ninetiethLines = 250;

/** Checks where things are; returns a line for each that is not where the layout says. */
export function checkLayout(root: string = repositoryRoot): string[] {
  const code = repositoryFiles(root).filter((file) => /^(packages|tooling)\//.test(file) && typeScript.test(file));
  return [
    ...strayFolders(root),
    ...code.filter((file) => drawers.test(file)).map((file) => `${file}: name a file after what it exports`),
    ...code
      .filter((file) => !file.split("/").every((part) => kebabCase.test(part)))
      .map((file) => `${file}: kebab-case`),
    ...publishedPackages(root).flatMap(({ folder, manifest }) => strayModules(code, folder, manifest)),
    ...longFiles(root, code),
  ];
}

function strayFolders(root: string): string[] {
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith(".") && !topLevel.has(entry.name))
    .map(({ name }) => `${name}/: the top level holds packages/ and tooling/ and no other folder`);
}

function strayModules(code: readonly string[], folder: string, manifest: Manifest): string[] {
  const bins = Object.values(manifest.bin ?? {}).map((file) => file.replace(/^\.\/dist\/(.*)\.mjs$/, "$1"));
  const entries = new Set([...packageEntries(manifest).map(({ name }) => name), ...bins]);
  return code
    .filter((file) => file.startsWith(`${folder}/src/`) && !file.startsWith(`${folder}/src/lib/`))
    .map((file) => file.slice(`${folder}/src/`.length))
    .filter((file) => file.includes("/") || (!tests.test(file) && !entries.has(file.replace(typeScript, ""))))
    .map((file) => `${folder}/src/${file}: src/ holds one file for each entry, src/lib/ everything else`);
}

function longFiles(root: string, code: readonly string[]): string[] {
  const lengths = code
    .filter((file) => /^packages\/[^/]+\/src\//.test(file) && !tests.test(file))
    .map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").trimEnd().split("\n").length }))
    .toSorted((a, b) => a.lines - b.lines);
  return [
    ...percentileOver(lengths, 0.5, medianLines, "median"),
    ...percentileOver(lengths, 0.9, ninetiethLines, "90th percentile"),
  ];
}

function percentileOver(
  sorted: readonly { readonly file: string; readonly lines: number }[],
  fraction: number,
  limit: number,
  name: string,
): string[] {
  const at = sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)];
  if (at === undefined || at.lines <= limit) return [];
  return [`${at.file} is the ${name} of the packages' files with ${at.lines} lines; the budget is ${limit}`];
}
