import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { asHeadraceError, subscribe } from "@headrace/core";
import { afterEach, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";

// The quick run kills a few servers, HEADRACE_SOAK=1 kills 50 for each transport.
const soak = process.env["HEADRACE_SOAK"] === "1";
const kills = soak ? 50 : 5;
const program = fileURLToPath(new URL("numbered-process.ts", import.meta.url));
const transports = clients.filter(({ name }) => !name.includes("blocking"));
const retry = { delay: 5, minDelay: 5, maxDelay: 20 };

let server: ChildProcess | undefined;
afterEach(() => void server?.kill("SIGKILL"));

/**
 * A free port below those that systems give to clients: while the server is away, one of ours could be given its port,
 * and TCP lets it connect to itself.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000);
    const probe = createServer();
    const listening = once(probe.listen(port, "127.0.0.1"), "listening").then(
      () => true,
      () => false,
    );
    const isFree = await listening;
    await new Promise((resolve) => probe.close(resolve));
    if (isFree) return port;
  }
}

async function startServer(port: number): Promise<void> {
  server = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", program, String(port)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(server.stdout!, "data");
}

/** Kills the process, not the connection, and starts another. */
async function restartServer(port: number): Promise<void> {
  const exit = once(server!, "exit");
  server!.kill("SIGKILL");
  await exit;
  await startServer(port);
}

describe.each(transports)("$name", ({ name, create }) => {
  test(
    `a server process killed ${kills} times while it sends: each event once, in order`,
    { timeout: 120_000 },
    async () => {
      const port = await freePort();
      await startServer(port);
      const transport = create();
      const codes: (string | undefined)[] = [];
      const onRetry = ({ cause }: { cause: unknown }): void => {
        codes.push(asHeadraceError(cause)?.code);
        isNewConnection = true;
      };
      let isNewConnection = true;
      let killed = 0;
      let killAt = Infinity;
      let restarted: Promise<void> | undefined;
      let last = 0;
      for await (const { data } of subscribe(`http://127.0.0.1:${port}/`, { transport, retry, onRetry })) {
        expect(Number(data)).toBe(++last);
        if (isNewConnection) killAt = last + Math.floor(Math.random() * 200);
        isNewConnection = false;
        if (last < killAt) continue;
        if (killed === kills) break;
        killed++;
        killAt = Infinity;
        restarted = restartServer(port);
      }
      await restarted;
      await transport.close();
      if (soak) console.log(name, { kills: killed, events: last, connections: codes.length + 1 });
      expect(killed).toBe(kills);
      expect(codes.filter((code) => code === "reset" || code === "truncated").length).toBeGreaterThanOrEqual(kills);
      expect(codes.every((code) => code === "reset" || code === "truncated" || code === "connect")).toBe(true);
    },
  );
});
