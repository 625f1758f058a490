import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test, vi } from "vitest";
import { losesItsProcess, lostCases, makesNothing, saysItsProcess } from "./losing-transports.test-support.ts";
import { loadingFlags } from "./own-process.ts";
import { referenceTransport } from "./reference-transport.ts";
import type { ConformanceResult } from "./report/conformance-report.ts";
import { caseBudgetMs } from "./run-case.ts";
import { type CreateTransport, runConformance, type RunConformanceOptions } from "./run-conformance.ts";
import { testTransport } from "./test-transport.ts";

const file = new URL("losing-transports.test-support.ts", import.meta.url);
const others = ["req.post-bytes", "body.chunked", "body.none-204", "req.get-default", "head.lf-only"] as const;
const only: readonly string[] = [...Object.keys(lostCases), ...others];
const scale = 0.4;

async function resultsOf(create: CreateTransport, options: RunConformanceOptions): Promise<ConformanceResult[]> {
  const { subjects } = await runConformance(create, { scale, ...options });
  return subjects.flatMap(({ results }) => [...results]);
}

test(
  "what blocks the thread or ends the process costs its case, in order, with its wire log, and no other",
  { timeout: 60_000 },
  async () => {
    const module = { url: file, name: "losesItsProcess" };
    const results = await resultsOf(losesItsProcess, { only, module });
    const expected = await resultsOf(referenceTransport, { only, scale: 1 });
    const told = results.map(({ id, title, outcome, received }) => ({ id, title, outcome, received }));
    const due = expected.map(({ id, title, outcome }) => {
      const said = lostCases[id as keyof typeof lostCases];
      if (said === undefined) return { id, title, outcome, received: undefined };
      return { id, title, outcome: "fail", received: expect.stringContaining(said) };
    });
    expect(told).toEqual(due);
    expect(results.find(({ id }) => id === "req.delete-body")?.wire?.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^send DELETE /),
    ]);
    const [inBody] = results.filter(({ id }) => id === "body.identity-bytes");
    expect(inBody?.wire?.at(-1)).toMatchObject({ who: "client", text: "head 200" });
    expect(inBody?.ms).toBeLessThan(caseBudgetMs * scale * 2);
  },
);

test("under a runner each such case is one failing test", { timeout: 60_000 }, async () => {
  const tests = new Map<string, () => Promise<void>>();
  testTransport((name, run) => void tests.set(name.split(":")[0] ?? "", run), losesItsProcess, {
    only: ["body.identity-bytes", "body.none-205", "body.chunked"],
    scale,
    module: { url: file, name: "losesItsProcess" },
  });
  const failures: Record<string, unknown> = {};
  for (const [id, run] of tests) failures[id] = await run().catch((error: Error) => error.message);
  expect(failures).toEqual({
    "body.chunked": undefined,
    "body.identity-bytes": expect.stringContaining("received: the thread was blocked for 1600 ms"),
    "body.none-205": expect.stringContaining("received: the process ended with status 0"),
  });
});

test("an abort ends the run while the thread is blocked", async () => {
  const controller = new AbortController();
  const module = { url: file, name: "losesItsProcess" };
  const onStart = (): void => controller.abort("enough");
  const run = runConformance(losesItsProcess, {
    only: ["req.delete-body"],
    module,
    onStart,
    signal: controller.signal,
  });
  await expect(run).rejects.toBe("enough");
});

test("the process dies with the one that started it, though its thread be blocked", async () => {
  const suite = new URL("run-conformance.ts", import.meta.url).href;
  const source = `
    const { runConformance } = await import(${JSON.stringify(suite)});
    await runConformance(() => {}, { only: ["body.chunked"], scale: 10, module: { url: ${JSON.stringify(file)}, name: "saysItsProcess" } });`;
  const args = [...loadingFlags(process.execArgv), "--input-type=module", "--eval", source];
  const parent = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [said] = (await once(parent.stdout, "data")) as [Buffer];
  parent.kill("SIGKILL");
  const isAlive = (): boolean => process.kill(Number(said.toString()), 0);
  await vi.waitFor(() => expect(isAlive).toThrow("ESRCH"), { timeout: 4000 });
});

test("what the factory throws comes out; a module that cannot be used is told with its name", async () => {
  const only = ["body.chunked"];
  const run = (name: string, create: CreateTransport): Promise<unknown> =>
    runConformance(create, { only, module: { url: file, name } });
  await expect(run("makesNothing", makesNothing)).rejects.toThrow(RangeError);
  await expect(run("noSuchFactory", referenceTransport)).rejects.toThrow(/exports no function noSuchFactory$/);
  await expect(runConformance(saysItsProcess, { only, isolation: "process" })).rejects.toThrow("needs `module`");
});

test("without isolation the cases run in this process, with `create` itself", async () => {
  let made = 0;
  const create: CreateTransport = (options) => {
    made++;
    return referenceTransport(options);
  };
  const module = { url: file, name: "losesItsProcess" };
  const [result] = await resultsOf(create, { only: ["req.delete-body"], module, isolation: "none" });
  expect([result?.outcome, made]).toEqual(["pass", 2]);
});
