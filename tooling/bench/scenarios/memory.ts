import type { Client } from "../clients/client.ts";
import { frontRunners, headliners } from "../clients/headliners.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import { type Absent, type Comparison, comparisonRows, failureOf, type Sample } from "../harness/comparison.ts";
import { checkResult } from "../harness/check-result.ts";
import type { ContestantJob, ContestantState } from "../harness/contestant-job.ts";
import { cpuBetween, cpuShare, type CpuTime } from "../harness/cpu-time.ts";
import { interleave } from "../harness/interleave.ts";
import { runHeld } from "../harness/run-held.ts";
import { type RunningContestant, startContestant } from "../harness/start-contestant.ts";
import type { LoadSource } from "../source/start-load-source.ts";
import { clientBase } from "./clients.ts";

const silent = headliners.filter(({ name }) => name !== "raw socket");

/** What a stream takes that is open and says nothing: its share of the process's memory, and what opening it took. */
export async function* memoryScenario(context: BenchContext): AsyncGenerator<Comparison> {
  if (!context.full) return yield* await memoryRace(1000, { contestants: silent, rounds: 3 }, context);
  yield* await memoryRace(1000, { contestants: silent, rounds: context.rounds }, context);
  yield* await memoryRace(5000, { contestants: frontRunners, rounds: Math.min(5, context.rounds) }, context);
  yield* await memoryRace(10_000, { contestants: frontRunners, rounds: Math.min(3, context.rounds) }, context);
}

/** What an open stream takes. */
interface OpenStream {
  /** Of resident memory, in bytes. */
  readonly bytes: number;
  /** Of processor time, to open it. */
  readonly cpu: CpuTime;
}

interface Entry {
  readonly contestants: readonly Client[];
  readonly rounds: number;
}

async function memoryRace(
  streams: number,
  { contestants, rounds }: Entry,
  context: BenchContext,
): Promise<Comparison[]> {
  const wanted = contestants.filter(({ name }) => name === clientBase || context.takesPart(name));
  const absent: Absent[] = [];
  const title = `${streams} open streams that say nothing`;
  if (!context.wants(title)) return [];
  const samples = await interleave(
    wanted.map((client) => () => {
      context.progress(`${title}: ${client.name}`);
      return openStreams(client, streams, context.source);
    }),
    rounds,
    (index, error) => absent.push(failureOf(wanted[index]?.name ?? "", error)),
  );
  const compare = (unit: string, suffix: string, of: (open: OpenStream) => Sample): Comparison => {
    const rows = wanted.map(({ name, kind }, index) => ({ name, kind, samples: (samples[index] ?? []).map(of) }));
    const base = clientBase;
    return { scenario: "memory", title: `${title}${suffix}`, unit, base, rows: comparisonRows(rows, base), absent };
  };
  return [
    compare("KiB of resident memory a stream", "", ({ bytes }) => bytes / 1024),
    compare("µs of CPU a stream", ", opening them", ({ cpu }) => cpu),
  ];
}

/** Opens the streams in a fresh process, and looks at it when nothing happens in it any more. */
async function openStreams(client: Client, streams: number, source: LoadSource): Promise<OpenStream> {
  const running = await startContestant(client.name);
  try {
    const warm: ContestantJob = { workload: "openai", events: 10, times: 20, load: loadOf(source, "burst", 1) };
    await running.run(warm);
    const before = await quietState(running);
    let open = before;
    const job = { ...warm, times: 1, load: loadOf(source, "hold", streams) };
    const result = await runHeld(running, job, source, async () => {
      const { cpu } = await running.state();
      open = { ...(await quietState(running)), cpu };
    });
    checkResult(client, job, result);
    return { bytes: (open.rss - before.rss) / streams, cpu: cpuShare(cpuBetween(before.cpu, open.cpu), streams) };
  } finally {
    await running.stop();
  }
}

const loadOf = (source: LoadSource, pace: "burst" | "hold", streams: number): NonNullable<ContestantJob["load"]> => ({
  port: source.port,
  framing: "chunk-per-event",
  pace,
  streams,
});

/** Asks how the process stands until its memory has stopped moving. */
async function quietState(running: RunningContestant): Promise<ContestantState> {
  let last = await running.state("settled");
  for (let time = 0; time < 20; time += 1) {
    const now = await running.state("settled");
    if (Math.abs(now.rss - last.rss) < 65_536) return now;
    last = now;
  }
  return last;
}
