/** Processor time of a process, all its threads, in µs. The kernel knows the sum, and guesses the parts at its ticks. */
export interface CpuTime {
  readonly user: number;
  readonly system: number;
}

/** Both parts together. */
export function cpuTotal({ user, system }: CpuTime): number {
  return user + system;
}

/** The share of one of `count`. */
export function cpuShare({ user, system }: CpuTime, count: number): CpuTime {
  return { user: user / count, system: system / count };
}

/** What was taken between two states of a process. */
export function cpuBetween(before: CpuTime, after: CpuTime): CpuTime {
  return { user: after.user - before.user, system: after.system - before.system };
}
