import type { LoadSource } from "../source/start-load-source.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";
import { cpuBetween, cpuTotal } from "./cpu-time.ts";
import type { RunningContestant } from "./start-contestant.ts";

/**
 * What may still be open when many streams more are opened: who came before keeps connections for seconds, and where a
 * process may have 20 000 descriptors the source has as many.
 */
const mostKept = 5000;

/**
 * Runs a job whose streams the source holds: opens them all, calls `open` when the process has come to rest, and only
 * then lets them go.
 */
export async function runHeld(
  running: RunningContestant,
  job: ContestantJob,
  source: LoadSource,
  open: () => Promise<void> = () => Promise.resolve(),
): Promise<ContestantResult> {
  for (let time = 0; time < 1000 && (await source.open()) > mostKept; time += 1) await rest();
  let ended = false;
  const result = running.run(job).finally(() => {
    ended = true;
  });
  const opened = (async () => {
    while ((await source.held()) < (job.load?.streams ?? 1) && !ended) await rest();
    await atRest(running);
    await open();
    await source.release();
  })();
  const [outcome] = await Promise.all([result, opened]);
  return outcome;
}

/** Waits until the process does nothing: half a ms of processor time in 20 ms is what asking takes. */
async function atRest(running: RunningContestant): Promise<void> {
  for (let time = 0; time < 100; time += 1) {
    const { cpu: before } = await running.state();
    await rest();
    const { cpu: after } = await running.state();
    if (cpuTotal(cpuBetween(before, after)) < 1000) return;
  }
}

const rest = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));
