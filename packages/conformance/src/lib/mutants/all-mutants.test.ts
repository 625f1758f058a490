import { expect, test } from "vitest";
import { runConformance } from "../run-conformance.ts";
import { mutants } from "./all-mutants.ts";
import type { Mutant } from "./mutant.ts";

/** A mutant that hangs is waited for no longer than it takes to be sure. */
const scale = 0.3;
const budget = 30_000;

async function expectFailures({ fails, create }: Mutant): Promise<void> {
  const { results } = await runConformance(create, { only: fails, scale });
  const outcomes = Object.fromEntries(results.map(({ id, outcome }) => [id, outcome]));
  expect(outcomes).toEqual(Object.fromEntries(fails.map((id) => [id, "fail"])));
  const ranOut = results.filter(({ error }) => error?.includes("expected: the case to come to an end"));
  expect(ranOut.map(({ id }) => id)).toEqual([]);
}

const [loud, quiet] = [mutants.filter(({ isLoud }) => isLoud), mutants.filter(({ isLoud }) => !isLoud)];

test.concurrent.each(quiet)("the suite fails $name where it should", expectFailures, budget);
test.each(loud)("the suite fails $name where it should", expectFailures, budget);
