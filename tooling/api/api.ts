/** Brings the snapshots of the public entries up to date: `pnpm api`. */
import { checkApi } from "./check-api.ts";
import { repositoryRoot } from "@headrace/repo/workspace";

const problems = await checkApi(repositoryRoot, true);
for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;
