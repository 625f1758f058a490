import type { Comparison, ComparisonRow } from "../harness/comparison.ts";
import type { Spread } from "../harness/spread.ts";

const digits = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(3));
const range = ({ q1, q3 }: Spread): string => `${digits(q1)} to ${digits(q3)}`;

/** A comparison as a table for people, the cheapest first: ratio to the base with its quartiles, then the median. */
export function comparisonTable({ title, unit, base, rows, absent }: Comparison): string {
  const cells = rows.toSorted((a, b) => a.spread.median - b.spread.median).map(cellsOf);
  const head = ["", base === "" ? "" : `x ${base}`, "quartiles", unit];
  const widths = head.map((text, column) => Math.max(text.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const lines = [head, ...cells].map((row) => {
    const padded = row.map((text, column) =>
      column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
    );
    return `  ${padded.join("  ")}`;
  });
  const missing = absent.map(({ name, reason, failed }) => `  ${failed ? "FAILED" : "not here"}: ${name}: ${reason}`);
  return [title, ...lines, ...missing, ""].join("\n");
}

function cellsOf({ name, kind, spread, ratio }: ComparisonRow): readonly string[] {
  const mark = { ours: "* ", peer: "  ", floor: "_ " }[kind];
  return [`${mark}${name}`, ratio ? digits(ratio.median) : "", ratio ? range(ratio) : "", digits(spread.median)];
}
