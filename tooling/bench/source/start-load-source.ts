import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("load-source.ts", import.meta.url));

/** The source of load, in a process of its own. */
export interface LoadSource {
  readonly port: number;
  readonly pid: number;
  /** Over how many connections streams have been asked for, from the beginning. */
  readonly connections: () => Promise<number>;
  /** How many connections are open, whoever keeps them: the one that asks is one of them. */
  readonly open: () => Promise<number>;
  /** How many streams are held: asked for with `pace: "hold"`, and their head written. */
  readonly held: () => Promise<number>;
  /** Lets all held streams go; gives how many there were. */
  readonly release: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

/** Starts a {@link LoadSource} on a free port of 127.0.0.1. */
export async function startLoadSource(): Promise<LoadSource> {
  const child = spawn(process.execPath, [program], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
  const ask = async (path: string): Promise<number> =>
    Number(await (await fetch(`http://127.0.0.1:${line}${path}`)).text());
  return {
    port: Number(line),
    pid: child.pid ?? 0,
    connections: () => ask("/connections"),
    open: () => ask("/open"),
    held: () => ask("/held"),
    release: () => ask("/release"),
    stop: async () => {
      const exit = once(child, "exit");
      child.stdin.end();
      await exit;
    },
  };
}
