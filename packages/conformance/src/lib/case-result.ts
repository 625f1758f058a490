import type { TransportSupport } from "@headrace/core/transport";
import { unmetNeed } from "./capabilities.ts";
import type { CaseGate } from "./case-gate.ts";
import type { CaseRunner } from "./case-runner.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import type { ConformanceOutcome, ConformanceResult } from "./report/conformance-report.ts";
import { describeFinding } from "./report/describe-result.ts";
import type { CaseRun } from "./run-case.ts";
import type { TransportModule } from "./transport-module.ts";

/** What a case is run with to have a result. */
export interface CaseResultOptions {
  /** Runs a case once, wherever that is. */
  readonly run: CaseRunner["run"];
  readonly supports: Partial<TransportSupport>;
  readonly module?: TransportModule;
  readonly signal?: AbortSignal;
  readonly gate: CaseGate;
  /** Undefined: a case is run once. */
  readonly secondRuns: SecondRuns | undefined;
  /** Called with the id of a case whenever it is about to run. */
  readonly onStart?: (id: string) => void;
  /** The reasons of known failures, by id. */
  readonly knownFailures: Readonly<Record<string, string>>;
}

/** How cases fared that were run again, over a whole run. */
export interface SecondRuns {
  /** How many in a row failed again. */
  failed: number;
}

/** After so many in a row a first failure is believed: a transport that always hangs shall not hang twice a case. */
const enoughSecondRuns = 10;

interface DecidedRun extends CaseRun {
  /** What did not hold the first time, and did the second. */
  readonly doubt?: string;
}

/** Runs one case when its turn comes and says what came of it. Rejects only with the reason of an abort. */
export async function resultOf(
  conformanceCase: ConformanceCase,
  options: CaseResultOptions,
): Promise<ConformanceResult> {
  const { id, area, title, level, scope, spec, needs } = conformanceCase;
  const row = { id, area, title, level, scope, spec };
  const unmet = unmetNeed(needs, options.supports, options.module);
  if (unmet !== undefined) return { ...row, outcome: notRun(unmet), ms: 0, reason: unmet };
  const run = await runInTurn(conformanceCase, options);
  const { ms, note, doubt, wire, findings } = run;
  const [first, ...also] = findings;
  const known = options.knownFailures[id];
  const outcome = outcomeOf(conformanceCase, run, known !== undefined);
  const reason = known ?? note ?? doubt;
  return {
    ...row,
    outcome,
    ms,
    ...(reason !== undefined && { reason }),
    ...first,
    ...(also.length > 0 && { also }),
    ...(outcome !== "pass" && { wire }),
  };
}

function notRun(reason: string): ConformanceOutcome {
  return reason.startsWith("does not declare") ? "unsupported" : "skipped";
}

function outcomeOf({ level }: ConformanceCase, { findings }: CaseRun, isKnown: boolean): ConformanceOutcome {
  if (findings.length === 0) {
    if (isKnown) return "unexpected-pass";
    return level === "may" || level === "info" ? "info" : "pass";
  }
  if (isKnown) return "known-failure";
  return level === "should" ? "non-strict" : level === "info" ? "info" : "fail";
}

/**
 * Runs a case, and once more, alone, where it failed: the fault may have been another case's, or a busy
 * machine's. One that is known to fail is run again only for a rejection that nobody handled; one that was
 * lost beside others always, since any of them may have done it.
 */
async function runInTurn(conformanceCase: ConformanceCase, options: CaseResultOptions): Promise<DecidedRun> {
  const { knownFailures, secondRuns } = options;
  const isKnown = Object.hasOwn(knownFailures, conformanceCase.id);
  const first = await runOnce(conformanceCase, options, conformanceCase.alone || isKnown);
  const [finding] = first.findings;
  const isBelieved = secondRuns === undefined || secondRuns.failed >= enoughSecondRuns;
  const isShared = first.isLost === true && first.wasAccompanied;
  if (finding === undefined || (isBelieved && !isShared) || (isKnown && !first.isUnattributed)) return first;
  const second = await runOnce(conformanceCase, options, true);
  if (secondRuns) secondRuns.failed = second.findings.length > 0 ? secondRuns.failed + 1 : 0;
  if (second.findings.length > 0 || isShared) return second;
  const holds = first.wasAccompanied ? "holds alone; while other cases ran" : "holds the second time; the first time";
  return { ...second, doubt: `${holds}: ${describeFinding(finding)}` };
}

async function runOnce(
  conformanceCase: ConformanceCase,
  options: CaseResultOptions,
  alone: boolean,
): Promise<CaseRun & { readonly wasAccompanied: boolean }> {
  const pass = await options.gate.enter(alone);
  try {
    options.signal?.throwIfAborted();
    options.onStart?.(conformanceCase.id);
    const run = await options.run(conformanceCase, options);
    options.signal?.throwIfAborted();
    return { ...run, wasAccompanied: pass.wasAccompanied };
  } finally {
    pass.leave();
  }
}
