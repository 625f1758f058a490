import {
  type ConformanceReport,
  type ConformanceResult,
  isRed,
  listCases,
  runConformance,
} from "@headrace/conformance";
import { explainExit } from "./conformance-exit.ts";
import { createProgress, type Progress } from "./conformance-progress.ts";
import { openReports } from "./conformance-reports.ts";
import { loadSubjects, type LoadedSubject } from "./conformance-subjects.ts";
import { describeReport } from "./conformance-summary.ts";
import { abortOnSignals, Interruption } from "./interruption.ts";
import { writeError } from "./output.ts";
import { createPaint } from "./paint.ts";
import { usageError } from "./usage-error.ts";

/** The flags of `headrace conformance`. */
export interface ConformanceFlags {
  readonly transport?: readonly string[];
  readonly only?: readonly string[];
  readonly report?: readonly string[];
  readonly scale?: number;
}

/**
 * `headrace conformance`: holds transports to the contract and says what came of it. Whatever is wrong with
 * the flags is said before anything runs. Returns 0 where nothing is red.
 */
export async function conformanceCommand(flags: ConformanceFlags): Promise<number> {
  const selection = flags.only === undefined ? {} : { only: flags.only };
  checked(() => listCases(selection));
  const { subjects, missing } = await loadSubjects(flags.transport);
  for (const { knownFailures } of subjects) checked(() => listCases({ knownFailures }));
  const writeReports = openReports(flags.report ?? []);
  for (const line of missing) writeError(`${line}\n`);
  const run = async (
    { name, create, knownFailures, module }: LoadedSubject,
    follow: Follow,
  ): Promise<ConformanceReport> =>
    await runConformance(create, {
      ...selection,
      ...(flags.scale !== undefined && { scale: flags.scale }),
      ...(name !== undefined && { name }),
      ...follow,
      knownFailures,
      module,
    });
  const reports = await runEach(subjects, run);
  if (typeof reports === "number") return leave(reports);
  const [first] = reports;
  if (first === undefined) throw usageError("no transport can be loaded here");
  const report = { ...first, subjects: reports.flatMap((each) => each.subjects) };
  writeReports(report);
  process.stdout.write(describeReport(report, createPaint(process.stdout)));
  return leave(report.subjects.some(({ results }) => results.some(isRed)) ? 1 : 0);
}

/** What a run is followed with. */
interface Follow {
  readonly signal: AbortSignal;
  readonly onStart: (id: string, total: number) => void;
  readonly onResult: (result: ConformanceResult, total: number) => void;
}

/** Runs the suite on one subject after another. A signal of the system ends it: the exit status. */
async function runEach(
  subjects: readonly LoadedSubject[],
  run: (subject: LoadedSubject, follow: Follow) => Promise<ConformanceReport>,
): Promise<ConformanceReport[] | number> {
  const controller = new AbortController();
  const { signal } = controller;
  const ignoreSignals = abortOnSignals(controller);
  const reports: ConformanceReport[] = [];
  let progress: Progress | undefined;
  const expectExit = explainExit(
    () => progress?.describe() ?? "no case yet",
    () => signal.aborted,
  );
  try {
    for (const subject of subjects) {
      progress = createProgress(process.stderr, subject.title);
      reports.push(await run(subject, { signal, onStart: progress.start, onResult: progress.count }));
      progress.clear();
    }
    return reports;
  } catch (error) {
    progress?.clear();
    if (!(signal.reason instanceof Interruption)) throw error;
    writeError(`interrupted: ${reports.length} of ${subjects.length} transports done; then ${progress?.describe()}\n`);
    return signal.reason.exitCode;
  } finally {
    expectExit();
    ignoreSignals();
  }
}

/** A wrong name of a case is a mistake on the command line. */
function checked(check: () => unknown): void {
  try {
    check();
  } catch (error) {
    if (error instanceof TypeError) throw usageError(error.message);
    throw error;
  }
}

/** Once the output is read, a transport that left something running no longer keeps the process. */
async function leave(status: number): Promise<number> {
  await new Promise<void>((resolve) => void process.stdout.write("", () => resolve()));
  setTimeout(() => process.exit(), 1000).unref();
  return status;
}
