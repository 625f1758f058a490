import type { Comparison } from "../harness/comparison.ts";
import type { BenchResult } from "./bench-result.ts";
import { times } from "./ratio-marks.ts";
import { framerTable } from "./framer-table.ts";
import { comparisonOf, framerCells, speedCharts, type SpeedChart } from "./speed-charts.ts";

const folder = "tooling/bench";
const peers = [
  "eventsource-client, callback",
  "eventsource-client, for await",
  "eventsource",
  "undici EventSource",
  "fetch + EventSourceParserStream",
  "openai",
];

/** The README's block about speed, in Markdown: what was measured where, the charts, and the figures most asked for. */
export function speedBlock(result: BenchResult): string {
  const { processor, cores, system, node, versions } = result.machine;
  const [many, single, memory, framer] = speedCharts(result);
  const libcurl = versions["libcurl"]?.split(" ", 1)[0];
  return [
    `Measured on ${result.date}: ${processor}, ${cores} cores, ${system}, Node ${node}, undici ${versions["undici"]},`,
    `${libcurl}. Every contestant in a process of its own, all in turns, over loopback; medians of the ratios round by`,
    "round. Ratios carry over to other machines; microseconds would not. Both columns come 64 KB at a time, at a rate that",
    "nearly all keep up with: a reader slower than its source is charged with the work of sending. Less than 1x is no",
    "mistake: who only reads makes so little garbage besides its buffers that only full collections free them, a fifth of",
    "its time.",
    "",
    ...(many ? [picture(many), ""] : []),
    table(result),
    "",
    framerTable(framerCells(result), `Node ${node.slice(1)}`),
    "",
    ...[framer, memory, single].flatMap((chart) => (chart ? [picture(chart), ""] : [])),
    `All samples: [${folder}/results](${folder}/results). Run it yourself: \`npx -y pnpm@12 bench\` (three minutes),`,
    "`npx -y pnpm@12 bench --full` (everything).",
  ].join("\n");
}

function picture({ name, alt }: SpeedChart): string {
  const file = (theme: string): string => `${folder}/charts/${name}-${theme}.svg`;
  return [
    "<picture>",
    `  <source media="(prefers-color-scheme: dark)" srcset="${file("dark")}">`,
    `  <img alt="${alt}" src="${file("light")}" width="830">`,
    "</picture>",
  ].join("\n");
}

/** The clients that are asked about most, on the two ways in which servers write. */
function table(result: BenchResult): string {
  const many = comparisonOf(result, "clients", "openai, 64 KB a write");
  const single = comparisonOf(result, "clients", "an HTTP chunk an event");
  const ours = many.rows.filter(({ kind }) => kind === "ours").map(({ name }) => name);
  const rows = [...ours, ...peers].map((name) => `| ${name} | ${cell(many, name)} | ${cell(single, name)} |`);
  const head = `| CPU an event, to \`${many.base}\` | many events in an HTTP chunk | one event in each |`;
  return [head, "| --- | --- | --- |", ...rows].join("\n");
}

function cell({ rows }: Comparison, name: string): string {
  const ratio = rows.find((row) => row.name === name)?.ratio;
  return ratio === undefined ? "" : `${times(ratio.median)} (${times(ratio.q1)} to ${times(ratio.q3)})`;
}
