import { expect, test } from "vitest";
import { geometricMean, ratiosOf, spreadOf } from "./spread.ts";

test("spreadOf gives the median and the quartiles, between neighbours where need be", () => {
  expect(spreadOf([5, 1, 4, 2, 3])).toEqual({ q1: 2, median: 3, q3: 4 });
  expect(spreadOf([4, 1, 3, 2])).toEqual({ q1: 1.75, median: 2.5, q3: 3.25 });
  expect(spreadOf([7])).toEqual({ q1: 7, median: 7, q3: 7 });
  expect(spreadOf([]).median).toBeNaN();
});

test("ratiosOf divides within a round, so that what slows a whole round drops out", () => {
  expect(ratiosOf([2, 20, 200], [1, 10, 100])).toEqual([2, 2, 2]);
  expect(ratiosOf([2, 20, 200], [1])).toEqual([2]);
});

test("a ratio and its inverse have the geometric mean 1", () => {
  expect(geometricMean([4, 0.25])).toBeCloseTo(1);
  expect(geometricMean([1, 2, 4])).toBeCloseTo(2);
});
