import { allCases } from "../all-cases.ts";
import { areas, type ConformanceArea, type ConformanceCase } from "../conformance-case.ts";
import { suiteVersion } from "../run-conformance.ts";
import { mutants } from "./all-mutants.ts";
import { unproven } from "./unproven.ts";

const introduction = `# The cases

Written by \`pnpm cases\`; do not edit.

Every case of the suite, version ${suiteVersion}. _Level_: \`must\`, \`should\` (reported as \`non-strict\` where it does not hold), \`may\`
(several answers are right) or \`info\`. _Over_: whether the case calls the transport or the verbs of core over it. _Needs_: what \`supports\`
must declare, or with \`!\` must not, and what the machine must have. _Found by_: the mutants (broken variants of the reference transport,
or of the verbs) that the case is proven to fail. Each is found by what came, or by what had not come when exchanges that were asked
for later had been answered; none by a wait that merely ran out.`;

/** What must hold and no mutant is named to fail, nor a reason given. */
export function unnamedCases(): readonly string[] {
  const named = new Set(mutants.flatMap(({ fails }) => fails));
  return allCases
    .filter(({ id, level }) => level === "must" && !named.has(id) && !Object.hasOwn(unproven, id))
    .map(({ id }) => id);
}

/** The list of all cases as Markdown, a table an area, with the mutants that each is proven on. */
export function casesPage(): string {
  const names = Object.keys(areas) as ConformanceArea[];
  const sections = names.map((area) => [`## \`${area}\`: ${areas[area]}`, areaTable(area)].join("\n\n"));
  const musts = allCases.filter(({ level }) => level === "must").length;
  const count = `${allCases.length} cases, ${musts} of them \`must\`; ${mutants.length} mutants.`;
  return `${[introduction, count, ...sections, "## Unproven", unprovenList()].join("\n\n")}\n`;
}

function areaTable(area: ConformanceArea): string {
  const rows = allCases.filter((candidate) => candidate.area === area).map(rowOf);
  return table([["id", "what must hold", "level", "over", "needs", "where it is written", "found by"], ...rows]);
}

function rowOf({ id, title, level, scope, needs, spec }: ConformanceCase): string[] {
  const killed = mutants.filter(({ fails }) => fails.includes(id)).map(({ name }) => name);
  const over = scope === "verb" ? "verbs" : "transport";
  return [`\`${id}\``, title, level, over, needs.map((need) => `\`${need}\``).join(" "), spec, killed.join(", ")];
}

function unprovenList(): string {
  const entries = Object.entries(unproven).map(([id, reason]) => `- \`${id}\`: ${reason}`);
  return entries.length === 0 ? "None: every `must` is proven on a mutant." : entries.join("\n");
}

function table(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [header = [], ...body] = cells;
  return [line(header), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n");
}
