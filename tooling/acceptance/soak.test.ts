import { existsSync, readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { forEachEvent } from "@headrace/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";
import { type ServerThread, startServerThread } from "./server-thread.ts";

// Minutes long, so not part of the quick run: HEADRACE_SOAK=1 pnpm vitest run --project acceptance soak
const wanted = process.env["HEADRACE_SOAK"] === "1";
const WARM_UP = 10_000;
const REQUESTS = 10_000;
const MIB = 1024 * 1024;

let server: ServerThread;
beforeAll(async () => {
  server = await startServerThread();
});
afterAll(() => server.close());

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/**
 * What must not grow: descriptors (Linux only), heap and external memory, in MiB. Resident memory is only shown: it holds
 * the server's thread too. curl's own is measured in packages/transport-curl/src/soak.test.ts.
 */
async function measure() {
  for (let turn = 0; turn < 5; turn++) {
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  const descriptors = existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0;
  return { descriptors, heap: heapUsed / MIB, external: external / MIB, rss: rss / MIB };
}

describe.skipIf(!wanted).each(clients.filter(({ name }) => !name.includes("blocking")))(
  "$name (HEADRACE_SOAK=1)",
  ({ name, create }) => {
    test.each(["finished", "aborted"])(
      `${REQUESTS} requests one after another, %s, leave nothing`,
      { timeout: 600_000 },
      async (how) => {
        const transport = create();
        const one = async (): Promise<void> => {
          if (how === "finished") await forEachEvent(`${server.url}openai-keep-alive`, { transport }, () => {});
          else await forEachEvent(`${server.url}silent`, { transport }, (_, stop) => stop());
        };
        for (let made = 0; made < WARM_UP; made++) await one();
        const before = await measure();
        for (let made = 0; made < REQUESTS; made++) await one();
        const after = await measure();
        console.log(name, how, { before, after });
        expect(after.descriptors - before.descriptors).toBeLessThanOrEqual(4);
        expect(after.heap - before.heap).toBeLessThan(4);
        expect(after.external - before.external).toBeLessThan(4);
        await transport.close();
      },
    );
  },
);
