import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConformanceReport } from "@headrace/conformance";
import { repositoryRoot } from "@headrace/repo/workspace";
import { backendColumns, backendTable } from "./backend-table.ts";

// Writes the table of backends into the README, from the report of the last run. Part of `pnpm conformance`.

const readme = join(repositoryRoot, "README.md");
const file = join(repositoryRoot, "tooling/conformance/report/conformance.json");
const { subjects } = JSON.parse(readFileSync(file, "utf8")) as ConformanceReport;
const columns = backendColumns.map((column) => {
  const subject = subjects.find(({ name }) => name === column);
  if (subject === undefined) throw new Error(`the report has no ${column}`);
  return subject;
});

const page = readFileSync(readme, "utf8");
const [start, end] = ["<!-- generated: backends -->\n", "\n<!-- /generated -->"];
const [before, rest = ""] = page.split(start);
const [, after] = rest.split(end);
if (after === undefined) throw new Error("README.md has no place for the table of backends");
writeFileSync(readme, `${before}${start}\n${backendTable(columns)}${end}${after}`);
