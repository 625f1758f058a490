import { setTimeout as sleep } from "node:timers/promises";
import type { NetworkOptions, Transport, TransportSupport } from "@headrace/core/transport";
import { CaseGate } from "./case-gate.ts";
import { type CaseResultOptions, resultOf } from "./case-result.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { ConformanceReport, ConformanceResult, ConformanceSubject } from "./report/conformance-report.ts";
import { currentRuntime } from "./report/current-runtime.ts";
import { type CaseSelection, selectCases } from "./select-cases.ts";
import type { TransportModule } from "./transport-module.ts";

/** Makes a transport with what a case needs. Called at least once a case. */
export type CreateTransport = (options: NetworkOptions) => Transport;

/** Which cases to run, and what is known of the transport. */
export interface ConformanceOptions extends CaseSelection {
  /** Every wait and limit is multiplied by this; default 1. Use 3 on a slow or busy machine. */
  readonly scale?: number;
  /** Where the factory can be imported from; without it the cases that need a process or a thread of their own are skipped. */
  readonly module?: TransportModule;
}

/** How to run the suite without a test runner. */
export interface RunConformanceOptions extends ConformanceOptions {
  /** What the subject is called in the report; default the transport's own name. */
  readonly name?: string;
  /** How many cases may run at the same time; default 4. Those that measure time run alone whatever this says. */
  readonly concurrency?: number;
  /** Ends the run: it rejects with the signal's reason once the cases that were running have been cleaned up. */
  readonly signal?: AbortSignal;
  /** Called with each result as it comes, which is not the order of the report; `total` counts all that will come. */
  readonly onResult?: (result: ConformanceResult, total: number) => void;
}

/** The version of the cases: raised when one is added, changed or retired. */
export const suiteVersion = "1.0.0";

const defaultConcurrency = 4;
const closeMs = 1000;

/**
 * Runs the cases without a test runner. Run one transport at a time: cases that measure time want the
 * process for themselves. A case that failed while another ran is run again alone, so that none is blamed
 * for another's fault.
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
  const subject = await describeSubject(create);
  const results = await runAll(
    cases,
    { ...caseOptions(create, subject.supports, options), ...(signal && { signal }) },
    options,
  );
  return {
    suiteVersion,
    runtime: currentRuntime(),
    subjects: [{ ...subject, ...(name !== undefined && { name }), results }],
  };
}

function checkRunOptions({ concurrency = defaultConcurrency, scale = 1 }: RunConformanceOptions): void {
  if (!Number.isInteger(concurrency) || concurrency < 1) throw new TypeError("concurrency is a whole number from 1 on");
  if (!(scale > 0 && scale < Number.POSITIVE_INFINITY)) throw new TypeError("scale is a number above 0");
}

/** What every case of a run is given. */
export function caseOptions(
  create: CreateTransport,
  supports: Partial<TransportSupport>,
  { scale = 1, knownFailures = {}, module }: ConformanceOptions,
): CaseResultOptions {
  const given = { create, supports, scale, knownFailures, ...(module !== undefined && { module }) };
  return { ...given, gate: new CaseGate(), secondRuns: { failed: 0 } };
}

/** Runs those that may run side by side first, then the others; the results are in the order of the cases. */
async function runAll(
  cases: readonly ConformanceCase[],
  options: CaseResultOptions,
  { concurrency = defaultConcurrency, onResult }: RunConformanceOptions,
): Promise<ConformanceResult[]> {
  const results = new Map<string, ConformanceResult>();
  const queue = cases.toSorted((a, b) => Number(a.alone) - Number(b.alone)).values();
  const work = async (): Promise<void> => {
    for (const next of queue) {
      const result = await resultOf(next, options);
      results.set(next.id, result);
      onResult?.(result, cases.length);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return cases.map(({ id }) => results.get(id)).filter((result) => result !== undefined);
}

/** Name, version and capabilities of the transport, read from one that is closed again. */
async function describeSubject(create: CreateTransport): Promise<Omit<ConformanceSubject, "results">> {
  const { name, version, supports, close } = create({});
  if (typeof supports !== "object") throw new TypeError("create must return a transport, which has `supports`");
  // One that fails or hangs is told of by the cases.
  const closed = Promise.resolve().then(() => close());
  const giveUp = new AbortController();
  await Promise.race([closed.catch(() => {}), sleep(closeMs, undefined, { signal: giveUp.signal }).catch(() => {})]);
  giveUp.abort();
  return { name, version, supports };
}
