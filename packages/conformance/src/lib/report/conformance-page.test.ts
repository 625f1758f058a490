import { expect, test } from "vitest";
import { conformancePage } from "./conformance-page.ts";
import type { ConformanceReport, ConformanceResult, ConformanceSubject } from "./conformance-report.ts";

const runtime = { name: "node", version: "24.0.0", platform: "linux", arch: "x64" };

function result(id: string, rest: Partial<ConformanceResult> = {}): ConformanceResult {
  return {
    id,
    area: "body",
    title: `what ${id} demands`,
    level: "must",
    scope: "transport",
    spec: "RFC 9112 7.1",
    outcome: "pass",
    ms: 3,
    ...rest,
  };
}

function report(...subjects: readonly Partial<ConformanceSubject>[]): ConformanceReport {
  const filled = subjects.map((subject) => ({ name: "one", version: "one/1", supports: {}, results: [], ...subject }));
  return { suiteVersion: "1.0.0", runtime, subjects: filled };
}

const wire = [
  { ms: 0.5, who: "client", text: "send GET http://127.0.0.1:1/" },
  { ms: 12.3, who: "conn 1", direction: "<" as const, text: "", size: 3, bytes: String.raw`a\r\n` },
  { ms: 13, who: "client", text: "head 200" },
];
const failed = { outcome: "fail", expected: "send() to resolve", received: "it <b>did not</b>", wire } as const;
const several = report(
  { name: "one", results: [result("body.a"), result("body.b", failed)] },
  {
    name: "two",
    results: [
      result("body.a", { outcome: "known-failure", reason: "upstream issue 7", received: "nothing", wire }),
      result("body.b", { outcome: "unsupported", reason: "does not declare http2", ms: 0 }),
    ],
  },
);

const emptyElements = new Set(["meta", "!doctype"]);

/** Fails unless every element that is opened is closed, in order, and every link leads to an id, each there once. */
function expectWellFormed(page: string): void {
  const open: string[] = [];
  for (const [, slash, name = ""] of page
    .replace(/<style>.*?<\/style>/s, "")
    .matchAll(/<(\/?)([!a-z][a-z0-9]*)[^<>]*>/g)) {
    if (emptyElements.has(name)) continue;
    if (slash === "") open.push(name);
    else if (open.at(-1) === name) open.pop();
  }
  expect(open).toEqual([]);
  const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [, id] of page.matchAll(/href="#([^"]*)"/g)) expect(ids).toContain(id);
}

test("a page has a row for each case, a column for each subject, and a word in every cell", () => {
  const page = conformancePage(several);
  expectWellFormed(page);
  expect(page).toContain('<th scope="col">one</th><th scope="col">two</th>');
  expect(page).toMatch(/body\.a<\/code>[^]*?>must<[^]*?RFC 9112 7\.1/);
  expect(page).toMatch(/<td data-of="one"><span class="o pass">pass<\/span><\/td>/);
  expect(page).toMatch(/<td data-of="two"><a class="o known-failure" href="#1-body\.a">known failure<\/a><\/td>/);
  expect(page).toMatch(/<td data-of="two"><span class="o unsupported" title="does not declare http2">unsupported</);
  expect(page).toContain("<strong>1</strong> of 2 that apply passed");
  expect(page).toContain("Does not declare http2.");
});

test("behind what did not pass is what was expected, what came, and the wire", () => {
  const page = conformancePage(several);
  expect(page.match(/<details/g)).toHaveLength(2);
  expect(page).toContain("<dt>expected</dt><dd>send() to resolve</dd>");
  expect(page).toContain("upstream issue 7");
  expect(page).toContain(String.raw`   12.3  conn 1  <span class="s">&lt; 3 bytes &quot;a\r\n&quot;</span>`);
  const logs = [...page.matchAll(/<pre>(.*?)<\/pre>/gs)].map(([, log = ""]) => log.trimEnd().split("\n"));
  expect(logs.map(({ length }) => length)).toEqual([wire.length, wire.length]);
});

test("it loads nothing, runs nothing, and follows the reader's colours", () => {
  const page = conformancePage(several);
  expect(page).not.toMatch(/<script|<link|<img|@import|url\(|\bsrc=|\bon[a-z]+=|https?:\/\/(?!127)/i);
  expect(page).toContain("prefers-color-scheme: dark");
  expect(page).toContain("@media print");
});

test("nothing in a report becomes markup", () => {
  const hostile = `</pre></style><script>alert(1)</script>"'&\0\u001b[2J\uD800`;
  const all = {
    name: hostile,
    version: hostile,
    results: [
      result("body.a", {
        ...failed,
        title: hostile,
        spec: hostile,
        reason: hostile,
        expected: hostile,
        received: hostile,
        also: [{ expected: hostile, received: hostile, how: "observed" }],
        wire: [{ ms: 1, who: hostile, direction: ">", text: hostile, size: 1, bytes: hostile }],
      }),
      result("body.b", { outcome: "skipped", reason: hostile }),
    ],
  };
  const page = conformancePage(report(all));
  expect(page).not.toContain("<script");
  expect(page.match(/<\/style>/g)).toHaveLength(1);
  // oxlint-disable-next-line no-control-regex -- that there are none
  expect(page).not.toMatch(/[\0\u001b]|\p{Surrogate}/u);
  expectWellFormed(page);
});

test("JSON carries all that the page is made of", () => {
  expect(conformancePage(JSON.parse(JSON.stringify(several)) as ConformanceReport)).toBe(conformancePage(several));
});

test("a case that a subject lacks was not run, and a report of nothing is a page", () => {
  expect(conformancePage(report({ results: [result("body.a")] }, { name: "two" }))).toContain("not run");
  expectWellFormed(conformancePage(report()));
});

test("ten subjects of 350 cases stay under 1.5 MB", () => {
  const long = Array.from({ length: 40 }, () => ({
    ms: 1,
    who: "conn 1",
    direction: "<" as const,
    text: "",
    size: 160,
    bytes: "x".repeat(160),
  }));
  const results = Array.from({ length: 350 }, (_, at) =>
    result(`body.case-${at}`, at < 10 ? { outcome: "info", reason: "so", wire: long } : {}),
  );
  const page = conformancePage(report(...Array.from({ length: 10 }, (_, at) => ({ name: `subject ${at}`, results }))));
  expect(page.length).toBeLessThan(1_500_000);
});
