import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsOptions } from "node:tls";
import { Worker } from "node:worker_threads";
import { type Bytes, toBytes } from "./http-text.ts";

/**
 * What a server in another thread does on every connection, in order: as data, because a script cannot
 * cross threads. `marks` waits until the client has counted so many (`mark()`); `taken` too, but goes on
 * where that does not happen while exchanges of its own, made after a quiet time, are answered.
 */
export type BlockingStep =
  | readonly ["request"]
  | readonly ["send", Bytes]
  | readonly ["marks", number]
  | readonly ["taken", number]
  | readonly ["delay", number]
  | readonly ["fin"]
  | readonly ["rst"];

/** What the server saw, asked for when the blocking call is over. */
export interface BlockingReport {
  /** Each request as it stood on the wire, one character a byte. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** Sockets that the client has left open. */
  readonly openSockets: number;
  /** How many the first step `taken` waited for that went on without; `null` for none. */
  readonly untaken: number | null;
}

/** A server of exact bytes in a thread of its own, for calls that block this one. */
export interface BlockingServer {
  /** Of a Unix domain socket `http://localhost`. */
  readonly origin: string;
  /** Of the Unix domain socket; else empty. */
  readonly path: string;
  /** Counts one for the steps `marks`; may be called while this thread is about to block. */
  mark(): void;
  /** @param patience how long to wait for the client to close what is open, in ms; default not at all */
  report(patience?: number): Promise<BlockingReport>;
  close(): Promise<void>;
}

/** How a server in another thread is reached. */
export interface BlockingServerOptions {
  /** Speak TLS with this, which goes to another thread: no functions. Default none. */
  readonly tls?: TlsOptions;
  /** Default a port of 127.0.0.1. */
  readonly listenOn?: "unix";
  /** The quiet time of `taken`, in ms; default 500. */
  readonly quiet?: number;
}

/** Starts a server whose every connection does these steps, behind the handshake where there is one. */
export async function startBlockingServer(
  steps: readonly BlockingStep[],
  { tls, listenOn, quiet = 500 }: BlockingServerOptions = {},
): Promise<BlockingServer> {
  const marks = new Int32Array(new SharedArrayBuffer(4));
  const plain = steps.map((step) => (step[0] === "send" ? ["send", toBytes(step[1])] : step));
  const path = listenOn === "unix" ? join(tmpdir(), `headrace-${randomUUID().slice(0, 8)}.sock`) : "";
  const workerData = { marks: marks.buffer, steps: plain, tls, path, quiet };
  const worker = new Worker(program, { eval: true, workerData });
  const [port] = (await once(worker, "message")) as [number];
  return {
    origin: `${tls === undefined ? "http" : "https"}://${path === "" ? `127.0.0.1:${port}` : "localhost"}`,
    path,
    mark() {
      Atomics.add(marks, 0, 1);
      Atomics.notify(marks, 0);
    },
    async report(patience = 0) {
      worker.postMessage(patience);
      const [report] = (await once(worker, "message")) as [BlockingReport];
      return report;
    },
    async close() {
      await worker.terminate();
    },
  };
}

/** Source text, not a module: bundlers and runtimes do not agree on how a worker's file is found. */
const program = `
const { parentPort, workerData } = require("node:worker_threads");
const net = require("node:net");
const { setTimeout: delay } = require("node:timers/promises");
const marks = new Int32Array(workerData.marks);
const requests = [];
let connections = 0, openSockets = 0, untaken = null;

const { tls, path, quiet } = workerData;
const exchangeBeside = async () => {
  const beside = net.createServer((socket) => socket.on("error", () => {}).on("data", (bytes) => socket.end(bytes)));
  await new Promise((resolve) => beside.listen(0, "127.0.0.1", resolve));
  const client = net.connect(beside.address().port, "127.0.0.1").on("error", () => {});
  client.write("ping");
  await new Promise((resolve) => client.resume().on("close", resolve));
  beside.close();
};
const serve = (socket) => {
  let text = "", wake = () => {}, gone = false;
  socket.on("data", (bytes) => { text += bytes.toString("latin1"); wake(); });
  socket.on("error", () => {});
  socket.on("close", () => { gone = true; wake(); });
  const request = async () => {
    for (;;) {
      const end = text.indexOf("\\r\\n\\r\\n") + 4;
      const length = Number(/content-length: *(\\d+)/i.exec(text.slice(0, end))?.[1] ?? 0);
      if (end >= 4 && text.length >= end + length) { requests.push(text.slice(0, end + length)); text = text.slice(end + length); return; }
      if (gone) throw new Error("gone");
      await new Promise((resolve) => { wake = resolve; });
    }
  };
  const counted = async (count) => {
    for (let seen; (seen = Atomics.load(marks, 0)) < count; ) await Atomics.waitAsync(marks, 0, seen, 1000).value;
  };
  const taken = async (count) => {
    if (untaken !== null) return;
    const until = performance.now() + quiet;
    for (let seen; (seen = Atomics.load(marks, 0)) < count && performance.now() < until; ) await Atomics.waitAsync(marks, 0, seen, quiet).value;
    for (let made = 0; made < 3 && Atomics.load(marks, 0) < count; made++) await exchangeBeside();
    if (Atomics.load(marks, 0) < count) untaken = count;
  };
  const run = async () => {
    for (const [name, value] of workerData.steps) {
      if (name === "request") await request();
      else if (name === "send") await new Promise((resolve) => socket.write(value, resolve));
      else if (name === "marks") await counted(value);
      else if (name === "taken") await taken(value);
      else if (name === "delay") await delay(value);
      else if (name === "fin") socket.end();
      else if (socket.localAddress === undefined) socket.destroy();
      else socket.resetAndDestroy();
    }
  };
  run().catch(() => {});
};
const options = { noDelay: true, ...tls };
const server = tls ? require("node:tls").createServer(options, serve) : net.createServer(options, serve);
server.on("tlsClientError", () => {});
const ports = new Set();
server.on("connection", (socket) => {
  connections++;
  openSockets++;
  ports.add(socket.remotePort);
  socket.on("error", () => {});
  socket.on("close", () => { openSockets--; });
});
// Connections are accepted in order: what has connected before one of our own is there when that is.
const acceptAll = async () => {
  if (path) return;
  const own = net.connect(server.address().port, "127.0.0.1");
  await new Promise((resolve) => own.once("connect", resolve));
  const port = own.localPort;
  while (!ports.has(port)) await new Promise((resolve) => setImmediate(resolve));
  own.on("error", () => {}).destroy();
  connections--;
};
server.listen(path ? { path } : { host: "127.0.0.1", port: 0 }, () => parentPort.postMessage(server.address().port ?? 0));
parentPort.on("message", async (patience) => {
  await acceptAll();
  for (let waited = 0; openSockets > 0 && waited < patience; waited += 10) await delay(10);
  parentPort.postMessage({ requests, connections, openSockets, untaken });
});
`;
