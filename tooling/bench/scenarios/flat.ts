import { slowReaders } from "../clients/slow-readers.ts";
import type { Contestant } from "../contestant.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import { type Absent, type Comparison, type ComparisonRow, comparisonRows, failureOf } from "../harness/comparison.ts";
import { checkResult } from "../harness/check-result.ts";
import { startContestant } from "../harness/start-contestant.ts";
import { contentOf } from "../workloads/workload.ts";

/** A long stream, read by somebody slower than the source: 10 GiB in full, else half of one. Memory must not follow. */
export async function* flatScenario(context: BenchContext): AsyncGenerator<Comparison> {
  const wanted = slowReaders.filter(({ name }) => context.takesPart(name));
  const rows: Pick<ComparisonRow, "name" | "kind" | "samples">[] = [];
  const absent: Absent[] = [];
  const title = `${context.full ? "10" : "0.5"} GiB in one stream, with a slow consumer`;
  if (!context.wants(title)) return;
  for (const contestant of wanted) {
    context.progress(`${title}: ${contestant.name}`);
    await growthOf(contestant, (context.full ? 10 : 0.5) * 2 ** 30, context).then(
      (growth) => rows.push({ name: contestant.name, kind: contestant.kind, samples: [growth / 2 ** 20] }),
      (error: unknown) => absent.push(failureOf(contestant.name, error)),
    );
  }
  const unit = "MiB of resident memory more than after a quarter as much";
  yield { scenario: "flat", title, unit, base: "", rows: comparisonRows(rows, ""), absent };
}

/**
 * By how much the process grows at most while it reads the stream, in bytes. A quarter as much is read before: V8 makes
 * the young generation larger in steps, some 70 MiB in the first two GiB, and leaves it so.
 */
async function growthOf(contestant: Contestant<unknown>, bytes: number, { source }: BenchContext): Promise<number> {
  const eventsIn = (length: number): number => Math.round(length / (contentOf("openai", 4096).bytes / 4096));
  const load = { port: source.port, framing: "chunked", pace: "burst", streams: 1 } as const;
  const job = { workload: "openai", events: eventsIn(bytes / 4), times: 1, load, memory: true } as const;
  const running = await startContestant(contestant.name);
  try {
    await running.run(job);
    const long = { ...job, events: eventsIn(bytes) };
    const result = await running.run(long);
    checkResult(contestant, long, result);
    return result.growth;
  } finally {
    await running.stop();
  }
}
