import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { certificates } from "@headrace/conformance";

/** The raw server, seen from the clients' thread. */
export interface ServerThread {
  /** `http://127.0.0.1:port/`; the path's first word says what is answered. */
  readonly url: string;
  readonly tlsUrl: string;
  /** Connections that a request came over so far. Node's fetch also opens some that it does not use. */
  readonly connections: () => number;
  /** Resolves when none of those is open. */
  readonly idle: () => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Starts the raw server in a thread, so that a blocking client of this thread can be answered. */
export async function startServerThread(): Promise<ServerThread> {
  const { selfSigned } = await certificates();
  const worker = new Worker(new URL("./raw-server.ts", import.meta.url), { workerData: selfSigned });
  const [ports] = (await once(worker, "message")) as [{ http: number; https: number }];
  let opened = 0;
  let open = 0;
  let whenIdle: (() => void)[] = [];
  worker.on("message", (change: "open" | "close") => {
    if (change === "open") opened++;
    open += change === "open" ? 1 : -1;
    if (open > 0) return;
    for (const resolve of whenIdle) resolve();
    whenIdle = [];
  });
  return {
    url: `http://127.0.0.1:${ports.http}/`,
    tlsUrl: `https://127.0.0.1:${ports.https}/`,
    connections: () => opened,
    idle: () => new Promise((resolve) => (open === 0 ? resolve() : whenIdle.push(resolve))),
    close: async () => void (await worker.terminate()),
  };
}
