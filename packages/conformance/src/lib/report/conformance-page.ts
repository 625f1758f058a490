import type { ConformanceLevel } from "../conformance-case.ts";
import type { ConformanceOutcome, ConformanceReport, ConformanceSubject } from "./conformance-report.ts";
import { Html, markup } from "./markup.ts";
import { pageMatrix } from "./page-matrix.ts";
import { pageStyle } from "./page-style.ts";
import { levels, scoreOf, undeclaredCapabilities } from "./score.ts";

/** What each outcome means, in the order of the legend. */
const meanings: Readonly<Record<ConformanceOutcome, string>> = {
  pass: "what the case demands holds",
  fail: "it does not",
  "non-strict": "a should does not hold",
  "known-failure": "it does not hold, and the transport lists it with the reason",
  "unexpected-pass": "listed as a known failure, and it holds: the list is out of date",
  info: "several answers are right; which one came",
  unsupported: "the transport does not declare what the case needs; that it then refuses it is a case of its own",
  skipped: "the case does not apply, or cannot run on this machine",
};

/**
 * Makes the report a page: cases by area, a column for each subject, and the wire log behind all that did
 * not simply pass. One static document in HTML, with neither script nor anything to load.
 *
 * @param report from `runConformance`, merged, or read back from JSON
 */
export function conformancePage({ suiteVersion, runtime, subjects }: ConformanceReport): string {
  const cases = new Set(subjects.flatMap(({ results }) => results.map(({ id }) => id))).size;
  const { text } = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Conformance of ${subjects.map(({ name }) => name).join(", ")}</title>
<style>${new Html(pageStyle)}</style>
</head>
<body>
<header>
<h1>HTTP transports, held to one contract</h1>
<p>Each row is a demand of the transport contract of <code>@headrace/core</code>, checked at the byte against a scripted
server; each column is a transport, or a composition of some.</p>
<p class="soft">Suite ${suiteVersion}, ${cases} cases, on ${runtime.name} ${runtime.version}, ${runtime.platform} ${runtime.arch}.</p>
</header>
<main>
<ul class="cards">${subjects.map(card)}</ul>
<h2>What the words mean</h2>
<dl class="legend">${legend()}</dl>
<h2>Every case</h2>
${pageMatrix(subjects)}
</main>
</body>
</html>
`;
  return text;
}

function legend(): Html[] {
  return Object.entries(meanings).map(
    ([outcome, meaning]) =>
      markup`<dt><span class="o ${outcome}">${outcome.replace("-", " ")}</span></dt><dd>${meaning}</dd>\n`,
  );
}

function card({ name, version, results }: ConformanceSubject): Html {
  const { passed, applied } = scoreOf(results);
  const undeclared = undeclaredCapabilities(results);
  const missing = undeclared.length === 0 ? "" : markup`<p class="soft">Does not declare ${undeclared.join(", ")}.</p>`;
  return markup`<li>
    <h3>${name}</h3>
    <p class="soft version">${version}</p>
    <p class="passed"><strong>${passed}</strong> of ${applied} that apply passed</p>
    <p>
      ${levels
        .map((level) => levelScore(level, results))
        .filter((text) => text !== "")
        .join(", ")}
    </p>
    ${outcomeCounts(results)}${missing}
  </li> `;
}

function levelScore(level: ConformanceLevel, results: ConformanceSubject["results"]): string {
  const { passed, applied } = scoreOf(results.filter((result) => result.level === level));
  return applied === 0 ? "" : `${level} ${passed} of ${applied}`;
}

function outcomeCounts(results: ConformanceSubject["results"]): Html {
  const outcomes = scoreOf(results).notPassed.map(({ outcome }) => outcome);
  if (outcomes.length === 0) return markup``;
  const counts = [...new Set(outcomes)].map((outcome) => {
    const count = outcomes.filter((other) => other === outcome).length;
    return markup`<span class="o ${outcome}">${outcome.replace("-", " ")} ${count}</span> `;
  });
  return markup`<p>${counts}</p>`;
}
