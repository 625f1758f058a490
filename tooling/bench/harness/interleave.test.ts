import { expect, test, vi } from "vitest";
import { interleave } from "./interleave.ts";

test("everybody runs once a round, and each round begins with the next one", async () => {
  const order: string[] = [];
  const runs = ["a", "b", "c"].map((name) => async () => order.push(name));
  const samples = await interleave(runs, 4, () => {});
  expect(order.join("")).toBe("abcbcacababc");
  expect(samples).toEqual([
    [1, 6, 8, 10],
    [2, 4, 9, 11],
    [3, 5, 7, 12],
  ]);
});

test("who fails is told of once, and the others go on", async () => {
  const failed = vi.fn();
  const error = new Error("no");
  const bad = vi.fn(async (): Promise<number> => {
    throw error;
  });
  const samples = await interleave([async () => 1, bad], 3, failed);
  expect(samples).toEqual([[1, 1, 1], []]);
  expect(failed.mock.calls).toEqual([[1, error]]);
  expect(bad).toHaveBeenCalledOnce();
});
