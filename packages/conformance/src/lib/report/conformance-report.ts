import type { TransportSupport } from "@headrace/core/transport";
import type { ConformanceArea, ConformanceLevel } from "../conformance-case.ts";
import type { WireEntry } from "../wire-log.ts";

/**
 * What came of a case. `non-strict`: a `should` that does not hold. `info`: which of the allowed answers
 * came. `unsupported`: a capability it needs is not declared. `skipped`: it does not apply, or this machine
 * cannot run it. `known-failure` failed as listed; `unexpected-pass` did not, which is red, as `fail` is.
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

/** Something that did not hold. */
export interface Finding {
  /** The case's title where something was thrown that the case did not look at. */
  readonly expected: string;
  readonly received: string;
  /** `waited`: nothing came, and a wait ran out. `observed`: everything else. */
  readonly how: "observed" | "waited";
}

/** What came of one case on one transport. */
export interface ConformanceResult {
  readonly id: string;
  readonly area: ConformanceArea;
  /** What had to hold. */
  readonly title: string;
  readonly level: ConformanceLevel;
  /** `transport`: the case calls `send`. `verb`: it calls the verbs of core over the transport. */
  readonly scope: "transport" | "verb";
  /** Where the demand is written. */
  readonly spec: string;
  readonly outcome: ConformanceOutcome;
  /** 0 where it was not run. */
  readonly ms: number;
  /** Why it was not run, or failed as known; with `info`, the answer; with `pass`, what did not hold in a first run. */
  readonly reason?: string;
  /** What did not hold, the first in time: what should have come, and what came. As in `Finding`. */
  readonly expected?: string;
  readonly received?: string;
  readonly how?: Finding["how"];
  /** What did not hold besides. */
  readonly also?: readonly Finding[];
  /** What happened, for every outcome but a plain pass and cases not run; at most 81 entries. */
  readonly wire?: readonly WireEntry[];
}

/** A transport, or a composition of some, and what came of every case. */
export interface ConformanceSubject {
  readonly name: string;
  readonly version: string;
  readonly supports: Partial<TransportSupport>;
  /** In the order of the suite. */
  readonly results: readonly ConformanceResult[];
}

/** What a run gives back, and what a report is made of: plain data, fit for `JSON.stringify`. It holds no time of day. */
export interface ConformanceReport {
  readonly suiteVersion: string;
  /** What it ran on: `node`, `deno` or `bun`; `platform` and `arch` as `process` spells them. */
  readonly runtime: {
    readonly name: string;
    readonly version: string;
    readonly platform: string;
    readonly arch: string;
  };
  /** One from `runConformance`; reports of one runtime are merged by joining these lists. */
  readonly subjects: readonly ConformanceSubject[];
}

/** Whether an outcome fails a run. */
export function isRed({ outcome }: Pick<ConformanceResult, "outcome">): boolean {
  return outcome === "fail" || outcome === "unexpected-pass";
}
