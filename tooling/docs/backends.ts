import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConformanceReport, runConformance } from "@headrace/conformance";
import { repositoryRoot } from "@headrace/repo/workspace";
import { curlTransport } from "@headrace/transport-curl";
import { fetchTransport } from "@headrace/transport-fetch";
import { undiciTransport } from "@headrace/transport-undici";
import { backendTable } from "./backend-table.ts";

// Runs the suite on every transport and writes what came of it into the README. `pnpm backends`.

const readme = join(repositoryRoot, "README.md");
const reports: ConformanceReport[] = [];
for (const create of [curlTransport, undiciTransport, fetchTransport]) reports.push(await runConformance(create));

const page = readFileSync(readme, "utf8");
const [start, end] = ["<!-- generated: backends -->\n", "\n<!-- /generated -->"];
const [before, rest = ""] = page.split(start);
const [, after] = rest.split(end);
if (after === undefined) throw new Error("README.md has no place for the table of backends");
writeFileSync(readme, `${before}${start}\n${backendTable(reports)}${end}${after}`);
