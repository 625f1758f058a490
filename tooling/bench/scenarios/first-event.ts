import { headliners } from "../clients/headliners.ts";
import { allClients } from "../clients/all-clients.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { cpuShare } from "../harness/cpu-time.ts";
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
  {
    title: "CPU of a stream from beginning to end",
    unit: "µs of CPU a stream",
    of: ({ cpu }, { times }) => cpuShare(cpu, times),
  },
];

/**
 * Streams of one event, one after the other: over a connection each, and over one that is kept. In full the samples are
 * longer: a garbage collection of what some hundred calls leave is as much as the calls, and some samples have none.
 */
export async function* firstEventScenario(context: BenchContext): AsyncGenerator<Comparison> {
  const { full, sampleCpu, warmUp } = context;
  const longer = full ? { ...context, sampleCpu: sampleCpu * 3, warmUp: warmUp * 2 } : context;
  yield* await firstEventRace("over a fresh connection", "close", longer);
  yield* await firstEventRace("over a kept connection", "length", longer);
}

function firstEventRace(title: string, framing: Framing, context: BenchContext): Promise<Comparison[]> {
  const load = { port: context.source.port, framing, pace: "burst", streams: 1 } as const;
  return race(
    {
      scenario: "first-event",
      title: `a stream of one event ${title}`,
      contestants: context.everybody ? everybody : headliners,
      base: clientBase,
      job: (times) => ({ workload: "tiny", events: 1, times, load }),
      amount: { first: 20, least: 20, most: 5000 },
      measures,
    },
    context,
  );
}
