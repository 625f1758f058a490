import type { Absent, Comparison } from "../harness/comparison.ts";
import type { Machine } from "./machine.ts";

/** All that a run found; what `--out` writes. */
export interface BenchResult {
  /** The day, in ISO 8601. */
  readonly date: string;
  /** How long it took. */
  readonly seconds: number;
  /** Whether it was the full set. */
  readonly full: boolean;
  readonly machine: Machine;
  /** Contestants that could not take part in anything. */
  readonly absent: readonly Absent[];
  readonly comparisons: readonly Comparison[];
}

/** Contestants that people will miss. */
export const neverPresent: readonly Absent[] = [
  {
    name: "node-libcurl",
    reason: "cannot be locked: one of its dependencies is a git repository, and it builds from source",
  },
];
