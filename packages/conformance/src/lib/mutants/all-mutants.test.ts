import { beforeAll, expect, test } from "vitest";
import { allCases } from "../all-cases.ts";
import { certificates } from "../certificates.ts";
import { referenceCodings } from "../reference-coding.ts";
import { runConformance } from "../run-conformance.ts";
import { mutants } from "./all-mutants.ts";
import { unnamedCases } from "./cases-page.ts";
import type { Mutant } from "./mutant.ts";
import { unproven } from "./unproven.ts";

/** What the reference cannot do on this version of Node, and so no mutant of it either. */
const notHere = new Set(
  allCases.filter(({ id }) => id.startsWith("enc.zstd") && !referenceCodings.includes("zstd")).map(({ id }) => id),
);

/** Threads and processes take their time to start. */
const scale = { usual: 0.6, threads: 1, processes: 1 } as const;
const budget = 30_000;
/** A wait runs out also where the machine is busy: such a run says nothing. */
const attempts = 3;

async function expectFailures(mutant: Mutant, attempt: number): Promise<void> {
  const { fails, create, module } = mutant;
  const usual = fails.some((id) => id.startsWith("sync.")) ? scale.threads : scale.usual;
  const where = module === undefined ? { scale: usual } : { scale: scale.processes, module };
  const run = { only: fails, concurrency: 1, secondRuns: false, ...where };
  const { subjects } = await runConformance(create, run);
  const results = subjects.flatMap((subject) => subject.results);
  const outcomes = Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]));
  const expected = fails.map((id) => [id, notHere.has(id) ? "unsupported" : "fail"]);
  expect(outcomes).toEqual(Object.fromEntries(expected));
  const inVain = results.filter(({ how }) => how === "waited");
  if (inVain.length > 0 && attempt < attempts) {
    return expectFailures({ ...mutant, fails: inVain.map(({ id }) => id) }, attempt + 1);
  }
  expect(inVain.map(({ id, expected: awaited }) => [id, awaited])).toEqual([]);
}

/** Whether it must run alone: its fault shows elsewhere, or its cases block the thread or measure how fast it is. */
function isLoud({ isLoud: says = false, fails }: Mutant): boolean {
  return says || fails.some((id) => /^(?:sync|bp\.(?:stalls|resumes))|^verb\.slow/.test(id));
}

// Not on the time of the first case that needs them.
beforeAll(() => certificates());

test.concurrent.each(mutants.filter((mutant) => !isLoud(mutant)))(
  "the suite fails $name where it should, and by no wait that ran out",
  (mutant) => expectFailures(mutant, 1),
  budget,
);
test.each(mutants.filter(isLoud))(
  "the suite fails $name where it should, and by no wait that ran out",
  (mutant) => expectFailures(mutant, 1),
  budget,
);

test("every case that must hold is proven on a mutant, or said to be unproven", () => {
  expect(unnamedCases()).toEqual([]);
});

test("what is said to be unproven is a case that must hold, and no mutant fails it", () => {
  const named = new Set(mutants.flatMap(({ fails }) => fails));
  const musts = new Set(allCases.filter(({ level }) => level === "must").map(({ id }) => id));
  expect(Object.keys(unproven).filter((id) => named.has(id) || !musts.has(id))).toEqual([]);
});

test("names of mutants are their own", () => {
  const names = mutants.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
});
