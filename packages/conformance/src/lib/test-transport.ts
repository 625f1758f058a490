import type { NetworkOptions, Transport, TransportSupport } from "@headrace/core/transport";
import { unmetNeed } from "./capabilities.ts";
import { caseBudgetMs } from "./run-case.ts";
import { type ConformanceOptions, type CreateTransport, resultOf, selectCases } from "./run-conformance.ts";

type Register = (name: string, run: () => Promise<void>, budget?: number) => unknown;

/** All that the suite asks of a test runner: vitest, node:test, Bun, Deno and Mocha's `it` are one. */
export interface TestRunner {
  /** @param budget ms after which the runner may give up; a case ends itself before */
  (name: string, run: () => Promise<void>, budget?: number): unknown;
  /** Used for cases that cannot run here, if there; otherwise they are registered as passing, with the reason in their name. */
  readonly skip?: Register;
}

/**
 * Registers one test for each case with the runner it is given.
 *
 * @param create makes a transport with what the case needs: `(options) => curlTransport(options)`
 */
export function testTransport(
  test: TestRunner,
  create: (options: NetworkOptions) => Transport,
  options: ConformanceOptions = {},
): void {
  const cases = selectCases(options);
  const { knownFailures = {}, scale = 1 } = options;
  const budget = caseBudgetMs * scale;
  let supports: Partial<TransportSupport>;
  try {
    supports = supportsOf(create);
  } catch (error) {
    test("creates a transport", () => Promise.reject(error), budget);
    return;
  }
  for (const conformanceCase of cases) {
    const { id, title, level, needs } = conformanceCase;
    const unmet = unmetNeed(needs, supports);
    if (unmet !== undefined) {
      skip(test, `${id}: ${title} (${unmet})`);
      continue;
    }
    const known = knownFailures[id];
    const suffix = known === undefined ? (level === "must" ? "" : ` [${level}]`) : ` (known failure: ${known})`;
    const run = async (): Promise<void> => {
      const { outcome, error } = await resultOf(conformanceCase, create, supports, options);
      if (outcome === "fail") throw new Error(error);
      if (outcome === "unexpected-pass") throw new Error(`${id} passes: take it off knownFailures (${known})`);
    };
    test(`${id}: ${title}${suffix}`, run, budget);
  }
}

function skip(test: TestRunner, name: string): void {
  const register: Register = test.skip ?? ((title, run, budget) => test(`[skipped] ${title}`, run, budget));
  register(name, () => Promise.resolve());
}

function supportsOf(create: CreateTransport): Partial<TransportSupport> {
  const transport = create({});
  void transport.close().catch(() => {});
  return transport.supports;
}
