import { setImmediate as macrotask } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { resultOf } from "./case-result.ts";
import { type ConformanceCase, defineCases } from "./conformance-case.ts";
import { ConformanceError } from "./conformance-error.ts";
import { referenceTransport } from "./reference-transport.ts";
import { createCaseRunner } from "./case-runner.ts";
import { createGate } from "./cases/gate.ts";
import { caseOptions, type RunConformanceOptions } from "./run-conformance.ts";

/** The runner's own watch would fail the test for what a case leaves behind on purpose. */
let watch: NodeJS.UnhandledRejectionListener[] = [];

beforeEach(() => {
  watch = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
});

afterEach(() => {
  for (const listener of watch) process.on("unhandledRejection", listener);
});

function caseThat(id: string, run: ConformanceCase["run"], rest: Partial<ConformanceCase> = {}): ConformanceCase {
  const [made] = defineCases("req", [{ id: `req.${id}`, title: "holds", spec: "none", run, ...rest }]);
  return made as ConformanceCase;
}

const optionsOf = (options: RunConformanceOptions): ReturnType<typeof caseOptions> =>
  caseOptions(createCaseRunner(referenceTransport, { scale: 0.1 }), {}, options);
const options = (knownFailures: Record<string, string> = {}): ReturnType<typeof caseOptions> =>
  optionsOf({ knownFailures });

test("a rejection that nobody handles is blamed on the case that left it, though others were running", async () => {
  let started = 0;
  const together = async (): Promise<void> => {
    for (started++; started === 1;) await macrotask();
  };
  const guilty = caseThat("guilty", async () => {
    await together();
    void Promise.reject(new Error("left behind"));
    await macrotask();
  });
  const innocent = caseThat("innocent", async () => {
    await together();
    await macrotask();
    await macrotask();
  });
  const shared = options();
  const [blamed, cleared] = await Promise.all([resultOf(guilty, shared), resultOf(innocent, shared)]);
  expect(blamed).toMatchObject({ outcome: "fail", expected: "no unhandled rejection and no uncaught error" });
  expect(blamed.received).toContain("left behind");
  expect(cleared).toMatchObject({ outcome: "pass", reason: expect.stringContaining("holds alone") });
});

const failing = (id: string, run: () => void, rest: Partial<ConformanceCase> = {}): ConformanceCase =>
  caseThat(
    id,
    async () => {
      run();
      await macrotask();
      throw new ConformanceError("one", "another");
    },
    rest,
  );

test("one that failed alone is run again, and the second run counts", async () => {
  let runs = 0;
  const once = caseThat(
    "once",
    async () => {
      if (runs++ === 0) throw new ConformanceError("in time", "late");
    },
    { alone: true },
  );
  expect(await resultOf(once, options())).toMatchObject({
    outcome: "pass",
    reason: "holds the second time; the first time: expected in time; received late",
  });
  expect(runs).toBe(2);
  const twice = failing("twice", () => void runs++, { alone: true });
  expect(await resultOf(twice, options())).toMatchObject({ outcome: "fail", received: "another" });
  expect(runs).toBe(4);
});

test("after ten that failed again a first failure is believed; one known to fail, or without second runs, has one", async () => {
  let runs = 0;
  const count = (): void => void runs++;
  const shared = options();
  for (let at = 0; at < 15; at++) await resultOf(failing(`failing-${at}`, count), shared);
  expect(runs).toBe(15 + 10);
  runs = 0;
  await resultOf(failing("known", count), options({ "req.known": "upstream issue" }));
  await resultOf(failing("single", count), optionsOf({ secondRuns: false }));
  expect(runs).toBe(2);
});

test("what is thrown that is no finding of the suite's is told with what had to hold", async () => {
  const broken = caseThat("broken", async () => {
    throw new TypeError("no such thing");
  });
  expect(await resultOf(broken, options())).toMatchObject({
    outcome: "fail",
    expected: "holds, and nothing else thrown",
    received: expect.stringContaining("no such thing"),
  });
});

test("what a server's script finds once the case has all it asked for fails the case", async () => {
  const late = caseThat("late", async ({ serve, send }) => {
    const ended = createGate();
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
      await ended.opened;
      await macrotask();
      throw new ConformanceError("one", "another");
    });
    await send(server.url()).ends("");
    ended.open();
  });
  expect(await resultOf(late, options())).toMatchObject({ outcome: "fail", expected: "one", received: "another" });
});

test("every outcome, with its reason, and a wire log where there is more to say", async () => {
  const holds = async (): Promise<void> => {};
  const fails = async (): Promise<void> => {
    throw new ConformanceError("one", "another");
  };
  const known = { "req.known": "upstream issue", "req.mended": "upstream issue" };
  const expectResult = async (conformanceCase: ConformanceCase, result: object): Promise<void> =>
    expect(await resultOf(conformanceCase, options(known))).toEqual({
      id: conformanceCase.id,
      area: "req",
      title: "holds",
      level: conformanceCase.level,
      scope: "transport",
      spec: "none",
      ms: expect.any(Number),
      ...result,
    });
  const failure = { expected: "one", received: "another", how: "observed", wire: [] };
  await expectResult(caseThat("good", holds), { outcome: "pass" });
  await expectResult(caseThat("bad", fails), { outcome: "fail", ...failure });
  await expectResult(caseThat("lax", fails, { level: "should" }), { outcome: "non-strict", ...failure });
  await expectResult(
    caseThat("told", async () => "this way", { level: "may" }),
    {
      outcome: "info",
      reason: "this way",
      wire: [],
    },
  );
  await expectResult(caseThat("known", fails), { outcome: "known-failure", reason: "upstream issue", ...failure });
  await expectResult(caseThat("mended", holds), { outcome: "unexpected-pass", reason: "upstream issue", wire: [] });
  await expectResult(caseThat("lacking", fails, { needs: ["http2"] }), {
    outcome: "unsupported",
    reason: "does not declare http2",
  });
  await expectResult(caseThat("other", fails, { needs: ["!manualRedirects"] }), {
    outcome: "skipped",
    reason: "declares manualRedirects",
  });
});
