import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type ConformanceReport, conformancePage, isRed, runConformance, scoreOf } from "@headrace/conformance";
import { repositoryRoot } from "@headrace/repo/workspace";
import { subjects } from "./compositions.ts";

// Runs the suite on every transport and composition and writes the report. `pnpm conformance`.

const folder = join(repositoryRoot, "tooling/conformance/report");

async function runAll(): Promise<ConformanceReport> {
  const reports: ConformanceReport[] = [];
  for (const { name, create, knownFailures, module } of subjects) {
    const started = performance.now();
    const report = await runConformance(create, { name, knownFailures, module });
    const { passed, applied, notPassed } = scoreOf(report.subjects.flatMap(({ results }) => results));
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    const others = notPassed.map(({ id, outcome }) => `\n  ${outcome} ${id}`).join("");
    console.log(`${name}: ${passed} of ${applied} in ${seconds} s${others}`);
    reports.push(report);
  }
  const [first] = reports;
  if (first === undefined) throw new Error("there is nothing to run the suite on");
  return { ...first, subjects: reports.flatMap((report) => report.subjects) };
}

const report = await runAll();
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, "conformance.json"), `${JSON.stringify(report)}\n`);
writeFileSync(join(folder, "conformance.html"), conformancePage(report));
console.log(`written to ${folder}`);
process.exit(report.subjects.some(({ results }) => results.some(isRed)) ? 1 : 0);
