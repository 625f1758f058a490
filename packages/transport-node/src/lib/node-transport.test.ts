import { Buffer } from "node:buffer";
import { execFile } from "node:child_process";
import dns from "node:dns";
import { promisify } from "node:util";
import { certificates, type Script, type ScriptedServer, startScriptedServer } from "@headrace/conformance";
import type { Transport, TransportRequest } from "@headrace/core/transport";
import { expect, onTestFinished, test, vi } from "vitest";
import { nodeTransport, type NodeTransportOptions } from "./node-transport.ts";

const answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const answering: Script = async (connection) => {
  for (;;) {
    await connection.request();
    await connection.send(answer);
  }
};

async function serve(script: Script = answering, tls?: { cert: string; key: string }): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, tls && { tls });
  onTestFinished(() => server.close());
  return server;
}

function open(options: NodeTransportOptions = {}): Transport {
  const transport = nodeTransport(options);
  onTestFinished(() => transport.close({ force: true }));
  return transport;
}

/** Sends one request, and resolves with its body. */
async function receive(
  transport: Transport,
  url: string,
  { onBody, ...init }: Partial<TransportRequest> & { onBody?: () => void | Promise<void> } = {},
): Promise<string> {
  const signal = new AbortController().signal;
  const request = { url: new URL(url), method: "GET", headers: new Headers(), body: null, signal, connectTimeout: 0 };
  let text = "";
  await transport.send(
    { ...request, ...init },
    {
      head: () => {},
      body(bytes) {
        text += Buffer.from(bytes).toString();
        return onBody?.();
      },
    },
  );
  return text;
}

test.each<[NodeTransportOptions, string, string]>([
  [{ proxy: "http://user:secret@127.0.0.1" }, "unsupported", "proxy"],
  [{ proxy: "environment" }, "unsupported", "proxy"],
  [{ httpVersion: "2" }, "unsupported", "httpVersion"],
  [{ unixSocket: "" }, "invalid-argument", "unixSocket"],
  [{ ca: "" }, "invalid-argument", "ca"],
  [{ ca: "secret" }, "invalid-argument", "ca"],
  [{ ca: new Uint8Array(3) }, "invalid-argument", "ca"],
  [{ cert: "secret" }, "invalid-argument", "key"],
  [{ key: "secret" }, "invalid-argument", "key"],
  [{ cert: "secret", key: "secret" }, "invalid-argument", "key"],
  [{ resolve: { "a.test": "secret.test" } }, "invalid-argument", "resolve"],
  [{ userAgent: "secret\r\nX-A: 1" }, "invalid-argument", "userAgent"],
])("%j is refused when the transport is made, and not repeated in the error", (options, code, named) => {
  let thrown: unknown;
  try {
    nodeTransport(options);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toMatchObject({ code, message: expect.stringContaining(named) });
  expect(String(thrown) + JSON.stringify(thrown)).not.toContain("secret");
});

test("to import the package loads no HTTP stack, to make a transport none either", async () => {
  const program = `
    const { nodeTransport } = await import(${JSON.stringify(new URL("../index.ts", import.meta.url).href)});
    nodeTransport();
    console.log(process.moduleLoadList.filter((name) => /^NativeModule (http|https|net|tls)$/.test(name)).join());
  `;
  const flags = ["--conditions=@headrace/source", "--input-type=module"];
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, "--eval", program]);
  expect(stdout).toBe("\n");
});

