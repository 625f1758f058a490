import {
  areas,
  type ConformanceReport,
  type ConformanceResult,
  type ConformanceSubject,
  describeResult,
  isRed,
  scoreOf,
} from "@headrace/conformance";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleLine, visibleText } from "./visible-text.ts";

const nameLength = 40;
const versionLength = 120;

/** What came of a run, for people: areas by transports, then what is red in full, and the rest that did not pass in a line each. */
export function describeReport({ subjects }: ConformanceReport, paint: Paint): string {
  const versions = subjects.map(
    ({ name, version }) => `${paint("bold", visibleLine(name, nameLength))}  ${visibleLine(version, versionLength)}\n`,
  );
  const red = pick(subjects, isRed).map(
    ({ name, result }) => `${paint("red", `${name}: ${result.outcome}`)} ${visibleText(describeResult(result))}\n\n`,
  );
  const others = pick(subjects, isExcused).map(
    ({ name, result: { id, outcome, reason, expected, received } }) =>
      `${paint("yellow", `${name}: ${outcome}`)} ${id}: ${visibleLine(reason ?? `expected ${expected}, received ${received}`)}\n`,
  );
  const verdict = red.length === 0 ? paint("green", "nothing failed") : paint("red", `${red.length} failed`);
  const blocks = [versions.join(""), scoreTable(subjects, paint), red.join("").trimEnd(), others.join(""), verdict];
  return blocks
    .filter((block) => block !== "")
    .map((block) => `${block.trimEnd()}\n`)
    .join("\n");
}

/** A row for each area that was run, a column for each transport: how many passed of those that apply. */
function scoreTable(subjects: readonly ConformanceSubject[], paint: Paint): string {
  const rows = Object.entries(areas).flatMap(([area, title]) => {
    const inArea = subjects.map(({ results }) => results.filter((result) => result.area === area));
    return inArea.every(({ length }) => length === 0) ? [] : [[area, title, ...inArea.map(score)]];
  });
  const all = ["", "all", ...subjects.map(({ results }) => score(results))];
  const head = ["", "", ...subjects.map(({ name }) => paint("bold", visibleLine(name, nameLength)))];

  function score(results: readonly ConformanceResult[]): string {
    const { passed, applied, notPassed } = scoreOf(results);
    const text = `${passed} of ${applied}`;
    if (applied === 0) return paint("dim", "–");
    return notPassed.length === 0 ? paint("green", text) : paint(notPassed.some(isRed) ? "red" : "yellow", text);
  }
  return table([head, ...rows, all]);
}

function isExcused({ outcome }: ConformanceResult): boolean {
  return outcome === "known-failure" || outcome === "non-strict";
}

function pick(
  subjects: readonly ConformanceSubject[],
  isWanted: (result: ConformanceResult) => boolean,
): { name: string; result: ConformanceResult }[] {
  return subjects.flatMap(({ name, results }) =>
    results.filter(isWanted).map((result) => ({ name: visibleLine(name, nameLength), result })),
  );
}
