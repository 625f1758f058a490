import { allClients } from "../clients/all-clients.ts";
import { headliners } from "../clients/headliners.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import type { ContestantJob } from "../harness/contestant-job.ts";
import { cpuPerEvent, type Measure, race, type Race, wallPerEvent } from "../harness/race.ts";
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

/**
 * Writes a second of a volley: all but the slowest keep up, who take over 2 µs an event. No divisor of a second, so that
 * the writes drift through the kernel's ticks, at which it tells user from system time.
 */
const volleyRate = 1940;

const measures = [cpuPerEvent];
const quick: readonly Writing[] = [
  {
    title: `openai, 64 KB a write, ${volleyRate} a second`,
    workload: "openai",
    framing: "chunked",
    pace: `volley-${volleyRate}`,
    measures,
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
    title: "openai, burst, HTTP chunks of 64 KiB",
    workload: "openai",
    framing: "chunked",
    pace: "burst",
    measures: [cpuPerEvent, wallPerEvent],
  },
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

/** A volley's sample has as many bytes as V8 lets lie in buffers before it collects: 64 MB, half of that in a hurry. */
function amountsOf(pace: Pace, full: boolean): Race["amount"] {
  if (pace === "burst") return { first: 2_000, least: 200, most: 2_000_000 };
  if (typeof pace === "number") return { first: 500, least: 2_000, most: 6_000 };
  return { first: 2_000, least: 200, most: full ? 240_000 : 120_000 };
}

function clientRace(
  { title, workload, framing, pace, measures }: Writing,
  context: BenchContext,
): Promise<Comparison[]> {
  const job = (events: number, how: Pace): ContestantJob => {
    const load = { port: context.source.port, framing, pace: how, streams: 1 };
    return { workload, events, times: 1, load };
  };
  return race(
    {
      scenario: "clients",
      title,
      contestants: context.everybody ? allClients : headliners,
      base: clientBase,
      job: (events) => job(events, pace),
      warmJob: (events) => job(events, "burst"),
      amount: amountsOf(pace, context.full),
      measures,
    },
    context,
  );
}
