import type { Comparison } from "../harness/comparison.ts";
import type { BenchResult } from "./bench-result.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { framerBase } from "../scenarios/framer.ts";
import { framerChart } from "./framer-chart.ts";
import { ratioChart } from "./ratio-chart.ts";

/** A chart of the README. */
export interface SpeedChart {
  /** Of its files, without `-light.svg`. */
  readonly name: string;
  /** What it shows, for those who cannot see it. */
  readonly alt: string;
  readonly draw: (theme: ChartTheme) => string;
}

/** The first comparison of a scenario that has this in its title; a run without it cannot be shown. */
export function comparisonOf({ comparisons }: BenchResult, scenario: string, title: string): Comparison {
  const found = comparisons.find((each) => each.scenario === scenario && each.title.includes(title));
  if (found === undefined) throw new Error(`the run has no comparison "${title}" in ${scenario}`);
  return found;
}

/** The comparisons of framers on one workload in pieces of one size; without their means. */
export function framerCells({ comparisons }: BenchResult): readonly Comparison[] {
  return comparisons.filter(
    ({ scenario, base, rows }) => scenario === "framer" && base === framerBase && rows.length > 0,
  );
}

/** The charts of a run. */
export function speedCharts(result: BenchResult): readonly SpeedChart[] {
  const many = comparisonOf(result, "clients", "openai, 64 KB a write");
  const single = comparisonOf(result, "clients", "an HTTP chunk an event");
  const memory = comparisonOf(result, "memory", "1000 open streams");
  const framers = framerCells(result);
  const chart = (name: string, label: string, draw: (label: string, theme: ChartTheme) => string): SpeedChart => ({
    name,
    alt: label,
    draw: (theme) => draw(label, theme),
  });
  return [
    chart(
      "many",
      "CPU an event, to that of undici's request reading only the bytes; HTTP chunks of 64 KB",
      (label, theme) => ratioChart(many, label, theme),
    ),
    chart(
      "single",
      "CPU an event, to that of undici's request reading only the bytes; each event in an HTTP chunk",
      (label, theme) => ratioChart(single, label, theme),
    ),
    chart("memory", "Memory of an open, silent stream, to that of undici's request; 1000 at once", (label, theme) =>
      ratioChart(memory, label, theme),
    ),
    chart("framer", "CPU from bytes to events, to that of TextDecoder + eventsource-parser", (label, theme) =>
      framerChart(framers, label, theme),
    ),
  ];
}
