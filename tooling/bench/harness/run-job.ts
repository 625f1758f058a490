import { allClients } from "../clients/all-clients.ts";
import type { Read } from "../clients/client.ts";
import { slowReaders } from "../clients/slow-readers.ts";
import { allFramers } from "../framers/all-framers.ts";
import type { Frame } from "../framers/framer.ts";
import { loadTarget } from "../source/load-request.ts";
import type { WorkloadName } from "../workloads/shapes.ts";
import { eventTypesOf, streamOf } from "../workloads/workload.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";
import { Tally } from "./tally.ts";

/** Does a job: made once for a contestant, which it has loaded. */
export type RunJob = (job: ContestantJob) => Promise<ContestantResult>;

/** Loads a contestant by its name. */
export async function loadContestant(name: string): Promise<RunJob> {
  const framer = allFramers.find((each) => each.name === name);
  if (framer !== undefined) return runFramer(await framer.load());
  const client = [...allClients, ...slowReaders].find((each) => each.name === name);
  if (client !== undefined) return runClient(await client.load());
  throw new Error(`there is no contestant ${name}`);
}

function runFramer(frame: Frame): RunJob {
  let made: { readonly key: string; readonly pieces: readonly Uint8Array[] } | undefined;
  return async (job) => {
    const { workload, events, pieceSize = 65_536, times } = job;
    const key = JSON.stringify([workload, events, pieceSize]);
    if (made?.key !== key) made = { key, pieces: piecesOf(workload, events, pieceSize) };
    const tally = new Tally(job);
    for (let time = 0; time < times; time += 1) {
      const framed = frame(made.pieces, tally.onEvent);
      if (framed !== undefined) await framed;
    }
    return tally.result();
  };
}

/** Pieces as a socket gives them. Made once for all rounds: nobody may keep or change what it is lent. */
function piecesOf(workload: WorkloadName, events: number, size: number | "event"): readonly Uint8Array[] {
  const text = streamOf(workload, events).map((item) => item.text);
  const encoder = new TextEncoder();
  if (size === "event") return text.map((each) => encoder.encode(each));
  const bytes = Buffer.from(text.join(""));
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
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
