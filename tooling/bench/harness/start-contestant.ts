import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ContestantJob, ContestantResult, ContestantState } from "./contestant-job.ts";

/** A contestant that runs in its own process. */
export interface RunningContestant {
  /** What it runs on: `Node 26.10.0`. */
  readonly runtime: string;
  /** Does a job; one at a time. Rejects with what the contestant threw, or how its process ended. */
  readonly run: (job: ContestantJob) => Promise<ContestantResult>;
  /** How the process stands, also in the middle of a job; `settled` after a garbage collection. */
  readonly state: (how?: "settled") => Promise<ContestantState>;
  readonly stop: () => Promise<void>;
}

/** What the process sends. */
interface Answer {
  readonly ready?: string;
  readonly absent?: string;
  readonly result?: ContestantResult;
  readonly state?: ContestantState;
  readonly error?: string;
}

/** What contestants run on that are started without a word. */
export const ownRuntime: string = `Node ${process.versions.node}`;

/** What a contestant cannot run without is not there: nobody's fault. */
export class NotHere extends Error {}

/** The program of a contestant's process, its arguments before the contestant's name, and the Node that it runs on. */
interface Start {
  readonly program: string;
  readonly args?: readonly string[];
  readonly execPath?: string;
}

const inNode = fileURLToPath(new URL("contestant-process.ts", import.meta.url));
const inChromium = fileURLToPath(new URL("../../browser/contestant-in-page.ts", import.meta.url));
const jobTime = 120_000;

/**
 * Starts a contestant in a process of its own, which lives for all its rounds: so nobody runs on code that another has
 * made slow or on a heap that another has filled, and everybody runs warm. `execPath` is the Node that it runs on.
 */
export function startContestant(name: string, execPath: string = process.execPath): Promise<RunningContestant> {
  return startProgram(name, { program: inNode, execPath });
}

/** Starts a framer in a page of a headless Chromium of its own. Rejects with {@link NotHere} where there is none. */
export function startInChromium(name: string): Promise<RunningContestant> {
  return startProgram(name, { program: inChromium, args: ["/tooling/bench/harness/frame-in-page.ts"] });
}

async function startProgram(name: string, start: Start): Promise<RunningContestant> {
  const { program, args = [], execPath = process.execPath } = start;
  const child = fork(program, [...args, name], {
    execPath,
    execArgv: ["--conditions=@headrace/source", "--expose-gc"],
    env: { ...process.env, AI_SDK_LOG_WARNINGS: "false", NODE_NO_WARNINGS: "1" },
  });
  const ask = (key: "result" | "state", message: string | ContestantJob): Promise<Answer> => {
    child.send(message);
    return answerOf(child, key);
  };
  const { ready: runtime = "" } = await answerOf(child, "ready");
  return {
    runtime,
    run: async (job) => (await ask("result", job)).result as ContestantResult,
    state: async (how) => (await ask("state", how === "settled" ? "settled-state" : "state")).state as ContestantState,
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exit = once(child, "exit");
      child.disconnect();
      await exit;
    },
  };
}

/**
 * Waits for a message with `key`; rejects at one that tells of an error, where the process has ended or ends, and after
 * two minutes, which are its end.
 */
function answerOf(child: ChildProcess, key: keyof Answer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const settle = (message: Answer): void => {
      const { error, absent } = message;
      if (error === undefined && absent === undefined && message[key] === undefined) return;
      clearTimeout(timer);
      child.off("message", settle).off("exit", ended).off("error", failed);
      if (absent !== undefined) reject(new NotHere(absent));
      else if (error === undefined) resolve(message);
      else reject(new Error(error));
    };
    const ended = (code: number | null, signal: string | null): void =>
      settle({ error: `its process ended with ${code ?? signal}` });
    const failed = ({ message }: Error): void => settle({ error: `its process cannot be asked: ${message}` });
    const expired = (): void => {
      settle({ error: `it took more than ${jobTime / 1000} s` });
      child.kill("SIGKILL");
    };
    const timer = setTimeout(expired, jobTime);
    child.on("message", settle).on("exit", ended).on("error", failed);
  });
}
