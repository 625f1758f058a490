import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Worker } from "node:worker_threads";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { curlTransport } from "./index.ts";
import type { Koffi } from "./lib/libcurl.ts";
import { makeRequest, observeExchange } from "./lib/observe-exchange.test-support.ts";

// Minutes, not seconds: skipped unless HEADRACE_SOAK=1 is set.
const asked = process.env["HEADRACE_SOAK"] === "1";
const rounds = 10_000;
/** In parts of the rounds: V8 enlarges its young generation for 15 000 of them, by 20 to 40 MiB, and then no more. */
const warmUp = 2;
const budgetMs = 300_000;

const serverCode = `
require("node:http").createServer((request, response) => {
  if (request.url === "/endless") return void response.write("data: first\\n\\n");
  response.end("data: all\\n\\n");
}).listen(0, "127.0.0.1", function () { console.log(this.address().port); });
`;

interface Held {
  /** MiB. */
  readonly rss: number;
  /** -1 where the system does not say. */
  readonly descriptors: number;
  readonly callbacks: number;
}

let server: ChildProcess;
let origin = "";
let gc = (): void => {};
const { stats } = createRequire(import.meta.url)("koffi") as Koffi;

beforeAll(async () => {
  setFlagsFromString("--expose-gc");
  gc = runInNewContext("gc") as () => void;
  server = spawn(process.execPath, ["--eval", serverCode], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(server.stdout!, "data")) as [Buffer];
  origin = `http://127.0.0.1:${line.toString().trim()}`;
});
afterAll(() => server.kill());

async function held(): Promise<Held> {
  for (let turn = 0; turn < 5; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    gc();
  }
  return {
    rss: process.memoryUsage().rss / 2 ** 20,
    descriptors: existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : -1,
    callbacks: stats().callbacks,
  };
}

/** Runs `round` to warm up, then as often again as asked, and reports what that left behind. */
async function soak(name: string, times: number, round: () => Promise<void>): Promise<Held> {
  for (let done = 0; done < times * warmUp; done++) await round();
  const before = await held();
  const start = performance.now();
  for (let done = 0; done < times; done++) await round();
  const took = performance.now() - start;
  const after = await held();
  const grown: Held = {
    rss: after.rss - before.rss,
    descriptors: after.descriptors - before.descriptors,
    callbacks: after.callbacks - before.callbacks,
  };
  console.info(`${name}: ${times} in ${(took / 1000).toFixed(1)} s, ${JSON.stringify({ before, after })}`);
  return grown;
}

function expectFlat({ rss, descriptors, callbacks }: Held): void {
  expect(rss).toBeLessThan(16);
  expect(descriptors).toBeLessThanOrEqual(2);
  expect(callbacks).toBe(0);
}

describe.runIf(asked)("soak (HEADRACE_SOAK=1)", () => {
  test("requests one after another", { timeout: budgetMs }, async () => {
    const transport = curlTransport();
    const round = async (): Promise<void> => {
      const { body } = await observeExchange(transport, `${origin}/`);
      if (body !== "data: all\n\n") throw new Error(`got ${JSON.stringify(body)}`);
    };
    expectFlat(await soak("requests", rounds, round));
    await transport.close();
  });

  test("aborted requests", { timeout: budgetMs }, async () => {
    const transport = curlTransport();
    const round = async (): Promise<void> => {
      const controller = new AbortController();
      const { error } = await observeExchange(transport, `${origin}/endless`, {
        signal: controller.signal,
        onBody: () => controller.abort(),
      });
      if (error === undefined) throw new Error("the abort was not heard");
    };
    expectFlat(await soak("aborted", rounds, round));
    await transport.close();
  });

  test("blocking requests", { timeout: budgetMs }, async () => {
    const transport = curlTransport();
    let bytes = 0;
    const sink = { head() {}, body: (piece: Uint8Array) => void (bytes += piece.length) };
    const round = async (): Promise<void> => transport.sendSync(makeRequest(`${origin}/`), sink, () => 1000);
    expectFlat(await soak("blocking", rounds, round));
    expect(bytes).toBe(11 * rounds * (warmUp + 1));
    await transport.close();
  });

  test("transports that are never closed", { timeout: budgetMs }, async () => {
    const round = async (): Promise<void> => void (await observeExchange(curlTransport(), `${origin}/`));
    expectFlat(await soak("never closed", rounds, round));
  });

  test("worker threads that end", { timeout: budgetMs }, async () => {
    const code = `
      const { curlTransport } = await import(${JSON.stringify(new URL("./index.ts", import.meta.url).href)});
      await curlTransport().send({
        url: new URL(${JSON.stringify(origin)}), method: "GET", headers: new Headers(), body: null,
        signal: new AbortController().signal, connectTimeout: 0,
      }, { head() {}, body() {} });`;
    const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    const round = async (): Promise<void> => {
      const worker = new Worker(url, { execArgv: ["--conditions=@headrace/source"] });
      const [exitCode] = (await once(worker, "exit")) as [number];
      if (exitCode !== 0) throw new Error(`a worker ended with ${exitCode}`);
    };
    const { rss, ...grown } = await soak("workers", 100, round);
    expectFlat({ rss: rss / 4, ...grown });
  });
});
