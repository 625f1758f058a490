import type { TransportSupport } from "@headrace/core/transport";
import { unmetNeed } from "./capabilities.ts";
import { resultOf } from "./case-result.ts";
import { describeResult } from "./report/describe-result.ts";
import { type ConformanceResult, isRed } from "./report/conformance-report.ts";
import { caseBudgetMs } from "./run-case.ts";
import { checkMade, createCaseRunner } from "./case-runner.ts";
import { caseOptions, checkOptions, type ConformanceOptions, type CreateTransport } from "./run-conformance.ts";
import { selectCases } from "./select-cases.ts";

type Register = (name: string, run: () => Promise<void>, budget?: number) => unknown;

/** All that the suite asks of a test runner: vitest, node:test, Bun, Deno and Mocha's `it` are one. */
export interface TestRunner {
  /** @param budget ms after which the runner may give up, far more than a case takes: it ends itself before 4 s */
  (name: string, run: () => Promise<void>, budget?: number): unknown;
  /** Used for cases that cannot run here, if there; otherwise they are registered as passing, with the reason in their name. */
  readonly skip?: Register;
}

/** A runner's clock also runs while a case waits for its turn among others. */
const runnersPatience = 10;

/**
 * Registers one test for each case with the runner it is given. With a runner that starts several at a
 * time (`test.concurrent`), those that measure time wait until they are alone.
 *
 * @param create makes a transport with what the case needs: `(options) => curlTransport(options)`
 * @throws TypeError for wrong options, as where they name a case that there is not
 */
export function testTransport(test: TestRunner, create: CreateTransport, options: ConformanceOptions = {}): void {
  checkOptions(options);
  const cases = selectCases(options);
  const { knownFailures = {}, scale = 1 } = options;
  const budget = caseBudgetMs * scale * runnersPatience;
  let supports: Partial<TransportSupport>;
  try {
    supports = supportsOf(create);
  } catch (error) {
    test("creates a transport", () => Promise.reject(error), budget);
    return;
  }
  const runner = createCaseRunner(create, options);
  const runOptions = caseOptions(runner, supports, options);
  let left = 0;
  for (const conformanceCase of cases) {
    const { id, title, level, needs } = conformanceCase;
    const unmet = unmetNeed(needs, supports, options.module);
    if (unmet !== undefined) {
      skip(test, `${id}: ${title} (${unmet})`);
      continue;
    }
    const known = knownFailures[id];
    const suffix = known === undefined ? (level === "must" ? "" : ` [${level}]`) : ` (known failure: ${known})`;
    left++;
    const run = async (): Promise<void> => {
      const result = await resultOf(conformanceCase, runOptions);
      if (--left === 0) runner.close();
      if (isRed(result)) throw failureOf(result);
    };
    test(`${id}: ${title}${suffix}`, run, budget);
  }
}

/** Without a stack: it would only lead into the suite. */
function failureOf(result: ConformanceResult): Error {
  const error = new Error(describeResult(result));
  error.stack = `${error.name}: ${error.message}`;
  return error;
}

function skip(test: TestRunner, name: string): void {
  const register: Register = test.skip ?? ((title, run, budget) => test(`[skipped] ${title}`, run, budget));
  register(name, () => Promise.resolve());
}

function supportsOf(create: CreateTransport): Partial<TransportSupport> {
  const transport = create({});
  checkMade(transport);
  void (async () => transport.close())().catch(() => {});
  return transport.supports;
}
