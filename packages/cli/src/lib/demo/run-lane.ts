import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { forEachEvent, type Transport } from "@headrace/core";
import { callInit } from "./call-init.ts";
import { WARM_UP } from "./demo-server.ts";
import type { LaneNews } from "./lane.ts";

/** Makes a lane's call and tells its news; never rejects. */
export type LaneRun = (onNews: (news: LaneNews) => void) => Promise<void>;

/** A lane over `forEachEvent`. Resolves after a first, short stream: what a stack does only once is not timed. */
export async function asynchronousLane(url: string, transport: Transport, signal: AbortSignal): Promise<LaneRun> {
  const init = { ...callInit, transport, signal };
  await forEachEvent(url + WARM_UP, init, () => {});
  return async (onNews) => {
    const startedAt = performance.now();
    const at = (): number => performance.now() - startedAt;
    try {
      const { bytesReceived, completed } = await forEachEvent(url, init, ({ data }) =>
        onNews({ kind: "event", data, at: at() }),
      );
      onNews({ kind: "end", bytes: bytesReceived, completed, at: at() });
    } catch (error) {
      onNews({ kind: "failure", message: error instanceof Error ? error.message : "interrupted", at: at() });
    }
  };
}

/**
 * A lane over `forEachEventSync`, in a thread of its own: a call that blocks the thread of the server that it
 * waits for would wait for ever. Resolves when the thread is ready.
 */
export async function blockingLane(url: string, signal: AbortSignal): Promise<LaneRun> {
  const { workerModule } = await import("./blocking-worker.ts");
  const worker = new Worker(workerModule, { workerData: { headraceDemo: url } });
  signal.addEventListener("abort", () => void worker.terminate(), { once: true });
  await once(worker, "message", { signal });
  return async (onNews) => {
    const startedAt = performance.now();
    await new Promise<void>((resolve) => {
      const fail = (message: string): void => {
        onNews({ kind: "failure", message, at: performance.now() - startedAt });
        resolve();
      };
      worker.on("message", (news: LaneNews) => {
        onNews(news);
        if (news.kind !== "event") resolve();
      });
      worker.once("error", ({ message }: Error) => fail(message));
      signal.addEventListener("abort", () => fail("interrupted"), { once: true });
      worker.postMessage("go");
    });
    await worker.terminate();
  };
}
