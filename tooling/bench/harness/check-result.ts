import type { Contestant } from "../contestant.ts";
import { contentOf } from "../workloads/workload.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";

/** How many items a job reads. */
export function itemsOf({ events, times, load }: ContestantJob): number {
  return events * times * (load?.streams ?? 1);
}

/** Throws unless a contestant delivered what is in the streams: events and the length of their data, or bytes. */
export function checkResult(contestant: Contestant<unknown>, job: ContestantJob, result: ContestantResult): void {
  const { gives, kind, name } = contestant;
  const content = contentOf(job.workload, job.events, gives);
  const times = itemsOf(job) / job.events;
  const [events, dataLength, bytes] = [content.events * times, content.dataLength * times, content.bytes * times];
  if (result.events !== events || result.dataLength !== dataLength)
    throw new Error(
      `${name} delivered ${result.events} events of ${result.dataLength}, not ${events} of ${dataLength}`,
    );
  if (result.lastCharacters !== content.lastCharacters * times) throw new Error(`${name} delivered other data`);
  if (kind === "floor" && job.load !== undefined && result.bytes < bytes)
    throw new Error(`${name} read ${result.bytes} bytes, not ${bytes}`);
}
