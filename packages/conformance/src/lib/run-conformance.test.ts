import type { ResponseSink, Transport } from "@headrace/core/transport";
import { describe, expect, test } from "vitest";
import { referenceTransport } from "./reference-transport.ts";
import type { ConformanceResult } from "./report/conformance-report.ts";
import { caseBudgetMs } from "./run-case.ts";
import { runConformance } from "./run-conformance.ts";

const never = (): Promise<never> => new Promise(() => {});

/** The reference with one of its ways never coming to an end. */
const hanging: Record<string, (reference: Transport) => Partial<Transport>> = {
  "send never settles": () => ({ send: never }),
  "send never settles after the head": ({ send }) => ({
    send: async (request, sink) => {
      await send(request, { head: (head) => sink.head(head), body: never });
    },
  }),
  "close never resolves": () => ({ close: never }),
  "close throws": () => ({
    close() {
      throw new Error("no close");
    },
  }),
  "nothing ever ends": () => ({ send: never, close: never }),
};

describe("a transport that hangs costs a case its budget, not the run", () => {
  test.each(Object.entries(hanging))("%s", async (_, change) => {
    const scale = 0.1;
    const create = (options: object): Transport => {
      const reference = referenceTransport(options);
      return { ...reference, ...change(reference) };
    };
    const only = ["body.chunked", "abort.in-body", "time.first-byte"];
    const { subjects } = await runConformance(create, { only, scale });
    const results = subjects.flatMap((subject) => subject.results);
    expect(results.map(({ id }) => id).toSorted()).toEqual(only.toSorted());
    for (const { id, outcome, ms, wire } of results) {
      expect([id, outcome]).toEqual([id, "fail"]);
      expect(ms).toBeLessThan(caseBudgetMs * scale);
      expect(wire?.length).toBeGreaterThan(0);
    }
  });
});

