import type { NetworkOptions, Transport, TransportSupport } from "@headrace/core/transport";
import { allCases } from "./all-cases.ts";
import { unmetNeed } from "./capabilities.ts";
import type { ConformanceArea, ConformanceCase, ConformanceLevel } from "./conformance-case.ts";
import { runCase } from "./run-case.ts";

/** Makes a transport with what a case needs. Called at least once a case. */
export type CreateTransport = (options: NetworkOptions) => Transport;

/** Which cases to run, and what is known of the transport. */
export interface ConformanceOptions {
  /** Failures to live with: ids, each with the reason, best with the upstream issue. One that passes is an error. */
  readonly knownFailures?: Readonly<Record<string, string>>;
  /** Ids, areas (`body`) or prefixes with a star (`body.chunk*`); default all. */
  readonly only?: readonly string[];
  /** Every wait and limit is multiplied by this; default 1. Use 3 on a slow or busy machine. */
  readonly scale?: number;
}

/**
 * What came of a case. `non-strict`: a `should` that does not hold. `info`: which of the allowed answers
 * came. `unsupported`: a capability it needs is not declared. `skipped`: this machine cannot run it.
 * `known-failure` failed as listed; `unexpected-pass` did not, which is red.
 */
export type ConformanceOutcome =
  | "pass"
  | "fail"
  | "non-strict"
  | "info"
  | "unsupported"
  | "skipped"
  | "known-failure"
  | "unexpected-pass";

/** One row of a report. */
export interface ConformanceResult {
  readonly id: string;
  readonly area: ConformanceArea;
  readonly title: string;
  readonly level: ConformanceLevel;
  readonly outcome: ConformanceOutcome;
  readonly ms: number;
  /** Why it was not run or failed as known; with `info`, the answer. */
  readonly reason?: string;
  /** The failure's message, wire log included. */
  readonly error?: string;
}

/** What a run gives back: plain data, fit for `JSON.stringify`. */
export interface ConformanceReport {
  readonly suiteVersion: string;
  readonly subject: {
    readonly name: string;
    readonly version: string;
    readonly supports: Partial<TransportSupport>;
  };
  readonly results: readonly ConformanceResult[];
}

/** The version of the cases: raised when one is added, changed or retired. */
export const suiteVersion = "1.0.0";

/** Runs the cases one after another, without a test runner. Rejects only where `create` itself fails or the options are wrong. */
export async function runConformance(
  create: CreateTransport,
  options: ConformanceOptions = {},
): Promise<ConformanceReport> {
  const cases = selectCases(options);
  const subject = await describeSubject(create);
  const results: ConformanceResult[] = [];
  for (const conformanceCase of cases) results.push(await resultOf(conformanceCase, create, subject.supports, options));
  return { suiteVersion, subject, results };
}

/** The cases that the options ask for; throws where they name one that there is not. */
export function selectCases({ only, knownFailures = {} }: ConformanceOptions): readonly ConformanceCase[] {
  const ids = new Set(allCases.map(({ id }) => id));
  const stray = Object.keys(knownFailures).filter((id) => !ids.has(id));
  if (stray.length > 0) throw new TypeError(`knownFailures names no case: ${stray.join(", ")}`);
  if (only === undefined) return allCases;
  for (const pattern of only) {
    if (!allCases.some((candidate) => isNamedBy(candidate, pattern)))
      throw new TypeError(`only names no case: ${pattern}`);
  }
  return allCases.filter((candidate) => only.some((pattern) => isNamedBy(candidate, pattern)));
}

function isNamedBy({ id, area }: ConformanceCase, pattern: string): boolean {
  return pattern.endsWith("*") ? id.startsWith(pattern.slice(0, -1)) : id === pattern || area === pattern;
}

/** Name, version and capabilities of the transport, read from one that is closed again. */
async function describeSubject(create: CreateTransport): Promise<ConformanceReport["subject"]> {
  const transport = create({});
  const { name, version, supports } = transport;
  await transport.close();
  return { name, version, supports };
}

/** Runs one case and says what came of it; never throws. */
export async function resultOf(
  conformanceCase: ConformanceCase,
  create: CreateTransport,
  supports: Partial<TransportSupport>,
  { scale = 1, knownFailures = {} }: ConformanceOptions,
): Promise<ConformanceResult> {
  const { id, area, title, level, needs } = conformanceCase;
  const row = { id, area, title, level };
  const unmet = unmetNeed(needs, supports);
  if (unmet !== undefined) return { ...row, ms: 0, reason: unmet, outcome: notRun(unmet) };
  const known = knownFailures[id];
  const started = performance.now();
  const elapsed = (): number => Math.round(performance.now() - started);
  try {
    const note = await runCase(conformanceCase, { create, supports, scale });
    const ms = elapsed();
    if (known !== undefined) return { ...row, ms, outcome: "unexpected-pass", reason: known };
    if (level !== "may" && level !== "info") return { ...row, ms, outcome: "pass" };
    return { ...row, ms, outcome: "info", ...(typeof note === "string" && { reason: note }) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const failed = { ...row, ms: elapsed(), error: message };
    if (known !== undefined) return { ...failed, outcome: "known-failure", reason: known };
    return { ...failed, outcome: level === "should" ? "non-strict" : level === "info" ? "info" : "fail" };
  }
}

function notRun(reason: string): ConformanceOutcome {
  return reason.startsWith("does not declare") ? "unsupported" : "skipped";
}
