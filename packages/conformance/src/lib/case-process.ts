import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { loadingFlags } from "./own-process.ts";
import type { ConformanceSubject, Finding } from "./report/conformance-report.ts";
import { caseBudgetMs, type CaseRun } from "./run-case.ts";
import type { TransportModule } from "./transport-module.ts";
import type { WireEntry } from "./wire-log.ts";

/** What the process is told: first `start`, and at last `abort`, after which its cases end early. */
export type ToCaseProcess =
  | { readonly kind: "start"; readonly url: string; readonly name: string; readonly scale: number }
  | { readonly kind: "run"; readonly run: number; readonly id: string }
  | { readonly kind: "ping" }
  | { readonly kind: "abort" };

/** What it tells: first `ready` or `unready`. */
export type FromCaseProcess =
  | { readonly kind: "ready"; readonly subject: SubjectInfo }
  | { readonly kind: "unready"; readonly why: string }
  | { readonly kind: "pong" }
  | { readonly kind: "wire"; readonly run: number; readonly entry: WireEntry }
  | { readonly kind: "over"; readonly run: number; readonly result: CaseRun };

/** What a transport says of itself. */
export type SubjectInfo = Omit<ConformanceSubject, "results">;

/** The process could not make a transport: the module or its factory is at fault. */
export class FactoryFailed extends Error {}

/** What the process is started with. */
export interface CaseProcessOptions {
  readonly module: TransportModule;
  readonly scale: number;
  /** Called once, when it has ended after it was ready. */
  readonly onEnd: () => void;
}

interface RunInHand {
  readonly started: number;
  readonly wire: WireEntry[];
  finish(run: CaseRun): void;
}

const startMs = 20_000;
/** More than a case takes to clean up after an abort. */
const abortMs = 1500;
/** The module beside this one: both are sources, or both are built. */
const main = new URL(
  import.meta.url.endsWith(".ts") ? "case-process-main.ts" : "case-process-main.mjs",
  import.meta.url,
);

/**
 * A process that runs cases with the transport in it. It is asked again and again whether its thread is free:
 * where that does not answer for a case's budget it is ended, and where it ends by whatever means, each case it
 * had in hand has failed for that. It keeps no process alive but while it runs a case, and dies with this one.
 */
export class CaseProcess {
  /** Resolves when it can run cases; rejects where it cannot. */
  readonly ready: Promise<SubjectInfo>;
  readonly #options: CaseProcessOptions;
  readonly #child: ChildProcess;
  readonly #inHand = new Map<number, RunInHand>();
  #runs = 0;
  #watch: NodeJS.Timeout | undefined;
  /** When the ping was sent that has not been answered. */
  #asked: number | undefined;
  /** Why this side ended it. */
  #verdict: string | undefined;
  #wasBlocked = false;

  constructor(options: CaseProcessOptions) {
    this.#options = options;
    // The last is a lifeline: nothing is written, but it closes when this process ends, however that comes about.
    this.#child = spawn(process.execPath, [...loadingFlags(process.execArgv), fileURLToPath(main)], {
      stdio: ["ignore", "inherit", "inherit", "ipc", "pipe"],
      windowsHide: true,
    });
    this.ready = this.#start();
    this.ready.catch(() => {});
    this.#child.unref();
    this.#child.channel?.unref();
    (this.#child.stdio[4] as unknown as { unref(): void }).unref();
  }

  #start(): Promise<SubjectInfo> {
    const { module, scale } = this.#options;
    return new Promise((resolve, reject) => {
      let isReady = false;
      const late = setTimeout(() => this.#end(`it was not ready within ${startMs * scale} ms`), startMs * scale);
      this.#child.on("message", (message: FromCaseProcess) => {
        clearTimeout(late);
        if (message.kind === "unready") reject(new FactoryFailed(message.why));
        else if (message.kind !== "ready") this.#heard(message);
        else {
          isReady = true;
          resolve(message.subject);
        }
      });
      const over = (how: string): void => {
        clearTimeout(late);
        const why = this.#verdict ?? how;
        if (isReady) this.#ended(why);
        else reject(new Error(`The process for the cases cannot start: ${why}`));
      };
      this.#child.once("error", ({ message }) => over(message));
      this.#child.once("exit", (code, signal) => {
        // What it said last may still be on the way.
        setImmediate(() => over(`the process ended ${signal === null ? `with status ${code}` : `by ${signal}`}`));
      });
      this.#tell({ kind: "start", url: String(module.url), name: module.name ?? "default", scale });
    });
  }

  /** Runs a case, beside those it has in hand. Never rejects. */
  run(id: string): Promise<CaseRun> {
    return new Promise((finish) => {
      this.#inHand.set(++this.#runs, { started: performance.now(), wire: [], finish });
      this.#tell({ kind: "run", run: this.#runs, id });
      this.#watch ??= setInterval(() => this.#check(), this.#patience / 8);
    });
  }

  /** Ends the cases in hand early; they clean up. */
  abort(): void {
    this.#tell({ kind: "abort" });
    setTimeout(() => this.#end("the run was aborted"), abortMs * this.#options.scale).unref();
  }

  /** Ends it at once. */
  close(): void {
    this.#end("it was closed");
  }

  get #patience(): number {
    return caseBudgetMs * this.#options.scale;
  }

  #tell(message: ToCaseProcess): void {
    if (this.#child.connected) this.#child.send(message, () => {});
  }

  #heard(message: FromCaseProcess): void {
    if (message.kind === "pong") this.#asked = undefined;
    else if (message.kind === "wire") this.#inHand.get(message.run)?.wire.push(message.entry);
    else if (message.kind === "over") this.#finish(message.run, message.result);
  }

  #finish(run: number, result: CaseRun): void {
    this.#inHand.get(run)?.finish(result);
    this.#inHand.delete(run);
    if (this.#inHand.size > 0) return;
    clearInterval(this.#watch);
    this.#watch = undefined;
  }

  #check(): void {
    if (this.#asked === undefined) {
      this.#asked = performance.now();
      this.#tell({ kind: "ping" });
      return;
    }
    // A turn later: where this thread was the one that was blocked, the answer waits to be read.
    setImmediate(() => {
      const silent = performance.now() - (this.#asked ?? Number.POSITIVE_INFINITY);
      if (silent <= this.#patience) return;
      this.#wasBlocked = true;
      this.#end(`the thread was blocked for ${Math.round(this.#patience)} ms`);
    });
  }

  #end(verdict: string): void {
    this.#verdict ??= verdict;
    this.#child.kill("SIGKILL");
  }

  #ended(why: string): void {
    this.#options.onEnd();
    for (const [run, { started, wire }] of this.#inHand) {
      const expected = "a thread that stays free and a process that lives";
      const finding: Finding = { expected, received: why, how: this.#wasBlocked ? "waited" : "observed" };
      const ms = Math.round(performance.now() - started);
      this.#finish(run, { findings: [finding], isUnattributed: false, isLost: true, wire, ms });
    }
  }
}
