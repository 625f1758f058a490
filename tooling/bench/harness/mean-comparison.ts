import { type Comparison, type ComparisonRow, comparisonRows } from "./comparison.ts";
import { geometricMean, ratiosOf } from "./spread.ts";

/** What the comparisons have in common, and how their mean is named. */
type Heading = Pick<Comparison, "scenario" | "title" | "base">;

/**
 * Makes one comparison of several: round by round, the geometric mean of everybody's ratio to the base, over the
 * comparisons that both take part in. How many those are stands behind the name of who is not in all.
 */
export function meanComparison(comparisons: readonly Comparison[], { scenario, title, base }: Heading): Comparison {
  const all = comparisons.flatMap(({ rows }) => rows);
  const names = [...new Set(all.map(({ name }) => name))];
  const means = names.map((name) => {
    const ratios = comparisons.flatMap(({ rows }) => roundsOf(rows, name, base));
    const kind = all.find((row) => row.name === name)?.kind ?? "peer";
    const shown = ratios.length === comparisons.length ? name : `${name} (${ratios.length} of ${comparisons.length})`;
    return { name: shown, kind, samples: meansOf(ratios) };
  });
  const unit = `times the CPU of ${base}`;
  return { scenario, title, unit, base, rows: comparisonRows(means, base), absent: [] };
}

/** The ratios of one contestant in one comparison, round by round; nothing where either of the two is missing. */
function roundsOf(rows: readonly ComparisonRow[], name: string, base: string): readonly (readonly number[])[] {
  const of = (wanted: string): readonly number[] => rows.find((row) => row.name === wanted)?.samples ?? [];
  const ratios = ratiosOf(of(name), of(base));
  return ratios.length === 0 ? [] : [ratios];
}

function meansOf(ratios: readonly (readonly number[])[]): readonly number[] {
  const rounds = ratios.length === 0 ? 0 : Math.min(...ratios.map(({ length }) => length));
  return Array.from({ length: rounds }, (_, round) => geometricMean(ratios.map((each) => each[round] ?? Number.NaN)));
}
