import type { ContestantJob } from "./contestant-job.ts";
import { loadContestant } from "./run-job.ts";

// One contestant in a process of its own: it is loaded once, and does a job for each message. "state" asks how the
// process stands, also in the middle of a job; "settled-state" does so after a garbage collection.

const send = (message: object): void => void (process.connected && process.send?.(message));
const text = (error: unknown): string => (error instanceof Error ? (error.stack ?? error.message) : String(error));

function tellState(): void {
  send({ state: { cpu: process.cpuUsage(), rss: process.memoryUsage.rss() } });
}

process.on("disconnect", () => process.exit());
const [name = ""] = process.argv.slice(2);
void loadContestant(name).then(
  (runJob) => {
    process.on("message", (message: "state" | "settled-state" | ContestantJob) => {
      if (message === "settled-state") globalThis.gc?.();
      if (message === "state" || message === "settled-state") return tellState();
      void runJob(message).then(
        (result) => send({ result }),
        (error: unknown) => send({ error: text(error) }),
      );
    });
    send({ ready: `Node ${process.versions.node}` });
  },
  (error: unknown) => send({ error: text(error) }),
);
