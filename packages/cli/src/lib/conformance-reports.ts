import { conformancePage, type ConformanceReport } from "@headrace/conformance";
import { createFileOutput, OutputError } from "./output.ts";
import { usageError } from "./usage-error.ts";

/**
 * Opens the files of a report now, so that a bad name costs no run, and gives what writes them.
 *
 * @throws `invalid-argument` for a file whose ending is neither `.html` nor `.json`; OutputError for one that cannot be written
 */
export function openReports(files: readonly string[]): (report: ConformanceReport) => void {
  for (const file of files) {
    if (!/\.(html|json)$/i.test(file)) throw usageError(`--report ${file}: the file must end in .html or .json`);
  }
  const outputs = [...new Set(files)].map((file) => ({ file, output: open(file) }));
  return (report) => {
    for (const { file, output } of outputs) {
      output.write(/\.json$/i.test(file) ? `${JSON.stringify(report)}\n` : conformancePage(report));
    }
  };
}

function open(file: string): ReturnType<typeof createFileOutput> {
  try {
    return createFileOutput(file);
  } catch (error) {
    if (error instanceof OutputError) throw new OutputError(`--report ${file}: ${error.message}`);
    throw error;
  }
}
