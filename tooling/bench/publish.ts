import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeIntoReadme } from "@headrace/docs/generated-block";
import type { BenchResult } from "./report/bench-result.ts";
import { chartThemes } from "./report/chart-theme.ts";
import { speedBlock } from "./report/speed-block.ts";
import { speedCharts } from "./report/speed-charts.ts";

// Draws the charts of the run in results/full.json, and writes the README's block about speed from it.

const folder = import.meta.dirname;
const result = JSON.parse(readFileSync(join(folder, "results/full.json"), "utf8")) as BenchResult;
rmSync(join(folder, "charts"), { recursive: true, force: true });
mkdirSync(join(folder, "charts"));
for (const { name, draw } of speedCharts(result)) {
  for (const theme of chartThemes) writeFileSync(join(folder, `charts/${name}-${theme.name}.svg`), draw(theme));
}
writeIntoReadme("speed", speedBlock(result));
