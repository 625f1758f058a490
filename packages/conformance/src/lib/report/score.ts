import type { ConformanceLevel } from "../conformance-case.ts";
import type { ConformanceResult } from "./conformance-report.ts";

/** How many cases passed, of those that apply. */
export interface Score {
  /** All but those that were not run. What a transport does not declare must be refused, which is a case too. */
  readonly applied: number;
  /** Those that came out as `pass` or `info`. */
  readonly passed: number;
  /** The others: failed, listed as known or not, not strict, or passed unexpectedly. */
  readonly notPassed: readonly ConformanceResult[];
}

/** Counts the results of a subject, or some of them. A known failure has not passed. */
export function scoreOf(results: readonly ConformanceResult[]): Score {
  const applied = results.filter(({ outcome }) => outcome !== "unsupported" && outcome !== "skipped");
  const notPassed = applied.filter(({ outcome }) => outcome !== "pass" && outcome !== "info");
  return { applied: applied.length, passed: applied.length - notPassed.length, notPassed };
}

/** Levels in the order of reports. */
export const levels: readonly ConformanceLevel[] = ["must", "should", "may", "info"];

const undeclared = "does not declare ";

/** The capabilities that cases wanted and the transport does not declare, in the order of the suite. */
export function undeclaredCapabilities(results: readonly ConformanceResult[]): string[] {
  const reasons = results.flatMap(({ outcome, reason }) => (outcome === "unsupported" && reason ? [reason] : []));
  return [...new Set(reasons.map((reason) => reason.replace(undeclared, "")))];
}
