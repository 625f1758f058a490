import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** For tests: the command as a process of its own, from source. */
const main: string = fileURLToPath(new URL("../main.ts", import.meta.url));
const sourceFlags = ["--conditions=@headrace/source", "--disable-warning=ExperimentalWarning"];

/** How a process ended and what it printed. */
export interface Ended {
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: string;
  stderr: string;
}

/** An environment in which nothing steers the command: no colours, no proxies. */
const quietEnvironment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(FORCE_COLOR|NO_COLOR|NODE_.*|VITEST.*|.*_proxy|HEADRACE_.*)$/i.test(name),
  ),
);

/** Starts the command; standard input is empty unless `options` says otherwise. */
export function spawnHeadrace(args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn(process.execPath, [...sourceFlags, main, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
    env: { ...quietEnvironment, ...options.env },
  });
}

/** Waits for the end of a process and gives all it printed. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const printed = Promise.all([child.stdout ? text(child.stdout) : "", child.stderr ? text(child.stderr) : ""]);
  const [status, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  const [stdout, stderr] = await printed;
  return { status, signal, stdout, stderr };
}

/** Runs the command to its end. */
export async function headrace(
  args: readonly string[],
  options: SpawnOptions & { input?: string } = {},
): Promise<Ended> {
  const { input, ...rest } = options;
  const child = spawnHeadrace(args, {
    ...rest,
    ...(input !== undefined && { stdio: ["pipe", "pipe", "pipe"] as const }),
  });
  if (input !== undefined) child.stdin?.end(input);
  return await ended(child);
}

/** Starts a script of the shell in which `headrace` is the command, and `$(headrace_command)` what to `exec` for it. */
export function spawnShell(script: string, options: SpawnOptions = {}): ChildProcess {
  const command = `"$HEADRACE_NODE" ${sourceFlags.join(" ")} "$HEADRACE_MAIN"`;
  const definitions = `headrace() { ${command} "$@"; }\nheadrace_command() { echo ${command}; }\n`;
  return spawn("bash", ["-c", definitions + script], {
    stdio: ["ignore", "pipe", "pipe"],
    ...options,
    env: { ...quietEnvironment, HEADRACE_NODE: process.execPath, HEADRACE_MAIN: main, ...options.env },
  });
}

/** Runs a script of the shell to its end. */
export async function shell(script: string, options: SpawnOptions = {}): Promise<Ended> {
  return await ended(spawnShell(script, options));
}

/**
 * Runs many command lines one after another in one process, which saves its start for each.
 *
 * @param onStdout called with each piece of standard output as it comes
 */
export async function headraceEach(
  commands: readonly (readonly string[])[],
  onStdout?: (piece: string) => void,
): Promise<Ended[]> {
  const script = `
    import { writeSync } from "node:fs";
    const { runCommand } = await import(process.argv[1]);
    for (const args of JSON.parse(process.argv[2])) {
      const status = await runCommand(args);
      writeSync(1, "\\0" + status + "\\0");
      writeSync(2, "\\0");
    }`;
  const module = new URL("./run-command.ts", import.meta.url).href;
  const child = spawn(
    process.execPath,
    [...sourceFlags, "--input-type=module", "-e", script, module, JSON.stringify(commands)],
    {
      stdio: ["ignore", "pipe", "pipe"],
      env: quietEnvironment,
    },
  );
  if (onStdout) child.stdout?.on("data", (piece: Buffer) => onStdout(piece.toString()));
  const all = await ended(child);
  const printed = all.stdout.split("\0");
  const errors = all.stderr.split("\0");
  if (printed.length !== commands.length * 2 + 1) throw new Error(`the commands did not all run:\n${all.stderr}`);
  return commands.map((_, at) => ({
    status: Number(printed[at * 2 + 1]),
    signal: null,
    stdout: printed[at * 2] ?? "",
    stderr: errors[at] ?? "",
  }));
}