describe("runConformance", () => {
  test("gives the results in the order of the suite, and each as it comes", async () => {
    const seen: ConformanceResult[] = [];
    const totals = new Set<number>();
    const { subjects, suiteVersion, runtime } = await runConformance(referenceTransport, {
      only: ["time.first-byte", "body.chunked", "req.get-default"],
      name: "mine",
      onResult(result, total) {
        seen.push(result);
        totals.add(total);
      },
    });
    expect(subjects).toHaveLength(1);
    expect(subjects[0]).toMatchObject({ name: "mine", version: "node:net", supports: { contract: 1 } });
    expect(subjects[0]?.results.map(({ id }) => id)).toEqual(["req.get-default", "body.chunked", "time.first-byte"]);
    expect(seen.map(({ id }) => id).toSorted()).toEqual(["body.chunked", "req.get-default", "time.first-byte"]);
    expect([...totals]).toEqual([3]);
    expect(suiteVersion).toMatch(/^\d+\.\d+\.\d+$/);
    expect(runtime).toEqual({
      name: "node",
      version: process.versions.node,
      platform: process.platform,
      arch: process.arch,
    });
  });

  test("runs as many at a time as it may, and those that must be alone, alone", async () => {
    let open = 0;
    const most: number[] = [];
    const create = (options: object): Transport => {
      const reference = referenceTransport(options);
      open++;
      most.push(open);
      return {
        ...reference,
        async close(closing) {
          open--;
          await reference.close(closing);
        },
      };
    };
    await runConformance(create, { only: ["body.chunk*"], concurrency: 3 });
    expect(Math.max(...most)).toBe(3);
    most.length = 0;
    await runConformance(create, { only: ["time.first-byte", "time.each-write*"] });
    expect(Math.max(...most)).toBe(1);
  });

  test("an abort ends it with its reason, the running cases cleaned up", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const closed: number[] = [];
    const create = (options: object): Transport => {
      const reference = referenceTransport(options);
      return {
        ...reference,
        async send(request, sink) {
          controller.abort(reason);
          await reference.send(request, sink);
        },
        async close(closing) {
          closed.push(1);
          await reference.close(closing);
        },
      };
    };
    const results: ConformanceResult[] = [];
    const run = runConformance(create, {
      signal: controller.signal,
      onResult: (result) => results.push(result),
      concurrency: 2,
    });
    await expect(run).rejects.toBe(reason);
    expect(closed.length).toBeGreaterThan(1);
    expect(results.length).toBeLessThan(5);
    await expect(runConformance(create, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  test.each([
    [{ scale: 0 }, "scale"],
    [{ scale: Number.NaN }, "scale"],
    [{ concurrency: 0 }, "concurrency"],
    [{ concurrency: 1.5 }, "concurrency"],
    [{ scale: "3" as never }, "scale is a number"],
    [{ isolation: "thread" as never }, 'isolation is "process" or "none"'],
    [{ module: "./mine.ts" as never }, "module.url is an absolute URL"],
    [{ module: { url: "./mine.ts" } }, "module.url is an absolute URL"],
    [{ only: "body.chunked" as never }, "only is a list"],
    [{ only: [] }, "only names no case: it is empty"],
    [{ knownFailures: { "body.chunked": "" } }, "knownFailures gives no reason for body.chunked"],
    [{ only: ["nothing"] }, "only names no case: nothing"],
    [{ only: ["h2.nothing*"] }, "only names no case: h2.nothing*"],
  ])("refuses %o", async (options, message) => {
    await expect(runConformance(referenceTransport, options)).rejects.toThrow(message);
  });

  test("what `create` throws comes out, and what is no transport is said to be none", async () => {
    const failing = (): Transport => {
      throw new Error("no library");
    };
    await expect(runConformance(failing)).rejects.toThrow("no library");
    const nothing = (async () => referenceTransport({})) as unknown as () => Transport;
    const withoutSupports = (): Transport => ({ ...referenceTransport({}), supports: null }) as unknown as Transport;
    const without = (name: "send" | "close") => (): Transport => ({
      ...referenceTransport({}),
      [name]: undefined as never,
    });
    const told: readonly (readonly [() => Transport, string])[] = [
      [nothing, "at once, not a promise"],
      [withoutSupports, "which has `supports`"],
      [without("send"), "which has a method `send`"],
      [without("close"), "which has a method `close`"],
      [(): Transport => undefined as unknown as Transport, "not undefined"],
    ];
    for (const [create, why] of told) {
      await expect(runConformance(create)).rejects.toThrow(`create must return a transport`);
      await expect(runConformance(create)).rejects.toThrow(why);
    }
  });
});

/** The reference with its sink called otherwise. */
function handing(change: (sink: ResponseSink) => Partial<ResponseSink>): (reference: Transport) => Partial<Transport> {
  return ({ send }) => ({
    send: (request, sink) =>
      send(request, { head: (head) => sink.head(head), body: (bytes) => sink.body(bytes), ...change(sink) }),
  });
}

/** What an author got wrong, and what the case then says first of what it received. */
const slips: Record<string, readonly [change: (reference: Transport) => Partial<Transport>, received: string]> = {
  "send returns nothing": [() => ({ send: () => undefined as never }), "send() returned undefined, no promise"],
  "send throws": [
    () => ({
      send() {
        throw new Error("no luck");
      },
    }),
    "send() threw Error: no luck, where it should return a promise that rejects",
  ],
  "a piece is a DataView": [
    handing((sink) => ({ body: ({ buffer }) => sink.body(new DataView(buffer) as never) })),
    "body() takes a Uint8Array, not DataView",
  ],
  "a piece is text": [
    handing((sink) => ({ body: (bytes) => sink.body(Buffer.from(bytes).toString() as never) })),
    "body() takes a Uint8Array, not 'hello'",
  ],
  "the headers are a plain object": [
    handing((sink) => ({ head: (head) => sink.head({ ...head, headers: {} as never }) })),
    "head() takes Headers, not Object",
  ],
  "close returns nothing": [() => ({ close: () => undefined as never }), "undefined"],
  "close throws": [
    () => ({
      close() {
        throw new Error("no close");
      },
    }),
    "it failed with Error: no close",
  ],
};

test.each(Object.entries(slips))("where %s the author is told so", async (_, [change, received]) => {
  const create = (options: object): Transport => {
    const reference = referenceTransport(options);
    return { ...reference, ...change(reference) };
  };
  const { subjects } = await runConformance(create, { only: ["body.chunked"], secondRuns: false });
  const [result] = subjects.flatMap(({ results }) => results);
  expect(result).toMatchObject({ outcome: "fail", received: expect.stringContaining(received) });
});

test("a Buffer is a Uint8Array, and a declaration that is no list is nothing declared", async () => {
  const create = (options: object): Transport => {
    const reference = referenceTransport(options);
    const supports = { ...reference.supports, decompression: "gzip" as never };
    return {
      ...reference,
      ...handing((sink) => ({ body: (bytes) => sink.body(Buffer.from(bytes)) }))(reference),
      supports,
    };
  };
  const { subjects } = await runConformance(create, { only: ["body.chunked", "enc.gzip", "unsupported.contract"] });
  const results = subjects.flatMap((subject) => subject.results.map(({ id, outcome }) => [id, outcome]));
  expect(Object.fromEntries(results)).toEqual({
    "body.chunked": "pass",
    "enc.gzip": "unsupported",
    "unsupported.contract": "fail",
  });
});
