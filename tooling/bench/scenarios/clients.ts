import { allClients } from "../clients/all-clients.ts";
import type { Client } from "../clients/client.ts";
import { frontRunners, headliners } from "../clients/headliners.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import type { ContestantJob } from "../harness/contestant-job.ts";
import { cpuPerEvent, type Measure, race, type Race, wallPerEvent } from "../harness/race.ts";
import type { Framing, Pace } from "../source/load-request.ts";
import type { WorkloadName } from "../workloads/shapes.ts";

/** Who all clients are compared with: the bytes alone, over the fastest stack in pure JavaScript. */
export const clientBase = "undici request, bytes";

/** How a stream is written, and who reads it. */
interface Writing {
  readonly title: string;
  readonly workload: WorkloadName;
  readonly framing: Framing;
  readonly pace: Pace;
  readonly measure: Measure;
  /** In full; in a hurry it is {@link headliners}. */
  readonly contestants: readonly Client[];
}

/**
 * Writes a second of a volley: all but the slowest keep up, who take over 2 µs an event. No divisor of a second, so that
 * the writes drift through the kernel's ticks, at which it tells user from system time.
 */
const volleyRate = 1940;
const pace: Pace = `volley-${volleyRate}`;
const measure = cpuPerEvent;

const quick: readonly Writing[] = [
  {
    title: `openai, 64 KB a write, ${volleyRate} a second`,
    workload: "openai",
    framing: "chunked",
    pace,
    measure,
    contestants: allClients,
  },
  {
    title: `openai, an HTTP chunk an event, ${volleyRate} writes a second`,
    workload: "openai",
    framing: "chunk-per-event",
    pace,
    measure,
    contestants: allClients,
  },
];

const more: readonly Writing[] = [
  {
    title: `anthropic, 64 KB a write, ${volleyRate} a second`,
    workload: "anthropic",
    framing: "chunked",
    pace,
    measure,
    contestants: allClients.filter((each) => frontRunners.includes(each) || each.name === "@anthropic-ai/sdk"),
  },
  {
    title: "openai, burst, HTTP chunks of 64 KiB",
    workload: "openai",
    framing: "chunked",
    pace: "burst",
    measure: wallPerEvent,
    contestants: allClients,
  },
  {
    title: "openai, 20 000 events a second, a write each",
    workload: "openai",
    framing: "chunk-per-event",
    pace: 20_000,
    measure,
    contestants: allClients,
  },
];

/** One stream over loopback: at a pace that a reader can keep up with, and as fast as it takes it. */
export async function* clientsScenario(context: BenchContext): AsyncGenerator<Comparison> {
  for (const writing of context.full ? [...quick, ...more] : quick) yield* await clientRace(writing, context);
}

/**
 * How often a volley is read in a sample, in full. Each time it has as many bytes as V8 lets lie in buffers before it
 * collects them, 64 MB (half of that in a hurry): who only reads costs between 0.17 and 0.55 µs an event from one time to
 * the next.
 */
const volleyRepeats = 3;

function amountsOf(pace: Pace, full: boolean): Race["amount"] {
  if (pace === "burst") return { first: 2_000, least: 200, most: 2_000_000 };
  if (typeof pace === "number") return { first: 500, least: 2_000, most: 6_000 };
  return { first: 2_000, least: 200, most: full ? 240_000 : 120_000 };
}

function clientRace(writing: Writing, context: BenchContext): Promise<Comparison[]> {
  const { title, workload, framing, pace, measure, contestants } = writing;
  const job = (events: number, how: Pace): ContestantJob => {
    const load = { port: context.source.port, framing, pace: how, streams: 1 };
    return { workload, events, times: 1, load };
  };
  return race(
    {
      scenario: "clients",
      title,
      contestants: context.everybody ? contestants : headliners,
      base: clientBase,
      job: (events) => job(events, pace),
      warmJob: (events) => job(events, "burst"),
      amount: amountsOf(pace, context.full),
      repeats: context.full && pace.toString().startsWith("volley") ? volleyRepeats : 1,
      measures: [measure],
    },
    context,
  );
}
