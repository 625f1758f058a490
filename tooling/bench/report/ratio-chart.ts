import { dot, ruleY, text } from "@observablehq/plot";
import type { Comparison, ComparisonRow } from "../harness/comparison.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { drawChart } from "./draw-chart.ts";
import { type Key, keyMarks, ratioAxis, ratioMargins, times } from "./ratio-marks.ts";

/**
 * Draws the ratios of a comparison to its base, on a logarithmic axis: a mark at the median of each contestant, a line
 * over the middle half of the rounds, the cheapest on top.
 */
export function ratioChart({ rows }: Comparison, label: string, theme: ChartTheme): string {
  const keys = keysOf(theme);
  const shown = rows
    .flatMap((row) => (row.ratio === undefined ? [] : [{ ...row, ...row.ratio, key: keys[row.kind] }]))
    .toSorted((a, b) => a.median - b.median);
  return drawChart(
    {
      ...ratioMargins,
      height: 80 + shown.length * 20,
      x: { type: "log", axis: null, insetLeft: 20 },
      y: { domain: shown.map(({ name }) => name), label: null, tickSize: 0 },
      marks: [
        ...ratioAxis(
          shown.flatMap(({ q1, q3 }) => [q1, q3]),
          label,
          theme,
        ),
        ...keyMarks(Object.values(keys)),
        ruleY(shown, { y: "name", x1: "q1", x2: "q3", stroke: color, strokeWidth: 3, strokeOpacity: 0.45 }),
        dot(shown, { y: "name", x: "median", fill: color, symbol, r: 5 }),
        text(shown, {
          y: "name",
          x: "q3",
          text: figure,
          dx: 10,
          textAnchor: "start",
          stroke: theme.background,
          fill: theme.text,
        }),
      ],
    },
    theme,
  );
}

type Shown = ComparisonRow & { readonly median: number; readonly key: Key };

const color = ({ key }: Shown): string => key.color;
const symbol = ({ key }: Shown): string => key.symbol;
const figure = ({ median }: Shown): string => times(median);

function keysOf({ ours, peer, floor }: ChartTheme): Readonly<Record<ComparisonRow["kind"], Key>> {
  return {
    ours: { name: "headrace", color: ours, symbol: "circle" },
    peer: { name: "others", color: peer, symbol: "square" },
    floor: { name: "floors: less than the job", color: floor, symbol: "diamond" },
  };
}
