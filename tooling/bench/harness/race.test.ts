import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { allFramers } from "../framers/all-framers.ts";
import type { BenchContext } from "./bench-context.ts";
import { cpuPerEvent, race } from "./race.ts";
import { startContestant } from "./start-contestant.ts";

const folder = mkdtempSync(join(tmpdir(), "headrace-race-"));
afterAll(() => rmSync(folder, { recursive: true }));

const framers = allFramers.filter(({ name }) => ["headrace", "TextDecoder alone"].includes(name));
/** Nobody here asks for a stream. */
const none = async (): Promise<number> => 0;
const context: BenchContext = {
  full: false,
  everybody: true,
  rounds: 2,
  sampleCpu: 1,
  warmUp: 1,
  takesPart: () => true,
  wants: () => true,
  source: { port: 0, pid: 0, connections: none, open: none, held: none, release: none, stop: async () => {} },
  progress: () => {},
};

/** A Node that ends when it is given its n-th job. */
function nodeThatEndsAt(n: number): string {
  const path = join(folder, `node-${n}`);
  const module = `let jobs=0;process.on("message",()=>++jobs===${n}&&process.exit(3))`;
  writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' --import 'data:text/javascript,${module}' "$@"\n`);
  chmodSync(path, 0o755);
  return path;
}

test.skipIf(process.platform === "win32").for([
  ["never begins", () => join(folder, "no-such-node"), expect.stringMatching(/^its process cannot be asked: .*ENOENT/)],
  ["ends in its first job", () => nodeThatEndsAt(1), "its process ended with 3"],
  ["ends in a later round", () => nodeThatEndsAt(3), "its process ended with 3"],
] as const)("a contestant that %s is named with the reason, and the others go on", async ([, node, reason]) => {
  const [comparison] = await race(
    {
      scenario: "framer",
      title: "tiny",
      contestants: framers,
      base: "headrace",
      start: (name) => startContestant(name, name === "headrace" ? process.execPath : node()),
      job: (times) => ({ workload: "tiny", events: 10, times, pieceSize: 64 }),
      amount: { first: 1, least: 1, most: 1 },
      measures: [cpuPerEvent],
    },
    context,
  );
  expect(comparison?.absent).toEqual([{ name: "TextDecoder alone", reason, failed: true }]);
  const ours = comparison?.rows.find(({ name }) => name === "headrace");
  expect(ours?.samples).toHaveLength(2);
});
