import type { NetworkOptions, Transport, TransportSupport } from "@headrace/core/transport";
import { CaseGate } from "./case-gate.ts";
import { type CaseResultOptions, resultOf } from "./case-result.ts";
import { type CaseRunner, createCaseRunner } from "./case-runner.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { ConformanceReport, ConformanceResult } from "./report/conformance-report.ts";
import { currentRuntime } from "./report/current-runtime.ts";
import { type CaseSelection, selectCases } from "./select-cases.ts";
import type { TransportModule } from "./transport-module.ts";

/** Makes a transport with what a case needs. Called at least once a case. */
export type CreateTransport = (options: NetworkOptions) => Transport;

/** Which cases to run, and what is known of the transport. */
export interface ConformanceOptions extends CaseSelection {
  /** Every wait and limit is multiplied by this; default 1. Use 3 on a slow or busy machine. */
  readonly scale?: number;
  /** Where the same factory can be imported from; without it the cases that need a process or a thread of their own are skipped. */
  readonly module?: TransportModule;
  /**
   * `"process"`: the cases run in a process of their own, with the factory from `module`, so that one in which the
   * transport blocks the thread or ends the process fails, and the others go on. `"none"`: they run in this one, with
   * `create` itself, where a debugger and a runner's mocks are. Default: `"process"` on Node where `module` is given.
   */
  readonly isolation?: "process" | "none";
}

/** How to run the suite without a test runner. */
export interface RunConformanceOptions extends ConformanceOptions {
  /** What the subject is called in the report; default the transport's own name. */
  readonly name?: string;
  /** How many cases may run at the same time; default 4. Those that measure time run alone whatever this says. */
  readonly concurrency?: number;
  /** Ends the run: it rejects with the signal's reason once the cases that were running have been cleaned up. */
  readonly signal?: AbortSignal;
  /** Whether a case that failed is run once more, alone, and that run counts; default true. False shows every race. */
  readonly secondRuns?: boolean;
  /** Called with the id of a case when it is about to run, a second time too; `total` as for `onResult`. */
  readonly onStart?: (id: string, total: number) => void;
  /** Called with each result as it comes, which is not the order of the report; `total` counts all that will come. */
  readonly onResult?: (result: ConformanceResult, total: number) => void;
}

/** The version of the cases: raised when one is added, changed or retired. */
export const suiteVersion = "1.0.0";

const defaultConcurrency = 4;

/**
 * Runs the cases without a test runner. Run one transport at a time: cases that measure time want the
 * process for themselves. A case that failed is run once more, alone, so that none is blamed for another's
 * fault or for a busy machine; after ten in a row that failed again a first failure is believed.
 *
 * @returns a report of one subject. Reports are merged by joining their subjects:
 * `{ ...first, subjects: [first, second].flatMap(({ subjects }) => subjects) }`
 * @throws what `create` throws; TypeError for wrong options or where `create` makes no transport
 */
export async function runConformance(
  create: CreateTransport,
  options: RunConformanceOptions = {},
): Promise<ConformanceReport> {
  const { name, signal } = options;
  checkRunOptions(options);
  const cases = selectCases(options);
  signal?.throwIfAborted();
  const runner = createCaseRunner(create, options);
  try {
    const subject = await runner.describe();
    const given = { ...caseOptions(runner, subject.supports, options), ...(signal && { signal }) };
    const results = await runAll(cases, given, options);
    const named = { ...subject, ...(name !== undefined && { name }), results };
    return { suiteVersion, runtime: currentRuntime(), subjects: [named] };
  } finally {
    runner.close();
  }
}

function checkRunOptions({ concurrency = defaultConcurrency, ...options }: RunConformanceOptions): void {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new TypeError("concurrency is a whole number from 1 on");
  checkOptions(options);
}

/**
 * Checks what every way of running the suite takes, but for what names cases.
 *
 * @throws TypeError
 */
export function checkOptions({ scale = 1, isolation, module }: ConformanceOptions): void {
  if (!(Number.isFinite(scale) && scale > 0)) throw new TypeError("scale is a number above 0");
  if (isolation !== undefined && isolation !== "process" && isolation !== "none")
    throw new TypeError('isolation is "process" or "none"');
  if (module !== undefined && !URL.canParse(String(module.url)))
    throw new TypeError('module.url is an absolute URL: new URL("./my-transport.ts", import.meta.url)');
}

/** What every case of a run is given. */
export function caseOptions(
  { run }: Pick<CaseRunner, "run">,
  supports: Partial<TransportSupport>,
  { knownFailures = {}, module, secondRuns = true }: RunConformanceOptions,
): CaseResultOptions {
  const given = { run, supports, knownFailures, ...(module !== undefined && { module }) };
  return { ...given, gate: new CaseGate(), secondRuns: secondRuns ? { failed: 0 } : undefined };
}

/** Runs those that may run side by side first, then the others; the results are in the order of the cases. */
async function runAll(
  cases: readonly ConformanceCase[],
  options: CaseResultOptions,
  { concurrency = defaultConcurrency, onStart, onResult }: RunConformanceOptions,
): Promise<ConformanceResult[]> {
  const results = new Map<string, ConformanceResult>();
  const queue = cases.toSorted((a, b) => Number(a.alone) - Number(b.alone)).values();
  const follow = onStart && { onStart: (id: string) => onStart(id, cases.length) };
  const work = async (): Promise<void> => {
    for (const next of queue) {
      const result = await resultOf(next, { ...options, ...follow });
      results.set(next.id, result);
      onResult?.(result, cases.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return cases.map(({ id }) => results.get(id)).filter((result) => result !== undefined);
}
