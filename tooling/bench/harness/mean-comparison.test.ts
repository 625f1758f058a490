import { expect, test } from "vitest";
import { type Comparison, comparisonRows } from "./comparison.ts";
import { meanComparison } from "./mean-comparison.ts";

type Rows = Readonly<Record<string, readonly number[]>>;

function comparison(rows: Rows): Comparison {
  const named = Object.entries(rows).map(([name, samples]) => ({ name, kind: "peer" as const, samples }));
  return { scenario: "s", title: "t", unit: "", base: "other", rows: comparisonRows(named, "other"), absent: [] };
}

const meansOf = (...cells: readonly Rows[]): Record<string, readonly number[]> => {
  const heading = { scenario: "s", title: "all", base: "ours" };
  const { rows } = meanComparison(cells.map(comparison), heading);
  return Object.fromEntries(rows.map(({ name, samples }) => [name, samples]));
};

test("the mean is taken within each round, of the ratios to the base", () => {
  const means = meansOf(
    { ours: [1, 10], peer: [4, 10], base: [1, 1] },
    { ours: [100, 1], peer: [100, 16], base: [1, 1] },
  );
  expect(means).toMatchObject({ ours: [1, 1], peer: [2, 4] });
});

test("who is not in all is compared in those where it is, and is named so", () => {
  const means = meansOf({ ours: [1], peer: [8] }, { ours: [1] }, { ours: [1], peer: [2] });
  expect(means).toEqual({ ours: [1], "peer (2 of 3)": [4] });
});

test("who lost a round has the rounds that it has everywhere", () => {
  expect(meansOf({ ours: [1, 1], peer: [2] }, { ours: [1, 1], peer: [2, 4] })).toMatchObject({ peer: [2] });
});

test("without the base there is nothing to compare", () => {
  expect(meansOf({ peer: [1] })).toEqual({});
});
