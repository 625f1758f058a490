import { describe, expect, test, vi } from "vitest";
import { TransportError } from "@headrace/core/transport";
import { referenceTransport } from "./reference-transport.ts";
import type { ConformanceSubject } from "./report/conformance-report.ts";
import { type CreateTransport, runConformance } from "./run-conformance.ts";
import { type TestRunner, testTransport } from "./test-transport.ts";

/** A runner that keeps what is registered; `skip` only if asked for. */
function createRunner({ withSkip = true } = {}): {
  runner: TestRunner;
  tests: Map<string, () => Promise<void>>;
  skipped: string[];
} {
  const tests = new Map<string, () => Promise<void>>();
  const skipped: string[] = [];
  const register = (name: string, run: () => Promise<void>): void => void tests.set(name, run);
  const skip = (name: string): void => void skipped.push(name);
  return { runner: withSkip ? Object.assign(register, { skip }) : register, tests, skipped };
}

test("the runners people use are one by type", () => {
  const runners: TestRunner[] = [test, test.concurrent, {} as typeof import("node:test").test];
  expect(runners).toHaveLength(3);
});

const withoutResolve: CreateTransport = (options) => {
  const reference = referenceTransport(options);
  return { ...reference, supports: { ...reference.supports, resolve: false } };
};

const endsAsReset = (): ReturnType<typeof referenceTransport> => {
  const reference = referenceTransport();
  return {
    ...reference,
    async send(request, sink) {
      await reference.send(request, sink);
      throw new TransportError("reset", "no reason");
    },
  };
};

