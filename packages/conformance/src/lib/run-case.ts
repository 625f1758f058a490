import { setImmediate as macrotask, setTimeout as sleep } from "node:timers/promises";
import { inspect, types } from "node:util";
import type { Transport } from "@headrace/core/transport";
import { CaseContext, type CaseContextOptions } from "./case-context.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { ConformanceError } from "./conformance-error.ts";
import { describeError } from "./observed-exchange.ts";
import type { Finding } from "./report/conformance-report.ts";
import type { WireEntry } from "./wire-log.ts";

/** The most a case may take before it ends itself, in ms at scale 1, the clean-up included. */
export const caseBudgetMs = 4000;
const runMs = 2800;
const cleanUpMs = 1100;
const cleanUpStepMs = 350;
const cleanUpStepAfterTroubleMs = 150;

/** What a case is run with. */
export interface RunCaseOptions extends CaseContextOptions {
  /** Ends the case early; what it then finds is of no use. */
  readonly signal?: AbortSignal;
}

/** What came of running a case once. */
export interface CaseRun {
  /** What the case found, if it says so. */
  readonly note?: string;
  /** What did not hold; empty where all did. */
  readonly findings: readonly Finding[];
  /** Whether something failed that may be the fault of another case: nobody can say whose promise it was. */
  readonly isUnattributed: boolean;
  /** Whether it came to no end: its process ended, by this case's fault or by that of another in the same process. */
  readonly isLost?: boolean;
  /** How long it took. */
  readonly ms: number;
  readonly wire: readonly WireEntry[];
}

/**
 * Runs one case, ends everything it started, and checks what must hold after every case: the transport
 * closes, no socket is open, every script has returned, the sink was called by the rules, no rejection
 * went unhandled. Never throws, and ends before `caseBudgetMs` (scaled) whatever the transport does.
 */
export async function runCase(conformanceCase: ConformanceCase, options: RunCaseOptions): Promise<CaseRun> {
  const started = performance.now();
  const unhandled = watchForUnhandled();
  const context = new CaseContext(options);
  const abort = rejectionOnAbort(options.signal);
  const failures: unknown[] = [];
  let note: string | void = undefined;
  try {
    const run = conformanceCase.run(context);
    run.catch(() => {});
    const end = Promise.race([run, context.scriptFailure, abort.rejection]);
    note = await context.limited(runMs, end, "the case to come to an end");
  } catch (error) {
    failures.push(error);
  }
  failures.push(...context.scriptErrors.filter((error) => !failures.includes(error)));
  const troubles = await cleanUp(context);
  // What a script had still to say; to one that failed already, its end brings nothing but more of the same.
  failures.push(...(failures.length === 0 ? context.scriptErrors : []), ...troubles);
  abort.ignore();
  const stray = unhandled.stop();
  return {
    ...(typeof note === "string" && { note }),
    findings: [...failures, ...stray].map((failure) => toFinding(failure, conformanceCase)),
    isUnattributed: stray.length > 0,
    ms: Math.round(performance.now() - started),
    wire: context.log.entries(),
  };
}

function rejectionOnAbort(signal?: AbortSignal): { rejection: Promise<never>; ignore(): void } {
  let reject = (_reason: unknown): void => {};
  const rejection = new Promise<never>((_resolve, refuse) => (reject = refuse));
  rejection.catch(() => {});
  const listener = (): void => reject(signal?.reason);
  if (signal?.aborted) listener();
  signal?.addEventListener("abort", listener);
  return { rejection, ignore: () => signal?.removeEventListener("abort", listener) };
}

/** Ends what the case started; what did not end well comes back as errors. */
async function cleanUp(context: CaseContext): Promise<unknown[]> {
  const { exchanges, transports, servers, otherServers } = context;
  const problems: unknown[] = [];
  const started = performance.now();
  const attempt = async (expected: string, work: Promise<unknown>): Promise<void> => {
    const left = cleanUpMs - (performance.now() - started) / context.ms(1);
    const step = problems.length === 0 ? cleanUpStepMs : cleanUpStepAfterTroubleMs;
    try {
      await context.limited(Math.max(1, Math.min(step, left)), work, expected);
    } catch (error) {
      const received = `it failed with ${describeError(error)}`;
      problems.push(error instanceof ConformanceError ? error : new ConformanceError(expected, received));
    }
  };
  const unsettled = exchanges.filter(({ outcome }) => outcome === undefined);
  for (const exchange of unsettled) exchange.abort(new Error("the case is over"));
  for (const server of servers) for (const connection of server.connections) connection.resume();
  await attempt("send() to settle after the abort", Promise.all(unsettled.map((exchange) => exchange.settles())));
  context.silence.end();
  const closings = transports.map((transport) => closed(transport));
  await attempt("close() to resolve once every exchange has settled", Promise.all(closings));
  await attempt("every connection to be closed after close()", allSocketsClosed(context));
  const ends = [...servers, ...otherServers].map((server) => server.close());
  await attempt("the servers to close", Promise.all(ends));
  const scripts = servers.map((server) => server.scriptsDone());
  await attempt("the server's script to come to its end", Promise.all(scripts));
  await macrotask();
  await macrotask();
  for (const violation of exchanges.flatMap(({ recording }) => recording.violations)) {
    problems.push(new ConformanceError("send() and the calls of the sink to be as contract 2 and 3 say", violation));
  }
  return problems;
}

async function closed(transport: Transport): Promise<void> {
  const promise: unknown = transport.close();
  if (types.isPromise(promise)) await promise;
  else
    throw new ConformanceError(
      "close() to return a promise",
      inspect(promise, { depth: 0, breakLength: Number.POSITIVE_INFINITY }),
    );
}

async function allSocketsClosed(context: CaseContext): Promise<void> {
  const deadline = performance.now() + context.ms(cleanUpStepMs);
  const open = (): number => context.servers.reduce((sum, { openSockets }) => sum + openSockets, 0);
  while (open() > 0 && performance.now() < deadline) {
    endIdleConnections(context);
    await sleep(2);
  }
  if (open() > 0)
    throw new ConformanceError("every connection to be closed after close()", `${open()} still open`, {
      how: "waited",
    });
}

/**
 * Ends, from the server's side, the connections that a pool outside the transport may keep (a host's
 * fetch has one): those between two exchanges, and those of a script that is over where every exchange
 * came to its end. One that an exchange left in any other state is the transport's to close. That a
 * transport closes its own pool is a case of its own: `conc.close-releases`.
 */
function endIdleConnections({ servers, exchanges }: CaseContext): void {
  const allEnded = exchanges.every(({ outcome }) => outcome?.ended === true);
  for (const connection of servers.flatMap((server) => server.connections)) {
    const isOver = connection.isAtRest || (allEnded && connection.scriptIsOver);
    if (connection.open && isOver) connection.fin();
  }
}

/** Collects rejections that nobody handled and errors thrown where nobody could catch them. */
function watchForUnhandled(): { stop(): unknown[] } {
  const seen: unknown[] = [];
  const note = (cause: unknown): void => {
    seen.push(new ConformanceError("no unhandled rejection and no uncaught error", describeError(cause), { cause }));
  };
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  return {
    stop() {
      process.off("unhandledRejection", note);
      process.off("uncaughtException", note);
      return seen;
    },
  };
}

function toFinding(failure: unknown, { title }: ConformanceCase): Finding {
  if (failure instanceof ConformanceError) {
    const { expected, received, how } = failure;
    return { expected, received, how };
  }
  return { expected: `${title}, and nothing else thrown`, received: describeError(failure), how: "observed" };
}
