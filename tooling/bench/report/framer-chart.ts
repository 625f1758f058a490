import { dot, text } from "@observablehq/plot";
import type { Comparison } from "../harness/comparison.ts";
import { geometricMean } from "../harness/spread.ts";
import type { ChartTheme } from "./chart-theme.ts";
import { drawChart } from "./draw-chart.ts";
import { keyMarks, ratioAxis, ratioMargins, times } from "./ratio-marks.ts";

/** A mark of the chart: what a framer takes on a workload, to the base. */
export interface FramerMark {
  readonly workload: string;
  readonly name: string;
  readonly ratio: number;
}

/**
 * The median ratio of each framer on each workload, the mean of all its piece sizes, and over all workloads; on
 * another Node than the run's, and in a browser, over all workloads alone.
 */
export function framerMarks(comparisons: readonly Comparison[]): readonly FramerMark[] {
  const own = comparisons.filter(({ runtime }) => runtime === undefined);
  const others = new Set(comparisons.flatMap(({ runtime }) => runtime ?? []));
  const means = [...others].flatMap((other) => {
    const name = `all, ${majorOf(other)}`;
    const among = comparisons.filter(({ runtime }) => runtime === other);
    return marksOf(among, name).filter(({ workload }) => workload === name);
  });
  return [...marksOf(own, "all of them"), ...means];
}

/** `Node 22` of `Node 22.23.3`. */
export function majorOf(runtime: string): string {
  return runtime.split(".", 1)[0] ?? "";
}

function marksOf(comparisons: readonly Comparison[], meanName: string): readonly FramerMark[] {
  const all = comparisons.flatMap(({ title, rows }) =>
    rows.flatMap(({ name, kind, ratio }) => {
      const [workload = ""] = title.split(",", 1);
      return ratio === undefined || kind === "floor" ? [] : [{ workload, name, ratio: ratio.median }];
    }),
  );
  const workloads = [...new Set(all.map(({ workload }) => workload))];
  const names = [...new Set(all.map(({ name }) => name))];
  const mean = (name: string, among: readonly FramerMark[], workload: string): FramerMark[] => {
    const ratios = among.filter((mark) => mark.name === name).map(({ ratio }) => ratio);
    return ratios.length === 0 ? [] : [{ workload, name, ratio: geometricMean(ratios) }];
  };
  const each = workloads.flatMap((workload) => {
    const among = all.filter((mark) => mark.workload === workload);
    return names.flatMap((name) => mean(name, among, workload));
  });
  return [...each, ...names.flatMap((name) => mean(name, each, meanName))];
}

/** Draws {@link framerMarks}: a row for each workload, ours and its portable path before all others. */
export function framerChart(comparisons: readonly Comparison[], label: string, theme: ChartTheme): string {
  const marks = framerMarks(comparisons);
  const rows = [...new Set(marks.map(({ workload }) => workload))];
  const others = marks.filter(({ name }) => !name.startsWith("headrace"));
  const portable = marks.filter(({ name }) => name === "headrace, portable");
  const ours = marks.filter(({ name }) => name === "headrace");
  const ink = { y: "workload", text: ({ ratio }: FramerMark) => times(ratio), dy: -10, stroke: theme.background };
  return drawChart(
    {
      ...ratioMargins,
      height: 80 + rows.length * 30,
      x: { type: "log", axis: null, insetLeft: 20 },
      y: { domain: rows, label: null, tickSize: 0 },
      marks: [
        ...ratioAxis(
          marks.map(({ ratio }) => ratio),
          label,
          theme,
        ),
        ...keyMarks([
          { name: "headrace", color: theme.ours, symbol: "circle" },
          { name: "headrace without Buffer", color: theme.floor, symbol: "diamond" },
          { name: "others", color: theme.peer, symbol: "square" },
        ]),
        dot(others, { y: "workload", x: "ratio", fill: theme.peer, symbol: "square", r: 4 }),
        dot(portable, { y: "workload", x: "ratio", fill: theme.floor, symbol: "diamond", r: 5 }),
        dot(ours, { y: "workload", x: "ratio", fill: theme.ours, symbol: "circle", r: 5 }),
        text(ours, { ...ink, x: "ratio", fill: theme.ours }),
      ],
    },
    theme,
  );
}
