import type { Transport } from "@headrace/core/transport";
import { expect, test } from "vitest";
import { referenceTransport } from "./reference-transport.ts";
import { type SilenceOptions, SilenceWatch, type Wait } from "./silence.ts";
import { createWireLog, type WireLog } from "./wire-log.ts";

const never = (): Promise<never> => new Promise(() => {});
const dead = (): Transport => ({ ...referenceTransport(), send: never, close: never });

function logOf(...who: readonly string[]): WireLog {
  const log = createWireLog();
  for (const each of who) log.note(each, "accepted");
  return log;
}

/** How a wait ended, and after how many ms. */
function vain(
  { limit, isGrowing, ...rest }: Omit<SilenceOptions, "create" | "grace"> & Omit<Wait, "inVain">,
  create: () => Transport = referenceTransport,
): Promise<[how: string, ms: number]> {
  const started = performance.now();
  const watch = new SilenceWatch({ ...rest, grace: create === dead ? 30 : 5000, create });
  return new Promise((resolve) => {
    const inVain: Wait["inVain"] = (how) => {
      stop();
      resolve([how, performance.now() - started]);
    };
    const stop = watch.add({ limit, inVain, ...(isGrowing && { isGrowing }) });
  });
}

test("a wait is in vain once it is quiet and other exchanges are answered, long before its limit", async () => {
  const [how, ms] = await vain({ log: logOf("conn 1"), limit: 60_000, quiet: 20 });
  expect(how).toBe("observed");
  expect(ms).toBeGreaterThan(19);
  expect(ms).toBeLessThan(10_000);
});

test("it goes on to its limit while anything happens, while nobody has connected, and while a body grows", async () => {
  const busy = logOf("conn 1");
  const noting = setInterval(() => busy.note("client", "body"), 5);
  let grown = 0;
  const isGrowing = (): boolean => grown++ === 0;
  const ends = await Promise.all([
    vain({ log: busy, limit: 150, quiet: 50 }),
    vain({ log: logOf("client"), limit: 150, quiet: 50 }),
    vain({ log: logOf("client"), limit: 75, quiet: 50, isGrowing }),
  ]);
  clearInterval(noting);
  for (const [how, ms] of ends) {
    expect(how).toBe("observed");
    expect(ms).toBeGreaterThan(149);
  }
});

test("where other exchanges are not answered either it was a wait, no more, and it ends all the same", async () => {
  const [how, ms] = await vain({ log: logOf("conn 1"), limit: 100, quiet: 30 }, dead);
  expect(how).toBe("waited");
  expect(ms).toBeGreaterThan(99);
});

test("of many waits each has its own limit, and what ended is no longer watched", async () => {
  const watch = new SilenceWatch({ log: logOf("client"), quiet: 1000, grace: 500, create: referenceTransport });
  const order: number[] = [];
  const done = new Promise<void>((resolve) => {
    for (const limit of [120, 40, 80]) {
      const inVain = (): void => {
        order.push(limit);
        stop();
        if (limit === 120) resolve();
      };
      const stop = watch.add({ limit, inVain });
    }
    watch.add({ limit: 60, inVain: () => order.push(60) })();
  });
  await done;
  expect(order).toEqual([40, 80, 120]);
});

test("the end of the wait ends the watch, in the middle of a control too", async () => {
  let stop = (): void => {};
  const heard: string[] = [];
  const stopped = new Promise<void>((resolve) => {
    const create = (): Transport => {
      stop();
      resolve();
      return referenceTransport();
    };
    const watch = new SilenceWatch({ log: logOf("conn 1"), quiet: 5, grace: 500, create });
    stop = watch.add({ limit: 10, inVain: (how) => heard.push(how) });
  });
  await stopped;
  await vain({ log: logOf("conn 1"), limit: 60_000, quiet: 20 });
  expect(heard).toEqual([]);
});
