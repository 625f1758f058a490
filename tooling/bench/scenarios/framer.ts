import { type NodeLine, nodeLines } from "@headrace/repo/node-lines";
import { allFramers } from "../framers/all-framers.ts";
import { bareLoopFramer } from "../framers/bare-loop.ts";
import type { BenchContext } from "../harness/bench-context.ts";
import type { Comparison } from "../harness/comparison.ts";
import { meanComparison } from "../harness/mean-comparison.ts";
import { pageFramers } from "../harness/frame-in-page.ts";
import { cpuPerEvent, race, type Race } from "../harness/race.ts";
import { startContestant, startInChromium } from "../harness/start-contestant.ts";
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
const inBrowser = all.filter(([, size]) => size === 16_384 || size === "event");

/** What framers run on. */
type Runtime = Pick<Race, "contestants" | "start"> & {
  /** Behind each title; empty for the run's own Node. */
  readonly suffix: string;
  readonly cells: readonly Cell[];
  readonly amount: Race["amount"];
  /** How much longer a sample is, where processor time is told less finely. */
  readonly longer: number;
};

/**
 * Bytes to events, with no network: every workload, in pieces of every size, and the mean of all. In full on every Node
 * that is installed, on the older ones only ours, the base and a floor: their decoders differ by more than all framers do. And in
 * a browser, where there is no Buffer.
 */
export async function* framerScenario(context: BenchContext): AsyncGenerator<Comparison> {
  const own = ownNode(context.full ? all : quick);
  for (const runtime of context.full ? [own, ...otherNodes(), chromium] : [own]) {
    const comparisons: Comparison[] = [];
    for (const cell of runtime.cells) {
      const made = await framerRace(cell, runtime, context);
      comparisons.push(...made);
      yield* made;
      // nothing to run on: said once
      if (made.some(({ rows }) => rows.length === 0)) break;
    }
    const title = `geometric mean of ${comparisons.length} cells${runtime.suffix}`;
    const other = comparisons[0]?.runtime;
    if (comparisons.length > 1) {
      const mean = meanComparison(comparisons, { scenario: "framer", title, base: "headrace" });
      yield other === undefined ? mean : { ...mean, runtime: other };
    }
  }
}

const once: Race["amount"] = { first: 1, least: 1, most: 1000 };
const oursAndBase = allFramers.filter(
  (framer) => framer.kind === "ours" || framer.name === framerBase || framer === bareLoopFramer,
);
const ownNode = (cells: readonly Cell[]): Runtime => ({
  suffix: "",
  cells,
  contestants: allFramers,
  amount: once,
  longer: 1,
});

function otherNodes(): readonly Runtime[] {
  return nodeLines().flatMap(({ major, executable, version }: NodeLine) => {
    if (executable === undefined || version === process.version) return [];
    const start: Race["start"] = (name) => startContestant(name, executable);
    return [{ ...ownNode(all), suffix: `, Node ${major}`, contestants: oursAndBase, start }];
  });
}

/** A page's processor time comes in steps of 10 ms: the first amount is more than one of them, and a sample is many. */
const chromium: Runtime = {
  suffix: ", Chromium",
  cells: inBrowser,
  contestants: pageFramers,
  start: startInChromium,
  amount: { ...once, first: 20 },
  longer: 4,
};

function framerRace([workload, pieceSize]: Cell, runtime: Runtime, context: BenchContext): Promise<Comparison[]> {
  const { bytes } = contentOf(workload, 16);
  const events = Math.max(1, Math.round((streamBytes * 16) / bytes));
  const pieces = pieceSize === "event" ? "an event a piece" : `pieces of ${pieceSize} bytes`;
  const { suffix, longer, ...started } = runtime;
  const { sampleCpu, warmUp } = context;
  return race(
    {
      ...started,
      scenario: "framer",
      title: `${workload}, ${pieces}${suffix}`,
      base: framerBase,
      job: (times) => ({ workload, events, times, pieceSize }),
      measures: [cpuPerEvent],
    },
    // nobody waits for anything here: two thirds of the time are as warm
    { ...context, sampleCpu: sampleCpu * longer, warmUp: (warmUp * 2 * Math.min(2, longer)) / 3 },
  );
}
