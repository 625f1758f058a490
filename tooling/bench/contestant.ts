import type { WorkloadName } from "./workloads/shapes.ts";
import type { WorkloadEvent } from "./workloads/workload.ts";

/** One way to do a job; each stands in a file of its own, and loads what it needs when `load` is called. */
export interface Contestant<Run> {
  /** As the tables name it. */
  readonly name: string;
  /** `ours`; a `peer`; or a `floor`, which does less than the job, so that nobody can be expected below it. */
  readonly kind: "ours" | "peer" | "floor";
  /** The npm package whose version is reported. */
  readonly npm?: string;
  /**
   * Why it cannot take a workload, in pieces of so many bytes, or gets it wrong; undefined where it can. It is named
   * with the reason, and not measured there.
   */
  readonly refuses?: (workload: WorkloadName, pieceSize: number) => string | undefined;
  /** What it makes of an event, undefined where it leaves it out. Without it: the event's data. */
  readonly gives?: (event: WorkloadEvent) => unknown;
  /** It does its work outside the process, so that its processor time is not known. */
  readonly wallOnly?: true;
  /** Loads the packages, and makes what is shared by all runs. */
  readonly load: () => Promise<Run>;
}

/** The `refuses` of a vendor's SDK. */
export function madeFor(only: WorkloadName): (workload: WorkloadName) => string | undefined {
  return (workload) => (workload === only ? undefined : "another vendor's stream");
}
