import { setTimeout as sleep } from "node:timers/promises";
import { types } from "node:util";
import type { TransportSupport } from "@headrace/core/transport";
import { unmetNeed } from "./capabilities.ts";
import { CaseProcess, FactoryFailed, type SubjectInfo } from "./case-process.ts";
import type { ConformanceCase } from "./conformance-case.ts";
import { type CaseRun, runCase } from "./run-case.ts";
import type { ConformanceOptions, CreateTransport } from "./run-conformance.ts";
import type { TransportModule } from "./transport-module.ts";

/** Runs cases once each: in this process, or in one of their own. */
export interface CaseRunner {
  /**
   * Name, version and capabilities of the transport.
   *
   * @throws what the factory throws
   */
  describe(): Promise<SubjectInfo>;
  /** Runs one; the signal ends it early. */
  run(conformanceCase: ConformanceCase, options: RunOptions): Promise<CaseRun>;
  /** Ends the process, if there is one. */
  close(): void;
}

/** What one run of a case is given. */
export interface RunOptions {
  readonly supports: Partial<TransportSupport>;
  readonly signal?: AbortSignal;
}

const closeMs = 1000;

/**
 * Makes a runner as the options ask for it.
 *
 * @throws TypeError where they want a process and do not say where the factory is
 */
export function createCaseRunner(create: CreateTransport, options: ConformanceOptions): CaseRunner {
  const { module, scale = 1, isolation = defaultIsolation(module) } = options;
  if (isolation === "none") {
    const given = { create, scale, ...(module !== undefined && { module }) };
    return {
      describe: () => describeSubject(create),
      run: (conformanceCase, { supports, signal }) =>
        runCase(conformanceCase, { ...given, supports, ...(signal && { signal }) }),
      close() {},
    };
  }
  if (module === undefined) throw new TypeError("isolation by process needs `module`, to import the factory from");
  return processRunner(create, module, scale);
}

function defaultIsolation(module: TransportModule | undefined): "process" | "none" {
  return module !== undefined && unmetNeed(["machine:node"], {}) === undefined ? "process" : "none";
}

function processRunner(create: CreateTransport, module: TransportModule, scale: number): CaseRunner {
  let current: CaseProcess | undefined;
  const running = (): CaseProcess =>
    (current ??= new CaseProcess({ module, scale, onEnd: () => (current = undefined) }));
  return {
    async describe() {
      try {
        return await running().ready;
      } catch (error) {
        // Here it throws the very value, if it fails for a reason that is not the process's.
        if (error instanceof FactoryFailed) await describeSubject(create);
        throw error;
      }
    },
    async run({ id }, { signal }) {
      const process = running();
      await process.ready;
      const abort = (): void => process.abort();
      if (signal?.aborted) abort();
      signal?.addEventListener("abort", abort);
      return await process.run(id).finally(() => signal?.removeEventListener("abort", abort));
    },
    close: () => current?.close(),
  };
}

/** Name, version and capabilities of the transport, read from one that is closed again. */
async function describeSubject(create: CreateTransport): Promise<SubjectInfo> {
  const made = create({});
  checkMade(made);
  const { name, version, supports, close } = made;
  // One that fails or hangs is told of by the cases.
  const closed = Promise.resolve().then(() => close());
  const giveUp = new AbortController();
  await Promise.race([closed.catch(() => {}), sleep(closeMs, undefined, { signal: giveUp.signal }).catch(() => {})]);
  giveUp.abort();
  return { name, version, supports };
}

/**
 * Says whether a factory made a transport.
 *
 * @throws TypeError
 */
export function checkMade(made: unknown): void {
  const refuse = (why: string): never => {
    throw new TypeError(`create must return a transport${why}`);
  };
  if (typeof made !== "object" || made === null) refuse(`, not ${made === null ? "null" : typeof made}`);
  if (types.isPromise(made)) refuse(" at once, not a promise: load what it needs before");
  const { supports, send, close } = made as Readonly<Record<string, unknown>>;
  if (typeof supports !== "object" || supports === null) refuse(", which has `supports`");
  if (typeof send !== "function") refuse(", which has a method `send`");
  if (typeof close !== "function") refuse(", which has a method `close`");
}
