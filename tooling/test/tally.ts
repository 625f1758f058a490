/** How many checks came out which way. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** Why each check that was skipped was skipped. */
  readonly skipped: readonly string[];
}

/** A check that is one test of its own. */
export function tallyOf(ok: boolean): Tally {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: [] };
}

/** Adds tallies up. */
export function addTallies(tallies: readonly Tally[]): Tally {
  return {
    passed: tallies.reduce((sum, { passed }) => sum + passed, 0),
    failed: tallies.reduce((sum, { failed }) => sum + failed, 0),
    skipped: tallies.flatMap(({ skipped }) => skipped),
  };
}

/** The line that the test command ends with. */
export function formatTally({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ""}`;
}

/** Lists the reasons for skipping, the most frequent first, with how often each was given. */
export function formatSkips(skipped: readonly string[]): string[] {
  const counts = new Map<string, number>();
  for (const reason of skipped) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts].toSorted((a, b) => b[1] - a[1]).map(([reason, count]) => `skipped ${count}: ${reason}`);
}
