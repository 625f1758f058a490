import { allClients } from "../clients/all-clients.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { cpuPerEvent, type Measure, race, wallPerEvent } from "../harness/race.ts";
import type { Framing, Pace } from "../source/load-request.ts";
import type { WorkloadName } from "../workloads/shapes.ts";

/** Who all clients are compared with: the bytes alone, over the fastest stack in pure JavaScript. */
export const clientBase = "undici request, bytes";

/** How a stream is written. */
interface Writing {
  readonly title: string;
  readonly workload: WorkloadName;
  readonly framing: Framing;
  readonly pace: Pace;
  readonly measures: readonly Measure[];
}

const measures = [cpuPerEvent];
const quick: readonly Writing[] = [
  {
    title: "openai, burst, HTTP chunks of 64 KiB",
    workload: "openai",
    framing: "chunked",
    pace: "burst",
    measures: [cpuPerEvent, wallPerEvent],
  },
  {
    title: "openai, burst, an HTTP chunk an event",
    workload: "openai",
    framing: "chunk-per-event",
    pace: "burst",
    measures,
  },
];

const more: readonly Writing[] = [
  {
    title: "anthropic, burst, HTTP chunks of 64 KiB",
    workload: "anthropic",
    framing: "chunked",
    pace: "burst",
    measures,
  },
  { title: "cjk, burst, HTTP chunks of 64 KiB", workload: "cjk", framing: "chunked", pace: "burst", measures },
  {
    title: "openai, 20 000 events a second, a write each",
    workload: "openai",
    framing: "chunk-per-event",
    pace: 20_000,
    measures,
  },
];

/** One stream over loopback, as fast as the client takes it, and paced. */
export async function* clientsScenario(context: BenchContext): AsyncGenerator<Comparison> {
  for (const writing of context.full ? [...quick, ...more] : quick) yield* await clientRace(writing, context);
}

function clientRace(
  { title, workload, framing, pace, measures }: Writing,
  context: BenchContext,
): Promise<Comparison[]> {
  const load = { port: context.source.port, framing, pace, streams: 1 };
  const paced = pace !== "burst";
  return race(
    {
      scenario: "clients",
      title,
      contestants: allClients,
      base: clientBase,
      job: (events) => ({ workload, events, times: 1, load }),
      amount: paced ? { first: 500, least: 2_000, most: 6_000 } : { first: 2_000, least: 200, most: 2_000_000 },
      measures,
    },
    context,
  );
}
