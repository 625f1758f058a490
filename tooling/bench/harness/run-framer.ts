import type { Frame } from "../framers/framer.ts";
import { streamOf } from "../workloads/workload.ts";
import type { ContestantJob } from "./contestant-job.ts";

/** Counts what a framer delivers in one job. */
export interface FramerTally<Result> {
  readonly onEvent: (value: unknown) => void;
  readonly result: () => Result | Promise<Result>;
}

/** What differs between Node and a page: how text becomes the bytes of a read, and how events are counted. */
export interface FramerHost<Result> {
  readonly encode: (text: string) => Uint8Array;
  readonly tally: (job: ContestantJob) => FramerTally<Result>;
}

/** Makes what does a framer's jobs, in Node or in a page. The pieces are made once for all rounds. */
export function runFramer<Result>(frame: Frame, host: FramerHost<Result>): (job: ContestantJob) => Promise<Result> {
  let made: { readonly key: string; readonly pieces: readonly Uint8Array[] } | undefined;
  return async (job) => {
    const { workload, events, pieceSize, times } = job;
    const key = JSON.stringify([workload, events, pieceSize]);
    if (made?.key !== key) made = { key, pieces: piecesOf(job, host.encode) };
    const { onEvent, result } = host.tally(job);
    for (let time = 0; time < times; time += 1) {
      const framed = frame(made.pieces, onEvent);
      if (framed !== undefined) await framed;
    }
    return result();
  };
}

/** Pieces as a socket gives them: nobody may keep or change what it is lent. */
function piecesOf(job: ContestantJob, encode: FramerHost<unknown>["encode"]): readonly Uint8Array[] {
  const { workload, events, pieceSize: size = 65_536 } = job;
  const text = streamOf(workload, events).map((item) => item.text);
  const encoder = new TextEncoder();
  if (size === "event") return text.map((each) => encoder.encode(each));
  const bytes = encode(text.join(""));
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}
