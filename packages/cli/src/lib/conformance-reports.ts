import { closeSync, existsSync, openSync, rmSync, writeFileSync } from "node:fs";
import { conformancePage, type ConformanceReport } from "@headrace/conformance";
import { OutputError } from "./output.ts";
import { usageError } from "./usage-error.ts";

/**
 * Tries the files of a report now, so that a bad name costs no run, and gives what writes them. A file that was not
 * there is not there until then: a run that ends early leaves none behind.
 *
 * @throws `invalid-argument` for a file whose ending is neither `.html` nor `.json`; OutputError for one that cannot be written
 */
export function openReports(files: readonly string[]): (report: ConformanceReport) => void {
  for (const file of files) {
    if (!/\.(html|json)$/i.test(file)) throw usageError(`--report ${file}: the file must end in .html or .json`);
  }
  const named = [...new Set(files)];
  for (const file of named) {
    const isNew = !existsSync(file);
    attempt(file, () => closeSync(openSync(file, "a")));
    if (isNew) rmSync(file, { force: true });
  }
  return (report) => {
    for (const file of named) {
      const text = /\.json$/i.test(file) ? `${JSON.stringify(report)}\n` : conformancePage(report);
      attempt(file, () => writeFileSync(file, text));
    }
  };
}

function attempt(file: string, call: () => void): void {
  try {
    call();
  } catch (error) {
    const { code = "failed" } = error as NodeJS.ErrnoException;
    throw new OutputError(`--report ${file}: cannot write the output: ${code}`);
  }
}
