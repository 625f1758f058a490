import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@headrace/repo/workspace";

/**
 * A Markdown page with the text between `<!-- generated: name -->` and `<!-- /generated -->` replaced.
 *
 * @throws Error where the page has no such place
 */
export function withGeneratedBlock(page: string, name: string, text: string): string {
  const start = `<!-- generated: ${name} -->\n`;
  const end = "\n<!-- /generated -->";
  const from = page.indexOf(start);
  const to = page.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`the page has no place for a generated block named ${name}`);
  return `${page.slice(0, from + start.length)}\n${text.trim()}\n${page.slice(to)}`;
}

/** Puts a text into a generated block of the README. */
export function writeIntoReadme(name: string, text: string): void {
  const readme = join(repositoryRoot, "README.md");
  writeFileSync(readme, withGeneratedBlock(readFileSync(readme, "utf8"), name, text));
}
