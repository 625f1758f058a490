import { readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot } from "@headrace/repo/workspace";
import { expect, test } from "vitest";
import { type Comparison, comparisonRows } from "../harness/comparison.ts";
import { framerBase } from "../scenarios/framer.ts";
import type { BenchResult } from "./bench-result.ts";
import { chartThemes } from "./chart-theme.ts";
import { comparisonTable } from "./comparison-table.ts";
import { framerMarks } from "./framer-chart.ts";
import { speedBlock } from "./speed-block.ts";
import { speedCharts } from "./speed-charts.ts";

function cell(title: string, ratio: number, runtime?: string): Comparison {
  const rows = [
    { name: framerBase, kind: "peer", samples: [1] },
    { name: "headrace", kind: "ours", samples: [ratio] },
    { name: "headrace, portable", kind: "ours", samples: [2 * ratio] },
  ] as const;
  const made = { scenario: "framer", title, unit: "µs of CPU an event", base: framerBase, absent: [] };
  return { ...made, rows: comparisonRows(rows, framerBase), ...(runtime === undefined ? {} : { runtime }) };
}

function comparison(scenario: string, title: string, absent: Comparison["absent"] = []): Comparison {
  const rows = [
    { name: "base", kind: "floor", samples: [2, 4, 8] },
    { name: "forEachEvent, curl", kind: "ours", samples: [1, 3.2, 4] },
    { name: "eventsource & <co>", kind: "peer", samples: [300, 600, 1200] },
  ] as const;
  return { scenario, title, unit: "µs of CPU an event", base: "base", rows: comparisonRows(rows, "base"), absent };
}

const result: BenchResult = {
  date: "2026-01-31",
  seconds: 1,
  full: true,
  machine: {
    processor: "An Abacus",
    cores: 2,
    memory: "1 GiB",
    system: "Linux 6 x64",
    node: "v26.0.0",
    versions: { undici: "8.0.0", libcurl: "libcurl/8.0.0 OpenSSL/3" },
    load: 0,
  },
  absent: [],
  comparisons: [
    cell("openai, pieces of 16384 bytes", 0.5),
    cell("cjk, pieces of 16384 bytes", 2),
    cell("openai, pieces of 16384 bytes, Node 22", 0.2, "Node 22.1.0"),
    cell("cjk, pieces of 16384 bytes, Node 22", 0.8, "Node 22.1.0"),
    comparison("framer", "geometric mean of 2 cells"),
    comparison("clients", "openai, 64 KB a write, 7 a second"),
    comparison("clients", "openai, an HTTP chunk an event, 7 writes a second"),
    comparison("memory", "1000 open streams that say nothing"),
  ],
};

test("the table has the cheapest first, the ratio with its quartiles, and who is missing", () => {
  const absent = [
    { name: "nobody", reason: "gone" },
    { name: "someone", reason: "broke", failed: true as const },
  ];
  const lines = comparisonTable(comparison("clients", "a title", absent)).split("\n");
  expect(lines[0]).toBe("a title");
  expect(lines[1]).toMatch(/x base +quartiles +µs of CPU an event$/);
  expect(lines[2]).toMatch(/^ +\* forEachEvent, curl +0\.500 +0\.500 to 0\.650 +3\.20$/);
  expect(lines[3]).toMatch(/^ +_ base +1\.00/);
  expect(lines[4]).toMatch(/eventsource & <co> +150 +150 to 150 +600$/);
  expect(lines.slice(5)).toEqual(["  not here: nobody: gone", "  FAILED: someone: broke", ""]);
});

test("the README's block says where it was measured, and has the ratios and a picture of each chart", () => {
  const block = speedBlock(result);
  expect(block).toContain("An Abacus, 2 cores, Linux 6 x64, Node v26.0.0, undici 8.0.0,\nlibcurl/8.0.0.");
  expect(block).toContain("| forEachEvent, curl | 0.50x (0.50x to 0.65x) | 0.50x (0.50x to 0.65x) |");
  for (const { name } of speedCharts(result)) expect(block).toContain(`srcset="tooling/bench/charts/${name}-dark.svg"`);
});