describe("testTransport", () => {
  test("registers one test a case, which passes on a good transport", async () => {
    const { runner, tests } = createRunner();
    testTransport(runner, referenceTransport, { only: ["body.chunked"] });
    expect([...tests.keys()]).toEqual(["body.chunked: a chunked body arrives byte for byte"]);
    await tests.values().next().value?.();
  });

  test("fails with the demand, what came, where it is written and the wire", async () => {
    const { runner, tests } = createRunner();
    testTransport(runner, endsAsReset, { only: ["body.chunked"] });
    const run = tests.values().next().value as () => Promise<void>;
    const error = await run().catch((reason: unknown) => reason as Error);
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toContain("body.chunked: a chunked body arrives byte for byte");
    expect(message).toContain("expected: send() to resolve");
    expect(message).toContain("received: send() rejected with HeadraceError reset");
    expect(message).toContain("see: RFC 9112");
    expect(message).toMatch(/conn 1 +> \d+ bytes "GET \/ HTTP\/1\.1\\r\\n/);
    expect(message).toMatch(/client +body 5 bytes "hello"/);
  });

  test("a skip is visible and says why, with or without the runner's help", () => {
    const name =
      "net.resolve: a name is connected to at the address that `resolve` gives, with or without a port (does not declare resolve)";
    const helped = createRunner();
    testTransport(helped.runner, withoutResolve, { only: ["net.resolve"] });
    expect(helped.skipped).toEqual([name]);
    const alone = createRunner({ withSkip: false });
    testTransport(alone.runner, withoutResolve, { only: ["net.resolve"] });
    expect([...alone.tests.keys()]).toEqual([`[skipped] ${name}`]);
  });

  test("a known failure passes while it fails, and fails once it passes", async () => {
    const { runner, tests } = createRunner();
    testTransport(runner, endsAsReset, {
      only: ["body.chunked"],
      knownFailures: { "body.chunked": "upstream issue 1" },
    });
    testTransport(runner, referenceTransport, {
      only: ["body.length-zero"],
      knownFailures: { "body.length-zero": "upstream issue 2" },
    });
    const [stillFails, passes] = [...tests];
    expect(stillFails?.[0]).toContain("known failure: upstream issue 1");
    await stillFails?.[1]();
    await expect(passes?.[1]()).rejects.toThrow("take it off knownFailures (upstream issue 2)");
  });

  test("with a runner that starts all at once, a case that must be alone is, and the runner is asked for patience", async () => {
    let open = 0;
    const openAtSend: number[] = [];
    const create: CreateTransport = (options) => {
      const reference = referenceTransport(options);
      open++;
      return {
        ...reference,
        async send(request, sink) {
          if (request.url.pathname === "/") openAtSend.push(open);
          await reference.send(request, sink);
        },
        async close(closing) {
          open--;
          await reference.close(closing);
        },
      };
    };
    const started: Promise<void>[] = [];
    const budgets: number[] = [];
    const runner: TestRunner = (_, run, budget = 0) => {
      started.push(run());
      budgets.push(budget);
    };
    testTransport(runner, create, { only: ["time.first-byte", "time.each-write*"] });
    await Promise.all(started);
    expect(openAtSend).toEqual([1, 1, 1]);
    expect(Math.min(...budgets)).toBeGreaterThan(10_000);
  });

  test("a case that measures time is run again where it failed, and the second run counts", async () => {
    let sends = 0;
    const failsOnce: CreateTransport = (options) => {
      const reference = referenceTransport(options);
      return {
        ...reference,
        async send(request, sink) {
          if (sends++ === 0) throw new TransportError("connect", "a busy machine");
          await reference.send(request, sink);
        },
      };
    };
    const { runner, tests } = createRunner();
    testTransport(runner, failsOnce, { only: ["time.first-byte"] });
    await tests.values().next().value?.();
    expect(sends).toBeGreaterThan(1);
  });

  test("refuses ids that name no case", () => {
    const { runner } = createRunner();
    expect(() => testTransport(runner, referenceTransport, { only: ["body.nonsense"] })).toThrow(
      "only names no case: body.nonsense",
    );
    expect(() => testTransport(runner, referenceTransport, { knownFailures: { "body.chunkd": "typo" } })).toThrow(
      "knownFailures names no case",
    );
  });

  test("a factory that throws is one failing test", async () => {
    const { runner, tests } = createRunner();
    const create = vi.fn(() => {
      throw new TransportError("library-missing", "no libcurl");
    });
    testTransport(runner, create);
    expect([...tests.keys()]).toEqual(["creates a transport"]);
    await expect(tests.get("creates a transport")?.()).rejects.toThrow("no libcurl");
    const second = createRunner();
    testTransport(second.runner, () => ({ ...referenceTransport(), supports: null as never }));
    await expect(second.tests.get("creates a transport")?.()).rejects.toThrow("create must return a transport");
  });
});

describe("runConformance", () => {
  test("gives plain data for every case asked for", async () => {
    const only = ["body.chunked", "net.resolve", "unsupported.custom-ca", "head.lf-only", "body.chunk-size-junk"];
    const report = await runConformance(withoutResolve, { only });
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    const [subject] = report.subjects as [ConformanceSubject];
    expect(subject).toMatchObject({ name: "reference", version: "node:net" });
    const outcomes = Object.fromEntries(subject.results.map(({ id, outcome, reason }) => [id, [outcome, reason]]));
    expect(outcomes).toEqual({
      "body.chunked": ["pass", undefined],
      "head.lf-only": ["info", "accepted"],
      "body.chunk-size-junk": ["pass", undefined],
      "net.resolve": ["unsupported", "does not declare resolve"],
      "unsupported.custom-ca": ["skipped", "declares customCa"],
    });
  });

  test("a `should` that does not hold is not strict, a `must` is a failure, a known one is known", async () => {
    const options = {
      only: ["err.half-close", "body.chunked", "body.length-zero"],
      knownFailures: { "body.chunked": "why" },
    };
    const { subjects } = await runConformance(endsAsReset, options);
    const outcomes = Object.fromEntries(
      subjects.flatMap(({ results }) => results.map(({ id, outcome }) => [id, outcome])),
    );
    expect(outcomes).toEqual({
      "body.chunked": "known-failure",
      "body.length-zero": "fail",
      "err.half-close": "non-strict",
    });
  });
});
