import { allFramers } from "../framers/all-framers.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { cpuPerEvent, race } from "../harness/race.ts";
import { workloadNames, type WorkloadName } from "../workloads/shapes.ts";
import { contentOf } from "../workloads/workload.ts";

/** Bytes of a piece: a socket's read, an HTTP chunk's worth, a TLS trickle, and a cruel one. */
const pieceSizes = [65_536, 16_384, 257, 17] as const;

/** Who all framers are compared with: what most of the field is built on. */
const framerBase = "TextDecoder + eventsource-parser";

const streamBytes = 1 << 20;

/** What stands for all where there is little time: a workload of each kind, and the sizes that hurt. */
const quick: readonly (readonly [WorkloadName, number])[] = [
  ["openai", 16_384],
  ["openai", 17],
  ["tiny", 16_384],
  ["cjk", 16_384],
  ["64k", 257],
];

/** Bytes to events, with no network: every workload, in pieces of every size. */
export async function* framerScenario(context: BenchContext): AsyncGenerator<Comparison> {
  const all = workloadNames.flatMap((name) => pieceSizes.map((size): readonly [WorkloadName, number] => [name, size]));
  for (const [workload, pieceSize] of context.full ? all : quick) yield* await framerRace(workload, pieceSize, context);
}

function framerRace(workload: WorkloadName, pieceSize: number, context: BenchContext): Promise<Comparison[]> {
  const { bytes } = contentOf(workload, 16);
  const events = Math.max(1, Math.round((streamBytes * 16) / bytes));
  return race(
    {
      scenario: "framer",
      title: `${workload}, pieces of ${pieceSize} bytes`,
      contestants: allFramers,
      base: framerBase,
      job: (times) => ({ workload, events, times, pieceSize }),
      amount: { first: 1, least: 1, most: 1000 },
      measures: [cpuPerEvent],
    },
    context,
  );
}
