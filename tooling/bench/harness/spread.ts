/** The middle of some samples, and where the middle half of them lies. */
export interface Spread {
  readonly q1: number;
  readonly median: number;
  readonly q3: number;
}

/** The median and the quartiles of samples, linear between neighbours (R's type 7). Of none: not a number. */
export function spreadOf(samples: readonly number[]): Spread {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (fraction: number): number => {
    const position = (sorted.length - 1) * fraction;
    const [low = Number.NaN, high = low] = [sorted[Math.floor(position)], sorted[Math.ceil(position)]];
    return low + (high - low) * (position % 1);
  };
  return { q1: at(0.25), median: at(0.5), q3: at(0.75) };
}

/** The ratio of each sample to the base's of the same round: what is common to a round, such as a busy machine, drops out. */
export function ratiosOf(samples: readonly number[], base: readonly number[]): readonly number[] {
  return samples.flatMap((sample, round) => {
    const divisor = base[round];
    return divisor === undefined ? [] : [sample / divisor];
  });
}

/** The geometric mean: of ratios. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((total, value) => total + Math.log(value), 0) / values.length);
}
