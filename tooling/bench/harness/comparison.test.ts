import { expect, test } from "vitest";
import { comparisonRows, failureOf, meanOf } from "./comparison.ts";

test("each row has its ratio to the base's same rounds; who has no sample has no row", () => {
  const rows = [
    { name: "base", kind: "floor", samples: [1, 2, 4] },
    { name: "other", kind: "ours", samples: [3, 6, 12] },
    { name: "absent", kind: "peer", samples: [] },
  ] as const;
  expect(comparisonRows(rows, "base")).toEqual([
    expect.objectContaining({ name: "base", ratio: { q1: 1, median: 1, q3: 1 } }),
    expect.objectContaining({
      name: "other",
      spread: { q1: 4.5, median: 6, q3: 9 },
      ratio: { q1: 3, median: 3, q3: 3 },
    }),
  ]);
});

test("processor time is compared as a sum, and its median divides as all rounds do", () => {
  const samples = [
    { user: 1, system: 1 },
    { user: 3, system: 2 },
    { user: 8, system: 0 },
  ];
  const [, row] = comparisonRows(
    [
      { name: "base", kind: "floor", samples: [1, 1, 1] },
      { name: "other", kind: "ours", samples },
    ],
    "base",
  );
  expect(row).toMatchObject({ samples: [2, 5, 8], ratio: { median: 5 }, cpu: { user: 4, system: 1 } });
});

test("without a base there is no ratio", () => {
  const [row] = comparisonRows([{ name: "only", kind: "ours", samples: [2] }], "");
  expect(row).toEqual({ name: "only", kind: "ours", samples: [2], spread: { q1: 2, median: 2, q3: 2 } });
});

test("the mean of processor time keeps its parts", () => {
  expect(meanOf([1, 2, 6])).toBe(3);
  const samples = [
    { user: 1, system: 0 },
    { user: 3, system: 8 },
  ];
  expect(meanOf(samples)).toEqual({ user: 2, system: 4 });
});

test("a failure is told in one line, without a stack", () => {
  const reason = "the first line";
  expect(failureOf("x", new Error(`${reason}\n    at /home/somebody`))).toEqual({ name: "x", reason, failed: true });
  expect(failureOf("x", reason)).toEqual({ name: "x", reason, failed: true });
});
