import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { nodeLines } from "@headrace/repo/node-lines";
import { afterAll, expect, test } from "vitest";
import type { Comparison } from "./harness/comparison.ts";
import type { BenchResult } from "./report/bench-result.ts";

const folder = mkdtempSync(join(tmpdir(), "headrace-bench-"));
afterAll(() => rmSync(folder, { recursive: true }));

const run = promisify(execFile);
const bench = (...args: string[]): ReturnType<typeof run> =>
  run(process.execPath, ["--conditions=@headrace/source", join(import.meta.dirname, "bench.ts"), ...args]);

// For completion, not for numbers: every scenario but `import`, which builds the packages.
test.for([
  ["framer", 6],
  ["clients", 2],
  ["streams", 1],
  ["first-event", 4],
  ["memory", 2],
] as const)("%s comes to its end", { timeout: 60_000 }, async ([scenario, comparisons]) => {
  const file = join(folder, `${scenario}.json`);
  const only = scenario === "framer" ? ["headrace"] : ["forEachEvent, undici"];
  const args = ["--scenario", scenario, "--rounds", "1", "--sample", "1", "--out", file, "--only", ...only];
  const { stdout } = await bench(...args);
  const result = JSON.parse(readFileSync(file, "utf8")) as BenchResult;
  expect(result.comparisons).toHaveLength(comparisons);
  for (const { title, unit, rows } of result.comparisons) {
    expect(stdout).toContain(title);
    expect(rows.some(({ kind, ratio }) => kind === "ours" && (ratio?.median ?? 0) > 0)).toBe(true);
    const timed = unit.startsWith("µs of CPU");
    for (const { cpu } of rows) expect([title, cpu !== undefined]).toEqual([title, timed]);
  }
  expect(result.machine.versions).toMatchObject({
    undici: expect.stringMatching(/^\d/),
    openai: expect.stringMatching(/^\d/),
  });
  expect(JSON.stringify(result)).not.toContain(process.cwd());
});

test(
  "in full, framers run on each Node that is installed and in Chromium, and a title picks",
  { timeout: 60_000 },
  async () => {
    const file = join(folder, "nodes.json");
    const title = ["tiny, pieces of 65536 bytes", "tiny, pieces of 16384 bytes"];
    const few = ["--rounds", "1", "--sample", "1", "--only", "headrace", "--title", ...title];
    await bench("--full", "--scenario", "framer", ...few, "--out", file);
    const { comparisons } = JSON.parse(readFileSync(file, "utf8")) as BenchResult;
    const lines = nodeLines().filter(({ executable }) => executable !== undefined);
    expect(comparisons).toHaveLength(3 * lines.length + 1);
    for (const { version } of lines) {
      const own = comparisons.filter(
        ({ runtime = `Node ${process.versions.node}` }) => runtime === `Node ${version.slice(1)}`,
      );
      const titles = [...title, "geometric mean of 2 cells"];
      expect(own.map((each) => each.title).slice(0, 3)).toEqual(titles.map((each) => expect.stringContaining(each)));
    }
    const { title: last, runtime, absent } = comparisons.at(-1) as Comparison;
    expect([last, runtime ?? absent[0]?.reason]).toEqual([
      "tiny, pieces of 16384 bytes, Chromium",
      expect.stringMatching(/^Chromium \d|^no Chromium at /),
    ]);
  },
);

test("a scenario that is not there is refused", async () => {
  await expect(bench("--scenario", "speed")).rejects.toThrow(/Allowed choices are framer/);
});
