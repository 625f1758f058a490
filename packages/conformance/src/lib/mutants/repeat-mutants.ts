import { TransportError, type TransportRequest } from "@headrace/core/transport";
import { codeOf, type Mutant, type Send, sends } from "./mutant.ts";

/** Sends a request again that was lost before the head, where `mayRepeat` says so. */
function repeats(mayRepeat: (request: TransportRequest, wasUsed: boolean) => boolean): (send: Send) => Send {
  return (send) => {
    const used = new Set<string>();
    return async (request, sink) => {
      const wasUsed = used.has(request.url.origin);
      used.add(request.url.origin);
      await send(request, sink).catch((error: unknown) => {
        if (codeOf(error) !== "reset" || !mayRepeat(request, wasUsed)) throw error;
        return send(request, sink);
      });
    };
  };
}

const fails = {
  kept: ["conc.unsafe-never-twice"],
  fresh: ["conc.unsafe-never-twice", "conc.fresh-unsafe-once"],
} as const;

/** Requests sent again, and connections used again, against contract 2. */
export const repeatMutants: readonly Mutant[] = [
  ...["PUT", "PATCH", "DELETE", "REPORT"].flatMap((unsafe) => [
    sends(
      `repeats-${unsafe.toLowerCase()}`,
      fails.fresh,
      repeats(({ method }) => method === unsafe),
    ),
    sends(
      `repeats-${unsafe.toLowerCase()}-on-kept-connections`,
      fails.kept,
      repeats(({ method }, wasUsed) => method === unsafe && wasUsed),
    ),
  ]),
  sends(
    "repeats-after-half-a-head",
    ["conc.get-once-after-a-byte"],
    repeats(({ method }, wasUsed) => method === "GET" && wasUsed),
  ),
  sends("takes-the-next-response-for-the-content-of-head", ["conc.head-then-next"], (send) => {
    const owed = new Set<string>();
    return async (request, sink) => {
      if (owed.has(request.url.origin)) throw new TransportError("protocol", "not HTTP", { phase: "head" });
      await send(request, {
        head(head) {
          const isFramed = head.headers.has("content-length") || head.headers.has("transfer-encoding");
          if (request.method === "HEAD" && isFramed) owed.add(request.url.origin);
          sink.head(head);
        },
        body: (bytes) => sink.body(bytes),
      });
    };
  }),
  sends("connect-clock-runs-on-kept-connections", ["time.connect-timeout-reused"], (send) => {
    const used = new Set<string>();
    return async (request, sink) => {
      const { connectTimeout, url } = request;
      const sent = send(request, sink);
      if (!used.has(url.origin)) return sent.then(() => void used.add(url.origin));
      sent.catch(() => {});
      const late = new TransportError("timeout", "late", { phase: "connect" });
      const timer = new Promise<never>((_resolve, reject) => setTimeout(() => reject(late), connectTimeout).unref());
      return Promise.race([sent, timer]);
    };
  }),
];
