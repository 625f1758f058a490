import type { Contestant } from "../contestant.ts";
import type { BenchContext } from "./bench-context.ts";
import { checkResult, itemsOf } from "./check-result.ts";
import { type Absent, type Comparison, comparisonRows, failureOf, meanOf, type Sample } from "./comparison.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";
import { cpuShare, cpuTotal } from "./cpu-time.ts";
import { interleave } from "./interleave.ts";
import type { LoadSource } from "../source/start-load-source.ts";
import { runHeld } from "./run-held.ts";
import { NotHere, ownRuntime, type RunningContestant, startContestant } from "./start-contestant.ts";

/** A job that several contestants do in turns, and what is compared. */
export interface Race {
  readonly scenario: string;
  readonly title: string;
  /** Starts a contestant, where that is not on this process's Node. */
  readonly start?: (name: string) => Promise<RunningContestant>;
  readonly contestants: readonly Contestant<unknown>[];
  /** Who the others are compared with; takes part whoever was asked for. */
  readonly base: string;
  /** The job, with an amount of work: events of a stream, or times. */
  readonly job: (amount: number) => ContestantJob;
  /** The job to warm up with, where the job itself would be waiting most of the time. */
  readonly warmJob?: (amount: number) => ContestantJob;
  /** How often a sample does the job, where that is not once: what counts is the mean. */
  readonly repeats?: number;
  /** The amount to begin with, and the least and the most. */
  readonly amount: { readonly first: number; readonly least: number; readonly most: number };
  readonly measures: readonly Measure[];
}

/** What is compared: something of a result, for each item of the streams or whatever else. */
export interface Measure {
  readonly unit: string;
  /** What stands behind the race's title, where there are several. */
  readonly title?: string;
  readonly of: (result: ContestantResult, job: ContestantJob) => Sample;
}

/** Processor time for each item of the streams. */
export const cpuPerEvent: Measure = {
  unit: "µs of CPU an event",
  of: ({ cpu }, job) => cpuShare(cpu, itemsOf(job)),
};

/** The same, from the first event on: where streams are held, opening them does not count. */
export const cpuPerEventOnceOpen: Measure = {
  unit: "µs of CPU an event",
  of: ({ sinceFirst }, job) => cpuShare(sinceFirst.cpu, itemsOf(job)),
};

/** Wall time for each item of the streams; the source runs on another core. */
export const wallPerEvent: Measure = {
  unit: "µs of wall time an event",
  title: "wall time",
  of: ({ wall }, job) => wall / itemsOf(job),
};

/** A contestant on the start line: warm, and with the work that it is to do. */
interface Runner {
  readonly contestant: Contestant<unknown>;
  readonly running: RunningContestant;
  readonly job: ContestantJob;
}

/** Runs a race. Everybody has a process of its own, and what they deliver is checked each time. */
export async function race(race: Race, context: BenchContext): Promise<Comparison[]> {
  if (!context.wants(race.title)) return [];
  const absent = refusals(race);
  const timed = race.measures.includes(wallPerEvent);
  const able = race.contestants.filter(
    ({ name, wallOnly }) => (timed || !wallOnly) && !absent.some((each) => each.name === name),
  );
  const wanted = able.filter(({ name }) => name === race.base || context.takesPart(name));
  const fail = (name: string, error: unknown): void =>
    void absent.push(error instanceof NotHere ? { name, reason: error.message } : failureOf(name, error));
  const runners: Runner[] = [];
  for (const contestant of wanted) {
    context.progress(`${race.title}: warming up ${contestant.name}`);
    await warmUp(contestant, race, context).then(
      (runner) => runners.push(runner),
      (error: unknown) => fail(contestant.name, error),
    );
  }
  context.progress(`${race.title}: ${context.rounds} rounds of ${runners.length}`);
  const samples = await interleave(
    runners.map((runner) => () => sampleOf(runner, race.repeats ?? 1, context.source)),
    context.rounds + 1,
    (index, error) => fail(runners[index]?.contestant.name ?? "", error),
  );
  await Promise.all(runners.map(({ running }) => running.stop()));
  return race.measures.map((measure) => comparisonOf(race, { runners, samples, measure, absent }));
}

interface Outcome {
  readonly runners: readonly Runner[];
  /** For each runner and round, the results of all its times. */
  readonly samples: readonly (readonly (readonly ContestantResult[])[])[];
  readonly measure: Measure;
  readonly absent: readonly Absent[];
}

function comparisonOf({ scenario, title, base }: Race, { runners, samples, measure, absent }: Outcome): Comparison {
  const rows = runners.flatMap(({ contestant: { name, kind, wallOnly }, job }, index) => {
    if (wallOnly && measure !== wallPerEvent) return [];
    const [, ...results] = samples[index] ?? [];
    return [{ name, kind, samples: results.map((times) => meanOf(times.map((result) => measure.of(result, job)))) }];
  });
  const full = measure.title === undefined ? title : `${title}, ${measure.title}`;
  const comparison = { scenario, title: full, unit: measure.unit, base, rows: comparisonRows(rows, base), absent };
  const { runtime = ownRuntime } = runners[0]?.running ?? {};
  return runtime === ownRuntime ? comparison : { ...comparison, runtime };
}

function refusals({ contestants, job, amount }: Race): Absent[] {
  const { workload, pieceSize = 65_536 } = job(amount.first);
  return contestants.flatMap(({ name, refuses }) => {
    const reason = refuses?.(workload, pieceSize === "event" ? Infinity : pieceSize);
    return reason === undefined ? [] : [{ name, reason }];
  });
}

/**
 * Starts a contestant, and runs it until it is warm: so much work as takes the time of a sample, again and again. There
 * is no forced garbage collection before a sample: it drops optimised code, and tripled the next 20 ms (Node 26).
 */
async function warmUp(contestant: Contestant<unknown>, race: Race, context: BenchContext): Promise<Runner> {
  const { start = startContestant } = race;
  const running = await start(contestant.name);
  const { job, warmJob = job } = race;
  let { first: amount } = race.amount;
  let spent = 0;
  try {
    while (spent < context.warmUp) {
      const result = await runChecked({ contestant, running, job: warmJob(amount) }, context.source);
      // a process of its own starts for each stream there: so long a stream that it does not matter
      const cost = contestant.wallOnly ? result.wall / 20 : cpuTotal(result.cpu);
      spent += result.wall;
      const wish = amount * (context.sampleCpu / Math.max(1, cost));
      amount = Math.round(Math.min(race.amount.most, Math.max(race.amount.least, wish)));
    }
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { contestant, running, job: job(amount) };
}

async function sampleOf(runner: Runner, repeats: number, source: LoadSource): Promise<readonly ContestantResult[]> {
  const results: ContestantResult[] = [];
  while (results.length < repeats) results.push(await runChecked(runner, source));
  return results;
}

async function runChecked({ contestant, running, job }: Runner, source: LoadSource): Promise<ContestantResult> {
  const held = String(job.load?.pace).startsWith("hold");
  const result = await (held ? runHeld(running, job, source) : running.run(job));
  checkResult(contestant, job, result);
  return result;
}
