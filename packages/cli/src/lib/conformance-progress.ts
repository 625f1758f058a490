import type { ConformanceResult } from "@headrace/conformance";

/** Says on a terminal how far a run is, in one line that is written again and again; elsewhere it says nothing. */
export interface Progress {
  /** Takes note of a case that is about to run. */
  readonly start: (id: string, total: number) => void;
  /** Takes note of a result; `total` is how many there will be. */
  readonly count: (result: ConformanceResult, total: number) => void;
  /** How far the run is, in words, and which cases are running. */
  describe(): string;
  /** Takes the line away. */
  clear(): void;
}

/** Of a terminal that does not say how wide it is. */
const usualColumns = 80;

/** Follows the run on one transport. */
export function createProgress(stream: NodeJS.WriteStream, title: string): Progress {
  const isTerminal = stream.isTTY && process.env["TERM"] !== "dumb";
  let done = 0;
  let failed = 0;
  let all = 0;
  const running = new Set<string>();
  const describe = (): string => {
    const failures = failed === 0 ? "" : `, ${failed} failed`;
    const now = running.size === 0 ? "" : `; running: ${[...running].toReversed().join(", ")}`;
    return all === 0 ? `${title}: no case yet` : `${title}: ${done} of ${all} cases${failures}${now}`;
  };
  const show = (): void => {
    if (isTerminal) stream.write(`\r\x1b[K${describe().slice(0, (stream.columns || usualColumns) - 1)}`);
  };
  return {
    describe,
    start(id, total) {
      all = total;
      running.delete(id);
      running.add(id);
      show();
    },
    count({ id, outcome }, total) {
      done++;
      all = total;
      running.delete(id);
      if (outcome === "fail" || outcome === "unexpected-pass") failed++;
      show();
    },
    clear() {
      if (isTerminal) stream.write("\r\x1b[K");
    },
  };
}
