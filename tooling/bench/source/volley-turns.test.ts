import { expect, test } from "vitest";
import { VolleyTurns } from "./volley-turns.ts";

/** When the turns of a run on a clock of its own come, where the turn with the number `slow` takes `takes` ms. */
function timesOf(rate: number, count: number, slow = 0, takes = 0): Promise<number[]> {
  return new Promise((resolve) => {
    let now = 0;
    const times: number[] = [];
    new VolleyTurns({ now: () => now, wait: (duration) => (now += duration) }).add(rate, () => {
      times.push(Math.round(now * 1000) / 1000);
      if (times.length === slow) now += takes;
      if (times.length < count) return true;
      resolve(times);
      return false;
    });
  });
}

test("turns come on the schedule, however long an interval is", async () => {
  expect(await timesOf(100, 4)).toEqual([10, 20, 30, 40]);
  expect(await timesOf(2000, 4)).toEqual([0.5, 1, 1.5, 2]);
});

test("who is a little late does not move the schedule", async () => {
  expect(await timesOf(100, 4, 1, 4)).toEqual([10, 20, 30, 40]);
});

test("who is very late gets one turn early, by half an interval, and the schedule begins anew", async () => {
  expect(await timesOf(100, 5, 2, 100)).toEqual([10, 20, 125, 135, 145]);
});

test("each has a schedule of its own, and the others go on when one is done", async () => {
  const order: string[] = [];
  let now = 0;
  const turns = new VolleyTurns({ now: () => now, wait: (duration) => (now += duration) });
  const run = (name: string, rate: number, count: number): Promise<void> =>
    new Promise((resolve) => {
      let given = 0;
      turns.add(rate, () => {
        order.push(name);
        given += 1;
        if (given === count) resolve();
        return given < count;
      });
    });
  await Promise.all([run("slow", 99, 2), run("fast", 300, 4)]);
  expect(order).toEqual(["fast", "fast", "fast", "slow", "fast", "slow"]);
});
