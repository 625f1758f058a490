import type { LoadSource } from "../source/start-load-source.ts";

/** What all scenarios of a run have in common. */
export interface BenchContext {
  /** Whether to run everything there is, and longer. */
  readonly full: boolean;
  /** Whether to ask everybody: in full, and where contestants are asked for by name. */
  readonly everybody: boolean;
  /** Measured rounds; one before them is dropped. */
  readonly rounds: number;
  /** How much processor time one sample is to take, in µs: each contestant gets as much work as that takes it. */
  readonly sampleCpu: number;
  /** How long each contestant works before it is measured, in µs of wall time. */
  readonly warmUp: number;
  /** Whether a contestant was asked for. */
  readonly takesPart: (name: string) => boolean;
  /** Whether a comparison was asked for, by its title. */
  readonly wants: (title: string) => boolean;
  readonly source: LoadSource;
  /** Tells a person what is going on. */
  readonly progress: (text: string) => void;
}
