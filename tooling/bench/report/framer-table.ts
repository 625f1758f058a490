import type { Comparison } from "../harness/comparison.ts";
import { geometricMean } from "../harness/spread.ts";
import { majorOf } from "./framer-chart.ts";
import { times } from "./ratio-marks.ts";

/** A workload in pieces of one size, and what one of ours takes there, to the base. */
interface Cell {
  readonly title: string;
  readonly ratio: number;
}

/**
 * Our framer in Markdown, a row for each Node or browser that it was measured on, `own` first: the geometric mean of all cells, the
 * same without a Buffer, OpenAI's stream in pieces of 16 KiB, and the best and the worst cell.
 */
export function framerTable(cells: readonly Comparison[], own: string): string {
  const runtimes = [...new Set(cells.map(({ runtime = own }) => runtime))];
  const rows = runtimes.map((runtime) => {
    const among = cells.filter((cell) => (cell.runtime ?? own) === runtime);
    const ours = cellsOf(among, "headrace");
    const portable = cellsOf(among, "headrace, portable");
    // a browser has no Buffer to begin with
    const without = portable.length === 0 ? ours : portable;
    const sorted = ours.toSorted((a, b) => a.ratio - b.ratio);
    const openai = ours.find(({ title }) => title.startsWith("openai, pieces of 16384 bytes"));
    const figures = [meanOf(ours), meanOf(without), times(openai?.ratio ?? Number.NaN)];
    return `| ${majorOf(runtime)} | ${figures.join(" | ")} | ${named(sorted[0])} | ${named(sorted.at(-1))} |`;
  });
  const base = cells[0]?.base ?? "";
  const mean = `mean of ${cells.filter(({ runtime }) => runtime === undefined).length} cells`;
  const head = `| framer, CPU to that of \`${base}\` | ${mean} | without a Buffer | OpenAI, 16 KiB | best | worst |`;
  return [head, "| --- | --- | --- | --- | --- | --- |", ...rows].join("\n");
}

function cellsOf(comparisons: readonly Comparison[], name: string): readonly Cell[] {
  return comparisons.flatMap(({ title, rows }) => {
    const ratio = rows.find((row) => row.name === name)?.ratio;
    return ratio === undefined ? [] : [{ title, ratio: ratio.median }];
  });
}

const meanOf = (cells: readonly Cell[]): string => times(geometricMean(cells.map(({ ratio }) => ratio)));

function named(cell: Cell | undefined): string {
  return cell === undefined ? "" : `${times(cell.ratio)} (${cell.title.replace(/, (Node \d+|Chromium)$/, "")})`;
}
