import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export const hasRedis: boolean = spawnSync("redis-server", ["--version"]).status === 0;

/** A Redis of our own. */
export interface RedisServer {
  /** Its Unix socket: it listens on no port. */
  readonly socket: string;
  close(): Promise<void>;
}

/** Starts Redis in a folder of its own, and resolves when it can be used. */
export async function startRedis(): Promise<RedisServer> {
  const folder = mkdtempSync(join(tmpdir(), "headrace-redis-"));
  const socket = join(folder, "redis.sock");
  const flags = ["--port", "0", "--unixsocket", socket, "--dir", folder, "--save", "", "--loglevel", "notice"];
  const child = spawn("redis-server", flags, { stdio: ["ignore", "pipe", "inherit"] });
  for await (const line of createInterface(child.stdout)) {
    if (line.includes("ready to accept connections")) break;
  }
  child.stdout.resume();
  return {
    socket,
    async close() {
      const exit = once(child, "exit");
      child.kill();
      await exit;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
