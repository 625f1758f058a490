import { isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { forEachEventSync } from "@headrace/core";
import { curlTransport } from "@headrace/transport-curl";
import { callInit } from "./call-init.ts";
import { WARM_UP } from "./demo-server.ts";
import type { LaneNews } from "./lane.ts";

/** This module, to be run in a thread: it makes a first request to the URL of its `workerData`, says that it is ready, and at a message posts the news of its call. */
export const workerModule: URL = new URL(import.meta.url);

const data = workerData as { headraceDemo?: string } | null;
if (!isMainThread && parentPort && data?.headraceDemo !== undefined) serve(parentPort, data.headraceDemo);

function serve(port: MessagePort, url: string): void {
  const transport = curlTransport();
  forEachEventSync(url + WARM_UP, { ...callInit, transport }, () => {});
  port.once("message", () => stream(transport, url, (news) => port.postMessage(news)));
  port.postMessage("ready");
}

function stream(transport: ReturnType<typeof curlTransport>, url: string, post: (news: LaneNews) => void): void {
  const startedAt = performance.now();
  const at = (): number => performance.now() - startedAt;
  try {
    const summary = forEachEventSync(url, { ...callInit, transport }, ({ data }) =>
      post({ kind: "event", data, at: at() }),
    );
    post({ kind: "end", bytes: summary.bytesReceived, completed: summary.completed, at: at() });
  } catch (error) {
    post({ kind: "failure", message: error instanceof Error ? error.message : "failed", at: at() });
  }
}
