import { execFile } from "node:child_process";
import { connect, type Socket } from "node:net";
import { devNull } from "node:os";
import { promisify } from "node:util";
import { bareLoop } from "../framers/bare-loop.ts";
import type { Client, Reading } from "./client.ts";
import { ourTransports } from "./our-transports.ts";

const gives = (): undefined => undefined;

/** Bytes from a raw socket, HTTP framing not undone: the least that any code on Node's sockets can cost. */
const rawSocket: Client = {
  name: "raw socket",
  kind: "floor",
  gives,
  load: async () => {
    const idle: Socket[] = [];
    return async (reading) => {
      const { port, hostname, pathname, search, searchParams } = new URL(reading.url);
      const keep = searchParams.get("framing") === "length";
      const socket = (keep ? idle.pop() : undefined) ?? connect(Number(port), hostname);
      const connection = keep ? "keep-alive" : "close";
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: ${connection}\r\n\r\n`);
      await readRaw(socket, keep, reading.onBytes);
      if (keep) idle.push(socket);
    };
  },
};

/** Reads one response: to its Content-Length where the connection is kept, else to the connection's end. */
function readRaw(socket: Socket, keep: boolean, onBytes: Reading["onBytes"]): Promise<void> {
  return new Promise((resolve) => {
    let left = Infinity;
    const body = (length: number): void => {
      if (length > 0) onBytes(length);
      left -= length;
      if (left > 0) return;
      socket.off("data", more).off("close", resolve);
      resolve();
    };
    const more = (bytes: Buffer): void => body(bytes.length);
    socket.once("data", (bytes: Buffer) => {
      socket.on("data", more);
      const end = bytes.indexOf("\r\n\r\n") + 4;
      if (keep) left = Number(/content-length: (\d+)/.exec(bytes.toString("latin1", 0, end))?.[1]);
      body(bytes.length - end);
    });
    socket.once("close", resolve);
  });
}

const undiciRequest: Client = {
  name: "undici request, bytes",
  kind: "floor",
  npm: "undici",
  gives,
  load: async () => {
    const { Agent, request } = await import("undici");
    const dispatcher = new Agent();
    return async ({ url, onBytes }) => {
      const { body } = await request(url, { dispatcher });
      for await (const bytes of body as AsyncIterable<Buffer>) onBytes(bytes.length);
    };
  },
};

const undiciDispatch: Client = {
  name: "undici dispatch, bytes",
  kind: "floor",
  npm: "undici",
  gives,
  load: async () => {
    const { Agent } = await import("undici");
    const dispatcher = new Agent();
    return ({ url, onBytes }) =>
      new Promise((resolve, reject) => {
        const { origin, pathname, search } = new URL(url);
        dispatcher.dispatch(
          { origin, path: `${pathname}${search}`, method: "GET" },
          {
            onRequestStart: () => {},
            onResponseStart: () => {},
            onResponseData: (_controller, bytes) => onBytes(bytes.length),
            onResponseEnd: () => resolve(),
            onResponseError: (_controller, error) => reject(error),
          },
        );
      });
  },
};

const fetchBody: Client = {
  name: "fetch, bytes",
  kind: "floor",
  gives,
  load:
    async () =>
    async ({ url, onBytes }) => {
      const { body } = await fetch(url);
      const reader = body?.getReader();
      for (;;) {
        const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) return;
        onBytes(value.length);
      }
    },
};

/** One of our transports with nothing of core around it. */
async function loadTransport(
  name: keyof typeof ourTransports,
): Promise<(url: string, onBytes: (bytes: Uint8Array) => void) => Promise<void>> {
  const transport = await ourTransports[name]();
  return (url, onBytes) => {
    const { signal } = new AbortController();
    const request = { url: new URL(url), method: "GET", headers: new Headers(), body: null, signal, connectTimeout: 0 };
    return transport.send(request, { head: () => {}, body: onBytes });
  };
}

const transportBytes = (name: keyof typeof ourTransports): Client => ({
  name: `${name} transport, bytes`,
  kind: "floor",
  gives,
  load: async () => {
    const send = await loadTransport(name);
    return ({ url, onBytes }) => send(url, (bytes) => onBytes(bytes.length));
  },
});

/** The least that events over libcurl can cost. */
const curlLoop: Client = {
  name: "curl transport, a loop without rules",
  kind: "floor",
  refuses: (workload) => (workload === "openai" ? undefined : "no floor there"),
  load: async () => {
    const send = await loadTransport("curl");
    return ({ url, onBytes, onEvent }) => {
      const push = bareLoop(({ data }) => onEvent(data));
      return send(url, (bytes) => {
        onBytes(bytes.length);
        push(bytes);
      });
    };
  },
};

/** The command, started anew for each stream: there is no Node in it at all. */
const curlCommand: Client = {
  name: "curl -N",
  kind: "floor",
  wallOnly: true,
  gives,
  load: async () => {
    const run = promisify(execFile);
    await run("curl", ["--version"]);
    return async ({ url, onBytes }) => {
      const size = ["-w", "%{size_download}"];
      const { stdout } = await run("curl", ["-N", "-s", "-o", devNull, ...size, url]);
      onBytes(Number(stdout));
    };
  },
};

/** Contestants that read the bytes and make nothing of them, or no more than anybody must. */
export const floorClients: readonly Client[] = [
  rawSocket,
  undiciRequest,
  undiciDispatch,
  fetchBody,
  transportBytes("curl"),
  transportBytes("undici"),
  curlLoop,
  curlCommand,
];
