import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConformanceReport } from "@headrace/conformance";
import { repositoryRoot } from "@headrace/repo/workspace";
import { backendColumns, backendTable } from "./backend-table.ts";
import { writeIntoReadme } from "./generated-block.ts";

// Writes the table of backends into the README, from the report of the last run. Part of `pnpm conformance`.

const file = join(repositoryRoot, "tooling/conformance/report/conformance.json");
const { subjects } = JSON.parse(readFileSync(file, "utf8")) as ConformanceReport;
const columns = backendColumns.map((column) => {
  const subject = subjects.find(({ name }) => name === column);
  if (subject === undefined) throw new Error(`the report has no ${column}`);
  return subject;
});

writeIntoReadme("backends", backendTable(columns));
