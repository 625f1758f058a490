import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";
import { type ServerThread, startServerThread } from "./server-thread.ts";

let server: ServerThread;
beforeAll(async () => {
  server = await startServerThread();
});
afterAll(() => server.close());

/** How long a program may stay after its last statement: a pool's keep-alive (4 s and more) would outlast it. */
const GRACE = 2500;

/** Runs program.ts and says how it ended, or that it had to be killed. */
async function run(name: string, scenario: string): Promise<{ ended: number | string | null; output: string }> {
  const program = fileURLToPath(new URL("./program.ts", import.meta.url));
  const child = spawn(process.execPath, ["--conditions=@headrace/source", program, name, server.url, scenario], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  let grace: NodeJS.Timeout | undefined;
  let ended: string | undefined;
  const kill = (why: string) => () => {
    ended = why;
    child.kill("SIGKILL");
  };
  const limit = setTimeout(kill("did not finish"), 15_000);
  child.stderr.on("data", (text: Buffer) => (output += text.toString()));
  child.stdout.on("data", () => (grace ??= setTimeout(kill("did not exit by itself"), GRACE)));
  return await new Promise((resolve) => {
    child.on("close", (code, signal) => {
      clearTimeout(grace);
      clearTimeout(limit);
      resolve({ ended: ended ?? code ?? signal, output });
    });
  });
}

const always = ["finished", "timed out", "a throwing callback"];
const asynchronous = ["left", "stopped", "aborted", "cancelled unread", "process.exit"];

describe.each(clients)("$name: the program exits by itself, and its connections are closed", ({ name }) => {
  const scenarios = name.includes("blocking") ? always : [...always, ...asynchronous];
  test.each(scenarios)("%s", { timeout: 20_000 }, async (scenario) => {
    expect(await run(name, scenario)).toEqual({ ended: 0, output: "" });
    await server.idle();
  });
});
