import { areas, type ConformanceArea } from "../conformance-case.ts";
import { wireText, type WireEntry } from "../wire-log.ts";
import type { ConformanceResult, ConformanceSubject, Finding } from "./conformance-report.ts";
import { describeFinding } from "./describe-result.ts";
import { type Html, markup } from "./markup.ts";
import { scoreOf } from "./score.ts";

/** A subject as a column: its results by case. */
interface Column {
  readonly name: string;
  readonly results: ReadonlyMap<string, ConformanceResult>;
}

/** The table of cases by subjects; under a case, what is to be said of it and what happened. */
export function pageMatrix(subjects: readonly ConformanceSubject[]): Html {
  const columns = subjects.map(({ name, results }) => ({
    name,
    results: new Map(results.map((row) => [row.id, row])),
  }));
  const cases = new Map(subjects.flatMap(({ results }) => results.map((row) => [row.id, row])));
  const rows = [...cases.values()];
  const sections = (Object.keys(areas) as ConformanceArea[]).map((area) =>
    areaSection(
      area,
      rows.filter((row) => row.area === area),
      columns,
    ),
  );
  return markup`<table class="matrix" style="--columns: ${columns.length}">
    <thead>
      <tr>
        <th scope="col">case</th>
        ${columns.map(({ name }) => markup`<th scope="col">${name}</th>`)}
      </tr>
    </thead>
    ${sections}
  </table>`;
}

function areaSection(area: ConformanceArea, cases: readonly ConformanceResult[], columns: readonly Column[]): Html {
  if (cases.length === 0) return markup``;
  const scores = columns.map(({ name, results }) => {
    const { passed, applied } = scoreOf(cases.flatMap(({ id }) => results.get(id) ?? []));
    return markup`<td data-of="${name}">${applied === 0 ? "none apply" : `${passed} of ${applied}`}</td>`;
  });
  const count = cases.length === 1 ? "1 case" : `${cases.length} cases`;
  return markup`<tbody id="${area}">
    <tr class="area">
      <th scope="rowgroup"><code>${area}</code> ${areas[area]} <span class="soft">· ${count}</span></th>
      ${scores}
    </tr>
    ${cases.map((row) => caseRows(row, columns))}
  </tbody> `;
}

function caseRows({ id, title, level, scope, spec }: ConformanceResult, columns: readonly Column[]): Html {
  const cells = columns.map(({ name, results }, at) => markup`<td data-of="${name}">${cell(results.get(id), at)}</td>`);
  const notes = columns.flatMap(({ name, results }, at) => note(results.get(id), name, at));
  const where = markup`<code>${id}</code> ·
    <span class="level">${level}</span>${scope === "verb" ? " · of the verbs" : ""} · ${withCode(spec)}`;
  const noted = notes.length > 0 ? markup` class="has-notes"` : "";
  const under = markup`<tr class="notes">
    <td colspan="${columns.length + 1}">${notes}</td>
  </tr> `;
  return markup`<tr${noted}>
    <th scope="row"><span class="title">${withCode(title)}</span><span class="where">${where}</span></th>
    ${cells}
  </tr>
  ${notes.length > 0 ? under : ""}`;
}

/** What stands between backquotes, as code. */
function withCode(text: string): Html[] {
  return text.split("`").map((part, at) => (at % 2 === 0 ? markup`${part}` : markup`<code>${part}</code>`));
}

function cell(result: ConformanceResult | undefined, column: number): Html {
  if (result === undefined) return markup`<span class="o">not run</span>`;
  const { id, outcome, reason } = result;
  const word = outcome.replace("-", " ");
  if (isNoted(result)) return markup`<a class="o ${outcome}" href="#${column}-${id}">${word}</a>`;
  return markup`<span class="o ${outcome}"${reason === undefined ? "" : markup` title="${reason}"`}>${word}</span>`;
}

/** Whether there is more to say than the word: all that has a wire log, and a pass with a doubt. */
function isNoted({ outcome, reason, wire }: ConformanceResult): boolean {
  return wire !== undefined || (outcome === "pass" && reason !== undefined);
}

function note(result: ConformanceResult | undefined, name: string, column: number): Html[] {
  if (result === undefined || !isNoted(result)) return [];
  const { id, outcome, reason, expected, received, also = [], wire = [], ms } = result;
  const first = expected === undefined || received === undefined ? [] : [{ expected, received }];
  return [
    markup`<details id="${column}-${id}">
      <summary>
        ${name}: <span class="o ${outcome}">${outcome.replace("-", " ")}</span> ${reason ?? received ?? ""}
      </summary>
      <dl>
        ${first.map(finding)} ${also.map((other) => markup`<dt>also</dt><dd>${describeFinding(other)}</dd>`)}
        <dt>took</dt>
        <dd>${ms} ms</dd>
      </dl>
      ${wire.length === 0 ? "" : markup`<pre>${wire.map(wireLine)}</pre>`}
    </details>`,
  ];
}

function finding({ expected, received }: Pick<Finding, "expected" | "received">): Html {
  return markup`<dt>expected</dt><dd>${expected}</dd><dt>received</dt><dd>${received}</dd>`;
}

function wireLine(entry: WireEntry): Html {
  const start = `${entry.ms.toFixed(1).padStart(7)}  ${entry.who.padEnd(7)} `;
  const text = wireText(entry);
  if (entry.direction === undefined) return markup`${start}${text}\n`;
  return markup`${start}<span class="${entry.direction === "<" ? "s" : "r"}">${text}</span>\n`;
}
