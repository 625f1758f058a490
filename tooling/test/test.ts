/** The one test command: runs every check, and ends with one plain line that adds them up. */
import { checkApi } from "@headrace/api/check-api";
import { checkChangesets } from "@headrace/repo/check-changesets";
import { checkLayout } from "@headrace/repo/check-layout";
import { checkLock } from "@headrace/repo/check-lock";
import { checkPackages } from "@headrace/repo/check-packages";
import { type NodeLine, nodeLines } from "@headrace/repo/node-lines";
import { turbo, turboRun } from "@headrace/repo/turbo";
import { commandStep, toolStep } from "./command-step.ts";
import { runSteps, stepOf, type Step } from "./step.ts";
import { formatTally } from "./tally.ts";
import { vitestStep } from "./vitest-step.ts";

const [newest, ...olderLines] = nodeLines();
if (newest === undefined) throw new Error("no Node to test on");

const steps: readonly Step[] = [
  { name: "lockfile", run: async () => stepOf(checkLock()) },
  { name: "layout", run: async () => stepOf(checkLayout()) },
  { name: "shape of the packages", run: async () => stepOf(checkPackages()) },
  toolStep("format (oxfmt)", "oxfmt", ["--check"]),
  toolStep("lint (oxlint, type-aware)", "oxlint", ["--format=unix"]),
  commandStep("build", () => turboRun("build")),
  commandStep("typecheck", () => turboRun("typecheck")),
  commandStep("boundaries (turbo)", () => turbo(["boundaries"])),
  toolStep("unused code (knip)", "knip", []),
  { name: "changesets", run: async () => stepOf(await checkChangesets()) },
  { name: "public API (packages/*/api)", run: async () => stepOf(await checkApi()) },
  vitestStep(newest, { projects: ["unit", "acceptance", "tooling"] }),
  ...olderLines.map((line) => vitestStep(line, { projects: ["unit", "acceptance"] })),
  otherLibcurl(newest),
  vitestStep(newest, { projects: ["e2e"] }, "packed packages in a fresh app"),
];

/** transport-curl once more, where there is another libcurl than the machine's: `.ci/run` fetches a newer one. */
function otherLibcurl(line: NodeLine): Step {
  const { HEADRACE_OTHER_LIBCURL: path } = process.env;
  const name = "transport-curl on another libcurl";
  if (path)
    return vitestStep(
      line,
      { projects: ["unit"], files: ["packages/transport-curl/"], env: { HEADRACE_LIBCURL: path } },
      name,
    );
  const skipped = ["HEADRACE_OTHER_LIBCURL names no other libcurl"];
  return { name, run: () => Promise.resolve({ passed: 0, failed: 0, skipped, output: "" }) };
}

const tally = await runSteps(steps, console.log);
console.log(`\n${formatTally(tally)}`);
process.exitCode = tally.failed > 0 ? 1 : 0;