/** Lets everything that is ready in the event loop happen. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
}

test("a message that was complete before its connection was reset has come to its end", async () => {
  let hold = (): void => {};
  const held = new Promise<void>((resolve) => (hold = resolve));
  const server = await serve(async (connection) => {
    await connection.request();
    await connection.send(answer.slice(0, -1));
    await held;
    await connection.send(answer.slice(-1));
    await turns(); // the client reads it, though nobody takes it
    connection.rst();
  });
  const onBody = async (): Promise<void> => {
    hold();
    await server.connections[0]?.gone;
    await turns();
  };
  expect(await receive(open(), server.origin, { onBody })).toBe("ok");
});

test("chunks that come in one read are handed on as one, also to a sink that was pending", async () => {
  let hear = (): void => {};
  const heard = new Promise<void>((resolve) => (hear = resolve));
  const server = await serve(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n1\r\nb\r\n");
    await heard;
    await connection.send("1\r\nc\r\n1\r\nd\r\n0\r\n\r\n");
  });
  let pieces = 0;
  const onBody = async (): Promise<void> => {
    pieces++;
    hear();
    await new Promise((resolve) => setImmediate(resolve));
  };
  expect(await receive(open(), server.url(), { onBody })).toBe("abcd");
  expect(pieces).toBe(2);
});

test("an abort before the request has a connection leaves none in the pool", { timeout: 2_000 }, async () => {
  const server = await serve();
  const transport = open();
  const abort = new AbortController();
  const aborted = receive(transport, server.origin, { signal: abort.signal });
  abort.abort();
  await expect(aborted).rejects.toBe(abort.signal.reason);
  await receive(open(), server.origin); // whatever came before it has been accepted by now
  await Promise.all(server.connections.slice(0, -1).map((connection) => connection.closed()));
});

test("of all the idle connections of the process 256 stay open", { timeout: 3_000 }, async () => {
  const server = await serve();
  for (let count = 0; count < 260; count++) await receive(nodeTransport(), server.origin);
  await Promise.all(server.connections.slice(0, 4).map((connection) => connection.closed()));
  expect(server.connections.filter(({ clientClose }) => clientClose === undefined)).toHaveLength(256);
});

test("a connection that serves many requests collects no listeners", async () => {
  const onWarning = vi.fn();
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const server = await serve();
  const transport = open();
  for (let count = 0; count < 20; count++) await receive(transport, server.origin);
  expect(server.connections).toHaveLength(1);
  expect(onWarning).not.toHaveBeenCalled();
});

test("the name that a certificate must have is the URL's, whatever the Host field says", async () => {
  const { ca, wrongName } = await certificates();
  const server = await serve(answering, wrongName);
  const transport = open({ ca, resolve: { "right.test": "127.0.0.1", "wrong.test": "127.0.0.1" } });
  const headers = new Headers({ host: "wrong.test" });
  expect(await receive(transport, `https://wrong.test:${server.port}/`)).toBe("ok");
  await expect(receive(transport, `https://right.test:${server.port}/`, { headers })).rejects.toMatchObject({
    code: "tls",
  });
});

test("the error of a certificate, and of a refused connection, says what is wrong", async () => {
  const { ca, selfSigned, wrongName, expired } = await certificates();
  const detailWith = async (pair: { cert: string; key: string }, options: NodeTransportOptions): Promise<unknown> => {
    const server = await serve(answering, pair);
    return receive(open(options), server.origin).catch((error: unknown) => (error as { detail?: unknown }).detail);
  };
  const details = [detailWith(selfSigned, {}), detailWith(wrongName, { ca }), detailWith(expired, { ca })];
  expect(await Promise.all(details)).toEqual(["untrusted", "hostname", "expired"]);
  await expect(receive(open(), "http://127.0.0.1:1/")).rejects.toMatchObject({ code: "connect", detail: "refused" });
});

test.each(["127.0.0.1", "localhost"])(
  "an event loop that stood still is no connect timeout, where %s has taken the connection",
  async (name) => {
    const server = await serve();
    await new Promise(setImmediate); // from here on the next to come are the timers
    const received = receive(open(), `http://${name}:${server.port}/`, { connectTimeout: 20 });
    await Promise.resolve();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
    expect(await received).toBe("ok");
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
  await expect(received).rejects.toMatchObject({ code: "timeout", phase: "connect" });
  expect(turns).toBeLessThan(10);
});

test("where every address of a name refuses, the error says so", async () => {
  const server = await startScriptedServer(answering);
  await server.close();
  const addresses = [
    { address: "127.0.0.1", family: 4 },
    { address: "127.0.0.2", family: 4 },
  ];
  const lookup = vi
    .spyOn(dns, "lookup")
    .mockImplementation(((_name: string, _options: object, done: Function) => done(null, addresses)) as never);
  onTestFinished(() => lookup.mockRestore());
  const error: unknown = await receive(open(), `http://both.test:${server.port}/`).catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "connect", message: expect.stringContaining("ECONNREFUSED") });
});
