import { allClients } from "../clients/all-clients.ts";
import type { Read } from "../clients/client.ts";
import { slowReaders } from "../clients/slow-readers.ts";
import { allFramers } from "../framers/all-framers.ts";
import { loadTarget } from "../source/load-request.ts";
import { eventTypesOf } from "../workloads/workload.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";
import { runFramer } from "./run-framer.ts";
import { Tally } from "./tally.ts";

/** Does a job: made once for a contestant, which it has loaded. */
export type RunJob = (job: ContestantJob) => Promise<ContestantResult>;

/** Loads a contestant by its name. */
export async function loadContestant(name: string): Promise<RunJob> {
  const framer = allFramers.find((each) => each.name === name);
  if (framer !== undefined)
    return runFramer(await framer.load(), { encode: (text) => Buffer.from(text), tally: (job) => new Tally(job) });
  const client = [...allClients, ...slowReaders].find((each) => each.name === name);
  if (client !== undefined) return runClient(await client.load());
  throw new Error(`there is no contestant ${name}`);
}

function runClient(read: Read): RunJob {
  return async (job) => {
    const { workload, events, load, times } = job;
    if (load === undefined) throw new Error("a client needs a source of load");
    const { port, framing, pace, streams } = load;
    const url = `http://127.0.0.1:${port}${loadTarget({ workload, events, framing, pace })}`;
    const types = eventTypesOf(workload);
    const tally = new Tally(job);
    const { onEvent, onBytes } = tally;
    for (let time = 0; time < times; time += 1) {
      tally.begin();
      if (streams === 1) await read({ url, types, onEvent, onBytes });
      else await Promise.all(Array.from({ length: streams }, () => read({ url, types, onEvent, onBytes })));
    }
    return tally.result();
  };
}