test("the framer's table has a row for each Node: means, and the best and the worst cell", () => {
  expect(speedBlock(result).split("\n")).toEqual(
    expect.arrayContaining([
      `| framer, CPU to that of \`${framerBase}\` | mean of 2 cells | without a Buffer | OpenAI, 16 KiB | best | worst |`,
      "| Node 26 | 1.0x | 2.0x | 0.50x | 0.50x (openai, pieces of 16384 bytes) | 2.0x (cjk, pieces of 16384 bytes) |",
      "| Node 22 | 0.40x | 0.80x | 0.20x | 0.20x (openai, pieces of 16384 bytes) | 0.80x (cjk, pieces of 16384 bytes) |",
    ]),
  );
});

const framerTexts = ["openai", "cjk", "all of them", "all, Node 22", "1.0x", "0.40x"];

test.for(chartThemes)("the charts in $name are SVG that stands alone, with every name and figure", (theme) => {
  for (const { draw, name } of speedCharts(result)) {
    const svg = draw(theme);
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/);
    expect(svg).toContain(theme.background);
    const texts =
      name === "framer" ? framerTexts : ["forEachEvent, curl", "eventsource &amp; &lt;co&gt;", "150x", "0.50x"];
    for (const text of texts) expect(svg).toContain(text);
  }
});

test("a framer's mark is the geometric mean over its piece sizes, and the last over all workloads", () => {
  const sized = (title: string, samples: readonly number[]): Comparison => {
    const rows = [
      { name: "b", kind: "peer", samples: [1] },
      { name: "headrace", kind: "ours", samples },
    ] as const;
    return { scenario: "framer", title, unit: "", base: "b", rows: comparisonRows(rows, "b"), absent: [] };
  };
  const marks = framerMarks([sized("tiny, a", [1]), sized("tiny, b", [4]), sized("cjk, a", [8])]);
  const ours = marks.filter(({ name }) => name === "headrace").map(({ workload, ratio }) => [workload, ratio]);
  expect(ours).toEqual([
    ["tiny", expect.closeTo(2)],
    ["cjk", expect.closeTo(8)],
    ["all of them", expect.closeTo(4)],
  ]);
});

test("on another Node, a framer has one mark, behind those of the run's own", () => {
  const cells = [
    cell("cjk, a, Node 22", 8, "Node 22.1.0"),
    cell("tiny, a, Node 22", 2, "Node 22.1.0"),
    cell("tiny, a", 3),
  ];
  const ours = framerMarks(cells).filter(({ name }) => name === "headrace");
  expect(ours.map(({ workload, ratio }) => [workload, ratio])).toEqual([
    ["tiny", expect.closeTo(3)],
    ["all of them", expect.closeTo(3)],
    ["all, Node 22", expect.closeTo(4)],
  ]);
});

test("a browser has a row, without a Buffer in any case; one that was not there has none", () => {
  const made = cell("openai, pieces of 16384 bytes, Chromium", 0.5, "Chromium 150.0.7.1");
  const inPage = { ...made, rows: made.rows.filter(({ name }) => name !== "headrace, portable") };
  const table = (...more: readonly Comparison[]): string[] =>
    speedBlock({ ...result, comparisons: [...result.comparisons, ...more] }).split("\n");
  const named = "0.50x (openai, pieces of 16384 bytes)";
  expect(table(inPage)).toContain(`| Chromium 150 | 0.50x | 0.50x | 0.50x | ${named} | ${named} |`);
  expect(table({ ...inPage, rows: [] })).toEqual(table());
});

test("a run that lacks a scenario cannot be published", () => {
  expect(() => speedBlock({ ...result, comparisons: [] })).toThrow(/no comparison/);
});

test("the README's block and the charts are those of the run in results", () => {
  const folder = join(repositoryRoot, "tooling/bench");
  const published = JSON.parse(readFileSync(join(folder, "results/full.json"), "utf8")) as BenchResult;
  const plain = (text: string): string => text.replaceAll(/[ |-]+/g, " ");
  expect(plain(readFileSync(join(repositoryRoot, "README.md"), "utf8"))).toContain(plain(speedBlock(published)));
  for (const { name, draw } of speedCharts(published)) {
    for (const theme of chartThemes)
      expect(readFileSync(join(folder, `charts/${name}-${theme.name}.svg`), "utf8")).toBe(draw(theme));
  }
});
