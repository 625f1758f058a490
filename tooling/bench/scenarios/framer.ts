import { type NodeLine, nodeLines } from "@headrace/repo/node-lines";
import { allFramers } from "../framers/all-framers.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { meanComparison } from "../harness/mean-comparison.ts";
import { cpuPerEvent, race } from "../harness/race.ts";
import { workloadNames, type WorkloadName } from "../workloads/shapes.ts";
import { contentOf } from "../workloads/workload.ts";

/**
 * Bytes of a piece: a socket's read, an HTTP chunk's worth, a TLS trickle, and a cruel one; or an event a piece, which is
 * what an HTTP chunk an event gives.
 */
const pieceSizes = [65_536, 16_384, 257, 17, "event"] as const;

type Cell = readonly [workload: WorkloadName, pieceSize: (typeof pieceSizes)[number]];

/** Who all framers are compared with: what most of the field is built on. */
export const framerBase = "TextDecoder + eventsource-parser";

const streamBytes = 1 << 20;

/** What stands for all where there is little time: a workload of each kind, and the sizes that hurt. */
const quick: readonly Cell[] = [
  ["openai", 16_384],
  ["openai", "event"],
  ["tiny", 16_384],
  ["cjk", 16_384],
  ["64k", 257],
];

const all = workloadNames.flatMap((name) => pieceSizes.map((size): Cell => [name, size]));

/**
 * Bytes to events, with no network: every workload, in pieces of every size, and the mean of all. In full on every Node
 * that is installed, on the older ones only ours and the base: their decoders differ by more than all framers do.
 */
export async function* framerScenario(context: BenchContext): AsyncGenerator<Comparison> {
  const cells = context.full ? all : quick;
  const [own, ...others] = nodeLines().toSorted((a, b) => Number(isOwn(b)) - Number(isOwn(a)));
  for (const line of context.full ? [own, ...others] : [own]) {
    if (line?.executable === undefined) continue;
    const comparisons: Comparison[] = [];
    for (const cell of cells) {
      const made = await framerRace(cell, line, context);
      comparisons.push(...made);
      yield* made;
    }
    const title = `geometric mean of ${comparisons.length} cells${suffixOf(line)}`;
    if (comparisons.length > 1) {
      const mean = meanComparison(comparisons, { scenario: "framer", title, base: "headrace" });
      yield isOwn(line) ? mean : { ...mean, node: line.version };
    }
  }
}

const isOwn = ({ version }: NodeLine): boolean => version === process.version;
const suffixOf = (line: NodeLine): string => (isOwn(line) ? "" : `, Node ${line.major}`);

function framerRace([workload, pieceSize]: Cell, line: NodeLine, context: BenchContext): Promise<Comparison[]> {
  const { bytes } = contentOf(workload, 16);
  const events = Math.max(1, Math.round((streamBytes * 16) / bytes));
  const pieces = pieceSize === "event" ? "an event a piece" : `pieces of ${pieceSize} bytes`;
  return race(
    {
      scenario: "framer",
      title: `${workload}, ${pieces}${suffixOf(line)}`,
      ...(line.executable === undefined ? {} : { node: line.executable }),
      contestants: isOwn(line)
        ? allFramers
        : allFramers.filter(({ kind, name }) => kind === "ours" || name === framerBase),
      base: framerBase,
      job: (times) => ({ workload, events, times, pieceSize }),
      amount: { first: 1, least: 1, most: 1000 },
      measures: [cpuPerEvent],
    },
    // nobody waits for anything here: two thirds of the time are as warm
    { ...context, warmUp: (context.warmUp * 2) / 3 },
  );
}
