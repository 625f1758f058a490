import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { startScriptedServer, type Script } from "@headrace/conformance";
import { expect, onTestFinished, test, vi } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport, type UndiciTransportOptions } from "./undici-transport.ts";

function open(options?: UndiciTransportOptions) {
  const transport = undiciTransport(options);
  onTestFinished(() => transport.close({ force: true }));
  return transport;
}

async function serve(script: Script) {
  const server = await startScriptedServer(script);
  onTestFinished(() => server.close());
  return server;
}

/** A listener whose backlog is full: a SYN to it stays unanswered. */
async function listenWithFullBacklog(): Promise<string> {
  const script = `
    const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const fillers: Socket[] = [];
  onTestFinished(() => {
    for (const filler of fillers) filler.destroy();
    child.kill("SIGKILL");
  });
  const [port] = (await once(child.stdout, "data")) as [Buffer];
  for (let i = 0; i < 4; i++) fillers.push(connect({ host: "127.0.0.1", port: Number(port) }).on("error", () => {}));
  await Promise.all(fillers.slice(0, 2).map((filler) => once(filler, "connect")));
  return `http://127.0.0.1:${String(port)}/`;
}

const sockets = (): number => process.getActiveResourcesInfo().filter((name) => name === "TCPSocketWrap").length;

test.runIf(process.platform === "linux")("a SYN that nobody answers is a connect timeout, on time", async () => {
  const url = await listenWithFullBacklog();
  const transport = open();
  const before = sockets();
  const start = performance.now();
  const { error } = await receive(transport, url, { connectTimeout: 200 });
  const elapsed = performance.now() - start;
  expect(error).toMatchObject({ code: "timeout", phase: "connect" });
  expect(elapsed).toBeGreaterThanOrEqual(199);
  // On a quiet machine within 5 ms; undici's own connect timeout fires a second later.
  expect(elapsed).toBeLessThan(600);
  await vi.waitFor(() => expect(sockets()).toBe(before));
});

test.runIf(process.platform === "linux")("an abort reaches a socket that is still connecting", async () => {
  const url = await listenWithFullBacklog();
  const before = sockets();
  const controller = new AbortController();
  const reason = new Error("enough");
  const sent = receive(open(), url, { signal: controller.signal });
  // The lookup of an address is over in the next turns of the event loop.
  while (sockets() === before) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(reason);
  expect((await sent).error).toBe(reason);
  await vi.waitFor(() => expect(sockets()).toBe(before));
});

test.each(["127.0.0.1", "localhost"])(
  "an event loop that stood still is no connect timeout, where %s has taken the connection",
  async (name) => {
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    });
    await new Promise(setImmediate); // from here on the next to come are the timers
    const received = receive(open(), `http://${name}:${server.port}/`, { connectTimeout: 20 });
    await Promise.resolve();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    expect(await received).toMatchObject({ body: "ok", error: undefined });
  },
);

test("a connect timeout is on time after the event loop stood still, where nothing has come", async () => {
  const server = await serve(async (connection) => void (await connection.closed()));
  let turns = 0;
  const count = (): void => void (turns++, (counter = setImmediate(count)));
  let counter = setImmediate(count);
  onTestFinished(() => clearImmediate(counter));
  const received = receive(open(), `https://127.0.0.1:${server.port}/`, { connectTimeout: 20 });
  await Promise.resolve();
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  turns = 0;
  expect((await received).error).toMatchObject({ code: "timeout", phase: "connect" });
  expect(turns).toBeLessThan(10);
});

test("a proxy that is silent is a connect timeout, and loses its connection", async () => {
  const server = await serve(async (connection) => void (await connection.closed()));
  for (const scheme of ["http", "socks5", "socks5h"]) {
    const transport = open({ proxy: `${scheme}://127.0.0.1:${server.port}` });
    const { error } = await receive(transport, "https://127.0.0.1:1/", { connectTimeout: 100 });
    expect(error).toMatchObject({ code: "timeout", phase: "connect" });
  }
  await server.scriptsDone();
  expect(server.connections.map(({ clientClose }) => clientClose)).not.toContain(undefined);
});

test("a TLS handshake that is silent ends with an abort, and the connection with it", async () => {
  const server = await serve(async (connection) => void (await connection.closed()));
  const controller = new AbortController();
  const sent = receive(open(), `https://127.0.0.1:${server.port}/`, { signal: controller.signal });
  while (!server.connections[0]?.bytesReceived) await new Promise((resolve) => setImmediate(resolve));
  controller.abort(new Error("enough"));
  expect((await sent).error?.message).toBe("enough");
  await server.scriptsDone();
});

test("a connect timeout over 2^31-1 ms fires when it is over, and not before", async () => {
  const server = await serve(async (connection) => void (await connection.closed()));
  const transport = open();
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  onTestFinished(() => void vi.useRealTimers());
  let error: unknown;
  const sent = receive(transport, `https://127.0.0.1:${server.port}/`, { connectTimeout: 2 ** 32 }).then((received) => {
    error = received.error;
  });
  while (!server.connections[0]?.bytesReceived) await new Promise((resolve) => setImmediate(resolve));
  vi.advanceTimersByTime(2 ** 32 - 1);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(error).toBeUndefined();
  vi.advanceTimersByTime(1);
  await sent;
  expect(error).toMatchObject({ code: "timeout", phase: "connect" });
});

test("a name of more than 63 characters in a label is not looked up in vain", async () => {
  const { error } = await receive(open(), `http://${"a".repeat(64)}.test/`);
  expect(error).toMatchObject({ code: "dns", phase: "connect" });
});

test("no listener stays on the signal", async () => {
  const server = await serve(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
    connection.fin();
  });
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  await receive(open(), server.url(), { signal });
  await receive(open(), "http://127.0.0.1:1/", { signal });
  expect(added.mock.calls.length).toBeGreaterThan(0);
  expect(removed.mock.calls.map(([, listener]) => listener)).toEqual(added.mock.calls.map(([, listener]) => listener));
});
