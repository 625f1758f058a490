import { spawn, type ChildProcess } from "node:child_process";
import { basename } from "node:path";

/** How a command ended. */
export interface CommandResult {
  /** Whether it exited with 0. */
  readonly ok: boolean;
  readonly exitCode: number | null;
  readonly stdout: string;
  /** Standard output and standard error in the order of their arrival. */
  readonly output: string;
}

/** How to run a command. */
export interface CommandOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The most it may take, in ms; it is killed then. Default 300 000. */
  readonly timeout?: number;
  /** Hands its output straight on instead of keeping it. */
  readonly inherit?: boolean;
}

/** What is kept is read in logs: no colours. Node warns if both variables are there. */
const plain: NodeJS.ProcessEnv = { FORCE_COLOR: undefined, NO_COLOR: "1" };

/** Runs a command without standard input and waits for its end; a failure is a result, not an exception. */
export function run(command: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const { cwd, env, timeout = 300_000, inherit = false } = options;
  const [file = "", ...args] = command;
  const out = inherit ? "inherit" : "pipe";
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...(inherit ? {} : plain), ...env },
    stdio: ["ignore", out, out],
    timeout,
    killSignal: "SIGKILL",
    // only a shell can start the `.cmd` files that npm makes on Windows
    shell: process.platform === "win32" && !/\.exe$/i.test(file),
  });
  return new Promise((resolve) => collect(child, resolve, `${basename(file)} (limit: ${timeout} ms)`));
}

function collect(child: ChildProcess, resolve: (result: CommandResult) => void, title: string): void {
  let stdout = "";
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    output += text;
  });
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.on("error", (error) => resolve({ ok: false, exitCode: null, stdout, output: `${output}${error.message}\n` }));
  child.on("close", (exitCode, signal) => {
    if (signal) output += `${title} was ended by ${signal}\n`;
    resolve({ ok: exitCode === 0, exitCode, stdout, output });
  });
}
