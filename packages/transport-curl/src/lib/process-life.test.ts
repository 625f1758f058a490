import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  certificates,
  startScriptedServer,
  type KeyPair,
  type Script,
  type ScriptedServer,
} from "@headrace/conformance";
import { afterEach, expect, test } from "vitest";

const children: ChildProcessWithoutNullStreams[] = [];
const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  for (const server of servers.splice(0)) await server.close();
});

const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";

/** Sends a first chunk, and the last one when told to; keeps the connection. */
async function serve(goOn: Promise<unknown> = Promise.resolve(), tls?: KeyPair): Promise<ScriptedServer> {
  const script: Script = async (connection) => {
    await connection.request();
    await connection.send(chunked);
    await goOn;
    await connection.send("4\r\nlast\r\n0\r\n\r\n");
  };
  const server = await startScriptedServer(script, { ...(tls && { tls }), onScriptError: () => {} });
  servers.push(server);
  return server;
}

const index = new URL("../index.ts", import.meta.url).href;
const never = new Promise<never>(() => {});

/** Code of a program with `get(onBody)`, which streams from `url`. */
function program(code: string, url: string): string {
  return `
    const { curlTransport } = await import(${JSON.stringify(index)});
    const transport = curlTransport();
    const get = (body = () => {}) => transport.send({
      url: new URL(${JSON.stringify(url)}), method: "GET", headers: new Headers(), body: null,
      signal: new AbortController().signal, connectTimeout: 0,
    }, { head() {}, body });
    ${code}`;
}

interface Run {
  readonly child: ChildProcessWithoutNullStreams;
  /** Resolves when the program has written something. */
  readonly output: Promise<string>;
  readonly ended: Promise<{ code: number | null; signal: string | null; text: string }>;
}

function run(code: string): Run {
  const args = ["--conditions=@headrace/source", "--input-type=module", "--eval", code];
  const child = spawn(process.execPath, args, { stdio: "pipe" });
  children.push(child);
  let text = "";
  const output = new Promise<string>((resolve) =>
    child.stdout.on("data", (data: Buffer) => {
      text += data.toString();
      resolve(text);
    }),
  );
  child.stderr.on("data", (data: Buffer) => (text += data.toString()));
  const ended = once(child, "close").then(([exitCode, signal]) => ({
    code: exitCode as number | null,
    signal: signal as string | null,
    text,
  }));
  return { child, output, ended };
}

test("a program that has streamed exits by itself, with the connection still open", async () => {
  const server = await serve();
  const { ended } = run(program(`await get((bytes) => console.log(Buffer.from(bytes).toString()));`, server.url()));
  expect(await ended).toEqual({ code: 0, signal: null, text: expect.stringMatching(/^first\n?last\n$/) as unknown });
});

test("a program ends in order while the server closes the connection that is idle", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    await output;
    connection.fin();
    child.stdin.end();
  });
  servers.push(server);
  // Its event loop stands still until the server has closed, and turns no more.
  const { child, output, ended } = run(
    program(
      `const { readSync, writeSync } = await import("node:fs");
      await get();
      writeSync(1, "settled");
      readSync(0, new Uint8Array(1));`,
      server.url(),
    ),
  );
  expect(await ended).toEqual({ code: 0, signal: null, text: "settled" });
});

test("an exchange in flight keeps it alive, also while the sink holds back", async () => {
  let goOn: () => void = () => {};
  const server = await serve(new Promise<void>((resolve) => (goOn = resolve)));
  const code = `
    const pieces = [];
    await get((bytes) => {
      pieces.push(Buffer.from(bytes).toString());
      console.log("piece");
      return new Promise((resolve) => setTimeout(resolve, 50).unref());
    });
    console.log(pieces.join(""));`;
  const { output, ended } = run(program(code, server.url()));
  await output;
  goOn();
  expect(await ended).toMatchObject({ code: 0, text: expect.stringContaining("firstlast\n") as unknown });
});

test("process.exit in the middle of a stream", async () => {
  const server = await serve(never);
  const { ended } = run(program(`await get(() => process.exit(3));`, server.url()));
  expect(await ended).toMatchObject({ code: 3, signal: null });
});

test("an uncaught exception in the middle of a stream", async () => {
  const server = await serve(never);
  const { ended } = run(program(`await get(() => setTimeout(() => { throw new Error("mine"); }));`, server.url()));
  expect(await ended).toMatchObject({ code: 1, signal: null, text: expect.stringContaining("Error: mine") as unknown });
});

test("importing loads neither libcurl nor koffi, the factory does", async () => {
  const { ended } = run(`
    const loaded = () => process.report.getReport().sharedObjects.filter((file) => /libcurl|koffi/.test(file)).length;
    const { curlTransport } = await import(${JSON.stringify(index)});
    console.log(loaded());
    curlTransport();
    console.log(loaded());`);
  expect(await ended).toEqual({ code: 0, signal: null, text: expect.stringMatching(/^0\n[1-9]\n$/) as unknown });
});

test("SSLKEYLOGFILE is not honoured, and left as it was", async () => {
  const { server: pair } = await certificates();
  const server = await serve(Promise.resolve(), pair);
  const file = join(tmpdir(), `headrace-keys-${randomUUID()}`);
  const code = `process.env.SSLKEYLOGFILE = ${JSON.stringify(file)};
    ${program(`await get().catch((error) => console.log(error.code)); console.log(process.env.SSLKEYLOGFILE);`, server.url())}`;
  expect(await run(code).ended).toEqual({ code: 0, signal: null, text: `tls\n${file}\n` });
  expect(existsSync(file)).toBe(false);
});

/** Runs `code` in a worker thread of a program, and `main` beside it. */
function inWorker(code: string, main: string): string {
  return `
    import { Worker } from "node:worker_threads";
    const source = ${JSON.stringify(code)};
    const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(source)));
    worker.on("error", (error) => { console.log(error); process.exit(9); });
    worker.on("exit", (code) => console.log("worker exit", code));
    ${main}`;
}

test("a worker thread streams, and ends by itself", async () => {
  const server = await serve();
  const code = program(`await get((bytes) => console.log(Buffer.from(bytes).toString()));`, server.url());
  expect(await run(inWorker(code, "")).ended).toEqual({
    code: 0,
    signal: null,
    text: expect.stringMatching(/^first\n?last\nworker exit 0\n$/) as unknown,
  });
});

test("a worker thread is terminated in the middle of a stream", async () => {
  const server = await serve(never);
  const code = program(
    `const { parentPort } = await import("node:worker_threads"); await get(() => parentPort.postMessage("going"));`,
    server.url(),
  );
  const main = `worker.once("message", async () => { await worker.terminate(); console.log("alive"); });`;
  const { code: exitCode, signal, text } = await run(inWorker(code, main)).ended;
  expect({ exitCode, signal, text }).toEqual({ exitCode: 0, signal: null, text: "worker exit 1\nalive\n" });
});

test("a worker thread exits in the middle of a stream, and its connection is closed", async () => {
  const server = await serve(never);
  const code = program(`await get(() => process.exit(5));`, server.url());
  const main = `worker.on("exit", () => setInterval(() => {}, 1000));`;
  const { output, child, ended } = run(inWorker(code, main));
  expect(await output).toBe("worker exit 5\n");
  await server.closedByClient();
  child.kill();
  expect((await ended).signal).toBe("SIGTERM");
});
