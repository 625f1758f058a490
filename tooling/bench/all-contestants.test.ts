import { createHash } from "node:crypto";
import { afterAll, describe, expect, test } from "vitest";
import { allClients } from "./clients/all-clients.ts";
import { slowReaders } from "./clients/slow-readers.ts";
import type { Contestant } from "./contestant.ts";
import { allFramers } from "./framers/all-framers.ts";
import { checkResult } from "./harness/check-result.ts";
import { pageFramers } from "./harness/frame-in-page.ts";
import type { ContestantJob } from "./harness/contestant-job.ts";
import { NotHere, startContestant, startInChromium } from "./harness/start-contestant.ts";
import { startLoadSource } from "./source/start-load-source.ts";
import { workloadNames, type WorkloadName } from "./workloads/shapes.ts";
import { streamOf } from "./workloads/workload.ts";

const source = await startLoadSource();
afterAll(() => source.stop());

/** Two of the big ones, so that nobody joins them; enough of the others for a ping and several pieces. */
const eventsOf = (workload: WorkloadName): number => ({ "64k": 3, "4m": 2 })[workload as string] ?? 70;

/** What a contestant is to deliver, digested as it digests. */
function digestOf({ gives = ({ data }) => data }: Contestant<unknown>, { workload, events }: ContestantJob): string {
  const hash = createHash("sha256");
  for (const { event } of streamOf(workload, events)) {
    const value = event === undefined ? undefined : gives(event);
    if (value !== undefined) hash.update(`${JSON.stringify(value)}\n`);
  }
  return hash.digest("hex");
}

/** Runs all jobs, in one process, and holds each result against what is in the stream. */
async function expectEqualEvents(
  contestant: Contestant<unknown>,
  jobs: readonly ContestantJob[],
  start: typeof startInChromium = startContestant,
): Promise<void> {
  const running = await start(contestant.name);
  try {
    for (const job of jobs) {
      const result = await running.run({ ...job, digest: true });
      checkResult(contestant, job, result);
      expect([job.workload, job.pieceSize, job.load, result.digest]).toEqual([
        job.workload,
        job.pieceSize,
        job.load,
        digestOf(contestant, job),
      ]);
    }
  } finally {
    await running.stop();
  }
}

const framerJobs = (workload: WorkloadName, sizes: readonly (number | "event")[]): ContestantJob[] =>
  sizes.map((pieceSize) => ({ workload, events: eventsOf(workload), times: 1, pieceSize }));

function clientJob(workload: WorkloadName, framing: "chunked" | "chunk-per-event" | "close"): ContestantJob {
  const load = { port: source.port, framing, pace: "burst", streams: 1 } as const;
  return { workload, events: eventsOf(workload), times: 1, load };
}

/** Everybody keeps a connection that can be kept, so that a stream's first event costs everybody the same work. */
async function expectConnections({ name, refuses }: Contestant<unknown>): Promise<void> {
  const workload = workloadNames.find((each) => refuses?.(each, 65_536) === undefined) ?? "openai";
  const running = await startContestant(name);
  const used = async (framing: "length" | "close"): Promise<number> => {
    const before = await source.connections();
    const load = { port: source.port, framing, pace: "burst", streams: 1 } as const;
    await running.run({ workload, events: 3, times: 10, load });
    return (await source.connections()) - before;
  };
  const [fresh, kept] = [await used("close"), await used("length")];
  await running.stop();
  expect(fresh).toBe(10);
  // some ask again before the connection is back in its pool, once; the command keeps nothing
  expect(kept).toBeLessThanOrEqual(name === "curl -N" ? 10 : 2);
}

const timeout = 30_000;

describe("framers deliver what is in the streams", { timeout }, () => {
  const sizes = (workload: WorkloadName): number[] => (workload === "4m" ? [65_536] : [16_384, 257, 17]);

  test.for(allFramers)("$name", async (framer) => {
    const able = (workload: WorkloadName) => (size: number) => framer.refuses?.(workload, size) === undefined;
    const jobs = (workload: WorkloadName): ContestantJob[] => {
      const event = able(workload)(Infinity) ? (["event"] as const) : [];
      return framerJobs(workload, [...sizes(workload).filter(able(workload)), ...event]);
    };
    await expectEqualEvents(framer, workloadNames.flatMap(jobs));
  });

  test.for(pageFramers)("$name, in Chromium", async (framer, { skip }) => {
    const jobs = workloadNames.flatMap((workload) => framerJobs(workload, [...sizes(workload), "event"]));
    try {
      await expectEqualEvents(framer, jobs, startInChromium);
    } catch (error) {
      if (error instanceof NotHere) return skip(error.message);
      throw error;
    }
  });
});

describe("clients deliver what is in the streams", { timeout }, () => {
  test.for(slowReaders)("reading slowly: $name", async (client) => {
    await expectEqualEvents(client, [{ ...clientJob("tiny", "chunked"), events: 1000 }]);
  });

  test.for(allClients)("$name", async (client, { skip }) => {
    const jobs = workloadNames
      .filter((workload) => client.refuses?.(workload, 65_536) === undefined)
      .flatMap((workload) => [clientJob(workload, "chunked"), clientJob(workload, "chunk-per-event")]);
    try {
      await expectEqualEvents(client, [...jobs, clientJob(jobs[0]?.workload ?? "openai", "close")]);
      await expectConnections(client);
    } catch (error) {
      if (client.name === "curl -N" && String(error).includes("ENOENT")) return skip("there is no curl");
      throw error;
    }
  });
});

describe("who is left out, is left out for a reason", { timeout }, () => {
  test.for([
    ["fetch-event-source parser", { workload: "comments", events: 3, times: 1, pieceSize: 64 }],
    ["fetch-event-source", clientJob("comments", "chunked")],
  ] as const)("%s makes events of comments", async ([name, job]) => {
    const running = await startContestant(name);
    const { events } = await running.run(job);
    await running.stop();
    expect(events).toBeGreaterThan(0);
  });

  test("undici EventSourceStream refuses what comes in very many pieces", async () => {
    const running = await startContestant("undici EventSourceStream");
    const [job] = framerJobs("4m", [17]);
    await expect(running.run(job as ContestantJob)).rejects.toThrow("size exceeded");
    await running.stop();
  });
});

test("a contestant that is not there, and one that fails, say so", async () => {
  await expect(startContestant("nobody")).rejects.toThrow("there is no contestant nobody");
  const running = await startContestant("forEachEvent, undici");
  const load = { port: 1, framing: "chunked", pace: "burst", streams: 1 } as const;
  await expect(running.run({ workload: "tiny", events: 1, times: 1, load })).rejects.toThrow(/connect/);
  await running.stop();
});
