import { allClients } from "../clients/all-clients.ts";
import type { Client } from "../clients/client.ts";
import { frontRunners, headliners } from "../clients/headliners.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import { type Comparison, comparisonRows } from "../harness/comparison.ts";
import type { ContestantJob } from "../harness/contestant-job.ts";
import { cpuPerEventOnceOpen, type Measure, race } from "../harness/race.ts";
import { clientBase } from "./clients.ts";

/** Who is asked to read many streams at once: not the blocking call, not the command, and nobody's SDK. */
const peers = ["eventsource", "undici EventSource", "fetch + EventSourceParserStream"];
const everybody = allClients.filter(({ name, kind }) => {
  if (kind === "peer") return peers.some((peer) => name === peer || name.startsWith("eventsource-client"));
  return !name.includes("Sync") && name !== "curl -N";
});

const delay = (title: "p50" | "p99" | "max"): Measure => ({
  title: `delay of the event loop, ${title}`,
  unit: "ms",
  of: (result) => result.delay[title],
});

/** Many streams at once, each event in an HTTP chunk of its own: what one more stream costs those that are there. */
export async function* streamsScenario(context: BenchContext): AsyncGenerator<Comparison> {
  if (!context.full) return yield* await streamsRace(1000, context.everybody ? everybody : frontRunners, context);
  yield* await streamsRace(100, headliners, context);
  const thousand = await streamsRace(1000, frontRunners, context);
  yield* thousand;
  yield* await pacedRace(1000, context);
  const long = { ...context, rounds: Math.min(3, context.rounds) };
  const tenThousand = await streamsRace(10_000, frontRunners, long);
  yield* tenThousand;
  for (const [index, comparison] of tenThousand.entries()) {
    const before = thousand[index];
    if (before !== undefined) yield slope(before, comparison);
  }
  yield* await pacedRace(10_000, long);
}

/**
 * Opens all streams, and then lets them go at once: only that, and closing them, counts. In full a sample has 64 MB at
 * least: the garbage collection of what lies in buffers comes that often, and is in half of the samples of 26 MB.
 */
function streamsRace(streams: number, contestants: readonly Client[], context: BenchContext): Promise<Comparison[]> {
  const events = streams < 1000 ? 250_000 / streams : 100;
  const load = { port: context.source.port, framing: "chunk-per-event", pace: "hold", streams } as const;
  return race(
    {
      scenario: "streams",
      title: `openai, ${streams} open streams, ${events} events at once in each`,
      contestants,
      base: clientBase,
      job: () => ({ workload: "openai", events, times: 1, load }),
      warmJob: () => warmJob(streams, events, context),
      amount: { first: events, least: events, most: events },
      repeats: context.full && streams === 1000 ? 3 : 1,
      measures: [cpuPerEventOnceOpen],
    },
    context,
  );
}

/**
 * Nothing is held there: of held streams, most of the time goes by before they begin, and nobody gets warm. Streams are as
 * short as those of the job: opening and closing them is to be as warm as reading them.
 */
function warmJob(streams: number, events: number, { source }: BenchContext): ContestantJob {
  const many = Math.min(100, streams);
  const load = { port: source.port, framing: "chunk-per-event", pace: "burst", streams: many } as const;
  return { workload: "openai", events, times: Math.ceil(50_000 / many / events), load };
}

/** As many events a second as a busy gateway has, over all open streams: what it costs, and who answers late. */
function pacedRace(streams: number, context: BenchContext): Promise<Comparison[]> {
  const load = { port: context.source.port, framing: "chunk-per-event", pace: "hold-20000", streams } as const;
  const events = Math.max(2, Math.round(20_000 / streams));
  return race(
    {
      scenario: "streams",
      title: `openai, ${streams} open streams, 20 000 events a second in all`,
      contestants: frontRunners,
      base: clientBase,
      job: () => ({ workload: "openai", events, times: 1, load, delays: true }),
      warmJob: () => warmJob(streams, events, context),
      amount: { first: events, least: events, most: events },
      measures: [cpuPerEventOnceOpen, delay("p50"), delay("p99"), delay("max")],
    },
    context,
  );
}

/** Cost at ten thousand streams over cost at a thousand, round by round: above 1 it grows faster than the streams. */
function slope(thousand: Comparison, tenThousand: Comparison): Comparison {
  const rows = tenThousand.rows.flatMap(({ name, kind, samples }) => {
    const before = thousand.rows.find((row) => row.name === name);
    if (before === undefined) return [];
    return [{ name, kind, samples: samples.map((sample) => sample / before.spread.median) }];
  });
  return {
    scenario: "streams",
    title: "openai, from 1 000 to 10 000 open streams",
    unit: "times the CPU an event",
    base: clientBase,
    rows: comparisonRows(rows, clientBase),
    absent: [],
  };
}
