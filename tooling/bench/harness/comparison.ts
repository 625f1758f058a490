import { cpuTotal, type CpuTime } from "./cpu-time.ts";
import { ratiosOf, type Spread, spreadOf } from "./spread.ts";

/** One measurement of several contestants, side by side. Less is better, always. */
export interface Comparison {
  readonly scenario: string;
  /** What was read, and how: `OpenAI chat, in pieces of 16 KiB`. */
  readonly title: string;
  /** What it ran on, where that is not the run's own Node: `Node 22.23.3`, `Chromium 150.0.7871.100`. */
  readonly runtime?: string;
  /** What the samples are: `µs of CPU an event`. */
  readonly unit: string;
  /** The contestant that the ratios are to. */
  readonly base: string;
  readonly rows: readonly ComparisonRow[];
  /** Who did not take part. */
  readonly absent: readonly Absent[];
}

/** What one contestant took. */
export interface ComparisonRow {
  readonly name: string;
  readonly kind: "ours" | "peer" | "floor";
  /** One for each round. */
  readonly samples: readonly number[];
  readonly spread: Spread;
  /** How the median divides, where it is processor time, by the sums of all rounds: one has too few ticks to tell. */
  readonly cpu?: CpuTime;
  /** To the base, round by round; absent where the base did not take part. */
  readonly ratio?: Spread;
}

/** A contestant that is not in the table, and why. */
export interface Absent {
  readonly name: string;
  readonly reason: string;
  /** Set where it was to take part, and failed: that is a fault, of it or of us. */
  readonly failed?: true;
}

/** Why a contestant failed, in one line: what comes behind it is a stack, with the paths of this machine. */
export function failureOf(name: string, error: unknown): Absent {
  const [reason = ""] = (error instanceof Error ? error.message : String(error)).split("\n", 1);
  return { name, reason, failed: true };
}

/** One measurement: a number, or processor time, of which the sum is compared. */
export type Sample = number | CpuTime;

/** The mean of measurements of one kind. */
export function meanOf(samples: readonly Sample[]): Sample {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce<number>((sum, sample) => sum + of(sample), 0) / samples.length;
  if (samples.every((sample) => typeof sample === "number")) return mean(valueOf);
  const part = (name: keyof CpuTime): number => mean((sample) => (typeof sample === "number" ? sample : sample[name]));
  return { user: part("user"), system: part("system") };
}

/** Makes the rows of a comparison, the base's ratio being 1. */
export function comparisonRows(
  rows: readonly (Pick<ComparisonRow, "name" | "kind"> & { readonly samples: readonly Sample[] })[],
  base: string,
): readonly ComparisonRow[] {
  const to = (rows.find(({ name }) => name === base)?.samples ?? []).map(valueOf);
  return rows
    .filter(({ samples }) => samples.length > 0)
    .map(({ name, kind, samples }) => {
      const values = samples.map(valueOf);
      const ratios = ratiosOf(values, to);
      const row = { name, kind, samples: values.map(rounded), spread: roundedSpread(spreadOf(values)) };
      const parts = samples.filter((sample) => typeof sample !== "number");
      return {
        ...row,
        ...(parts.length > 0 ? { cpu: divided(row.spread.median, parts) } : {}),
        ...(ratios.length > 0 ? { ratio: roundedSpread(spreadOf(ratios)) } : {}),
      };
    });
}

const valueOf = (sample: Sample): number => (typeof sample === "number" ? sample : cpuTotal(sample));

function divided(median: number, parts: readonly CpuTime[]): CpuTime {
  const sum = (of: (part: CpuTime) => number): number => parts.reduce((total, part) => total + of(part), 0);
  const share = sum(({ system }) => system) / sum(cpuTotal);
  return { user: rounded(median * (1 - share)), system: rounded(median * share) };
}

/** To four digits: more than any of this is worth. */
const rounded = (value: number): number => Number(value.toPrecision(4));
const roundedSpread = ({ q1, median, q3 }: Spread): Spread => ({
  q1: rounded(q1),
  median: rounded(median),
  q3: rounded(q3),
});
