import { writeFile } from "node:fs/promises";
import { runConformance } from "../run-conformance.ts";
import { mutants } from "./all-mutants.ts";
import { casesPage, unnamedCases } from "./cases-page.ts";
import type { Mutant } from "./mutant.ts";

/** Which of these cases a mutant fails. */
async function failedBy({ create, module }: Mutant, ids: readonly string[]): Promise<readonly string[]> {
  const options = { only: ids, scale: 0.3, concurrency: 1, secondRuns: false, ...(module !== undefined && { module }) };
  const { subjects } = await runConformance(create, options);
  const results = subjects.flatMap((subject) => subject.results);
  return results.filter(({ outcome }) => outcome === "fail").map(({ id }) => id);
}

await writeFile(new URL("../../../cases.md", import.meta.url), casesPage());

// For whoever adds a case: which of the mutants there are would fail it already. It takes minutes.
if (process.argv.includes("--find-mutants")) {
  for (const mutant of mutants) {
    const failed = await failedBy(mutant, unnamedCases());
    if (failed.length > 0) process.stdout.write(`${mutant.name}: ${failed.join(" ")}\n`);
  }
}
