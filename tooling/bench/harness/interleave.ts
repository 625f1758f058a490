/**
 * Runs everybody once a round, round after round, each round beginning with the next one: A B C, B C A, C A B.
 * Gives each one's samples in the order of `runs`; who throws, or has thrown, is not run again, and `failed` is told.
 */
export async function interleave<T>(
  runs: readonly (() => Promise<T>)[],
  rounds: number,
  failed: (index: number, error: unknown) => void,
): Promise<readonly (readonly T[])[]> {
  const samples = runs.map((): T[] => []);
  const out = new Set<number>();
  for (let round = 0; round < rounds; round += 1) {
    for (let turn = 0; turn < runs.length; turn += 1) {
      const index = (round + turn) % runs.length;
      if (out.has(index)) continue;
      try {
        const sample = await runs[index]?.();
        if (sample !== undefined) samples[index]?.push(sample);
      } catch (error) {
        out.add(index);
        failed(index, error);
      }
    }
  }
  return samples;
}
