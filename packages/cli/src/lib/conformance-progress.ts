import type { ConformanceResult } from "@headrace/conformance";

/** Says on a terminal how far a run is, in one line that is written again and again; elsewhere it says nothing. */
export interface Progress {
  /** Takes note of a result; `total` is how many there will be. */
  readonly count: (result: ConformanceResult, total: number) => void;
  /** How far the run is, in words. */
  describe(): string;
  /** Takes the line away. */
  clear(): void;
}

/** Follows the run on one transport. */
export function createProgress(stream: NodeJS.WriteStream, title: string): Progress {
  const isTerminal = stream.isTTY && process.env["TERM"] !== "dumb";
  let done = 0;
  let failed = 0;
  let all = 0;
  const describe = (): string => {
    const failures = failed === 0 ? "" : `, ${failed} failed`;
    return all === 0 ? `${title}: no case yet` : `${title}: ${done} of ${all} cases${failures}`;
  };
  return {
    describe,
    count({ id, outcome }, total) {
      done++;
      all = total;
      if (outcome === "fail" || outcome === "unexpected-pass") failed++;
      if (isTerminal) stream.write(`\r\x1b[K${`${describe()}  ${id}`.slice(0, Math.max(0, stream.columns - 1))}`);
    },
    clear() {
      if (isTerminal) stream.write("\r\x1b[K");
    },
  };
}
