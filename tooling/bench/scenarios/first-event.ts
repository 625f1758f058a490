import { headliners } from "../clients/headliners.ts";
import { allClients } from "../clients/all-clients.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { type Measure, race } from "../harness/race.ts";
import type { Framing } from "../source/load-request.ts";
import { clientBase } from "./clients.ts";

const everybody = allClients.filter(({ name }) => !["curl -N", "openai", "ai", "@anthropic-ai/sdk"].includes(name));

const measures: readonly Measure[] = [
  {
    title: "wall time to the first event, or bytes",
    unit: "µs a stream",
    of: ({ first }, { times }) => first / times,
  },
  { title: "CPU of a stream from beginning to end", unit: "µs a stream", of: ({ cpu }, { times }) => cpu / times },
];

/** Streams of one event, one after the other: over a connection each, and over one that is kept. */
export async function* firstEventScenario(context: BenchContext): AsyncGenerator<Comparison> {
  yield* await firstEventRace("over a fresh connection", "close", context);
  yield* await firstEventRace("over a kept connection", "length", context);
}

function firstEventRace(title: string, framing: Framing, context: BenchContext): Promise<Comparison[]> {
  const load = { port: context.source.port, framing, pace: "burst", streams: 1 } as const;
  return race(
    {
      scenario: "first-event",
      title: `a stream of one event ${title}`,
      contestants: context.full ? everybody : headliners,
      base: clientBase,
      job: (times) => ({ workload: "tiny", events: 1, times, load }),
      amount: { first: 20, least: 20, most: 1000 },
      measures,
    },
    context,
  );
}
