import { exitCodeOf } from "./exit-codes.ts";
import { writeError } from "./output.ts";

/**
 * Until the returned function is called, an end of the process is an error, said on standard error with `describe()`:
 * code under test may call `process.exit(0)`, which would look like a run in which nothing failed.
 *
 * @param isOurs whether the command itself is ending the process
 */
export function explainExit(describe: () => string, isOurs: () => boolean): () => void {
  const listener = (): void => {
    if (isOurs() || process.stdout.errored) return;
    writeError(`headrace: the process was ended before the suite was done: ${describe()}\n`);
    process.exitCode = exitCodeOf(undefined);
  };
  process.on("exit", listener);
  return () => void process.off("exit", listener);
}
