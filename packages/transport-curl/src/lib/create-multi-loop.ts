import { isMainThread } from "node:worker_threads";
import type { Libcurl } from "./libcurl.ts";
import type { MultiLoop, MultiLoopInit } from "./multi-loop.ts";
import { MultiPollLoop } from "./multi-poll-loop.ts";
import { MultiSocketLoop } from "./multi-socket-loop.ts";

/**
 * Sockets on the host's own event loop in Node's main thread. Elsewhere libcurl waits in a thread of the
 * pool: a worker thread that is terminated with a poll handle of koffi's open takes the process with it,
 * and only Node's own event loop is known to work with one (koffi 3.3.4).
 */
export function createMultiLoop(init: MultiLoopInit): MultiLoop {
  return canPollSockets(init.curl) ? new MultiSocketLoop(init) : new MultiPollLoop(init);
}

function canPollSockets({ koffi }: Libcurl): boolean {
  const { node } = koffi as { node?: { poll?: unknown } };
  const isNode = process.versions["bun"] === undefined && process.versions["deno"] === undefined;
  return isMainThread && isNode && typeof node?.poll === "function";
}
