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
const closeMs = 1000;

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
  { scale = 1, knownFailures = {}, module, secondRuns = true }: RunConformanceOptions,
): CaseResultOptions {
  const given = { create, supports, scale, knownFailures, ...(module !== undefined && { module }) };
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

/**
 * Says whether a factory made a transport.
 *
 * @throws TypeError
 */
export function checkMade(made: unknown): void {
  const { supports } = (made ?? {}) as { readonly supports?: unknown };
  if (typeof supports === "object" && supports !== null) return;
  throw new TypeError("create must return a transport, which has `supports`");
}

/** Name, version and capabilities of the transport, read from one that is closed again. */
async function describeSubject(create: CreateTransport): Promise<Omit<ConformanceSubject, "results">> {
  const made = create({});
  checkMade(made);
  const { name, version, supports, close } = made;
  // One that fails or hangs is told of by the cases.
  const closed = Promise.resolve().then(() => close());
  const giveUp = new AbortController();
  await Promise.race([closed.catch(() => {}), sleep(closeMs, undefined, { signal: giveUp.signal }).catch(() => {})]);
  giveUp.abort();
  return { name, version, supports };
}
