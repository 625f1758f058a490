import { type ResponseHead, type ResponseSink, TransportError } from "@headrace/core/transport";
import { sends, delivers, settles, codeOf, type Mutant, type Send } from "./mutant.ts";

/** Takes everything at once into a queue without end, and delivers from there. */
function queued(options: {
  readonly reuseBuffer?: boolean;
  readonly dropOnFailure?: boolean;
  readonly waitForQueue?: boolean;
}): (send: Send) => Send {
  const { reuseBuffer = false, dropOnFailure = false, waitForQueue = true } = options;
  return (send) => async (request, sink) => {
    let failure: { readonly error: unknown } | undefined;
    let chain = Promise.resolve();
    const shared = new Uint8Array(1_048_576);
    const inner: ResponseSink = {
      head: (head) => sink.head(head),
      body(bytes) {
        const kept = reuseBuffer ? shared.subarray(0, bytes.length) : new Uint8Array(bytes.length);
        kept.set(bytes);
        chain = chain.then(() => {
          if (dropOnFailure && failure !== undefined) return undefined;
          return request.signal.aborted ? undefined : sink.body(kept);
        });
        chain.catch(() => {});
      },
    };
    await send(request, inner).catch((error: unknown) => (failure = { error }));
    if (request.signal.aborted) throw request.signal.reason;
    if (waitForQueue && !dropOnFailure) await chain;
    if (failure !== undefined) throw failure.error;
  };
}

/** The sink called against the rules, its promise not heeded. */
export const sinkMutants: readonly Mutant[] = [
  delivers("ignores-sink-promise", ["sink.held-back", "sink.every-piece-held-back", "bp.stalls"], (sink) => ({
    body: (bytes) => void Promise.resolve(sink.body(bytes)).catch(() => {}),
  })),
  delivers("knows-its-own-promises-only", ["sink.foreign-promise"], (sink) => ({
    body(bytes) {
      const result = sink.body(bytes);
      return result instanceof Promise ? result : undefined;
    },
  })),
  delivers("takes-anything-for-a-promise", ["sink.other-returns"], (sink) => ({
    body: (bytes) => sink.body(bytes)?.then(() => {}),
  })),
  sends("calls-the-sink-long-after-the-end", ["sink.every-piece-held-back"], (send) => async (request, sink) => {
    await send(request, sink);
    setTimeout(() => void sink.body(Uint8Array.of(1)), 20);
  }),
  sends("buffers-without-end", ["bp.stalls", "verb.slow-consumer"], queued({})),
  sends(
    "reuses-its-buffer-while-held-back",
    ["bp.slow", "bp.seams", "sink.every-piece-held-back"],
    queued({ reuseBuffer: true }),
  ),
  sends("failure-overtakes-body", ["sink.failure-held-back"], queued({ dropOnFailure: true })),
  sends("settles-before-last-promise", ["sink.settles-after-last-promise"], queued({ waitForQueue: false })),
  settles(
    "wraps-what-the-sink-threw",
    ["sink.throw-in-head", "sink.throw-in-body", "sink.reject-in-body", "sink.throws-anything"],
    (sent) =>
      sent.catch((cause: unknown) => {
        throw codeOf(cause) === undefined ? new TransportError("internal", "the sink failed", { cause }) : cause;
      }),
  ),
  sends(
    "settles-with-the-last-byte",
    ["sink.settles-a-macrotask-later", "abort.after-last-body"],
    (send) => async (request, sink) => {
      let settle = (): void => {};
      const complete = new Promise<void>((resolve) => (settle = resolve));
      let left = Number.POSITIVE_INFINITY;
      const head = (received: ResponseHead): void => {
        left = Number(received.headers.get("content-length"));
        sink.head(received);
      };
      const body = (bytes: Uint8Array): void | Promise<void> => {
        left -= bytes.length;
        const result = sink.body(bytes);
        if (left === 0) settle();
        return result;
      };
      const sent = send(request, { head, body });
      sent.catch(() => {});
      await Promise.race([sent, complete]);
    },
  ),
  delivers("minds-no-rejection", ["sink.reject-in-body", "sink.reject-later", "sink.last-promise-rejects"], (sink) => ({
    body(bytes) {
      const result = sink.body(bytes);
      return result instanceof Promise ? result.catch(() => {}) : result;
    },
  })),
  delivers("deadlocks-after-a-pause", ["bp.resumes", "sink.held-back"], (sink) => ({
    body(bytes) {
      const result = sink.body(bytes);
      return result instanceof Promise ? new Promise(() => {}) : result;
    },
  })),
  sends("stalls-all-when-one-stalls", ["bp.isolated"], (send) => {
    let stalled: Promise<void> = Promise.resolve();
    return (request, sink) =>
      send(request, {
        head: (head) => sink.head(head),
        async body(bytes) {
          const copy = new Uint8Array(bytes);
          await stalled;
          const result = sink.body(copy);
          if (result instanceof Promise) stalled = result;
          await result;
        },
      });
  }),
  delivers("swallows-what-the-sink-throws", ["sink.throw-in-body"], (sink) => ({
    body(bytes) {
      try {
        return sink.body(bytes);
      } catch {
        return undefined;
      }
    },
  })),
  sends("calls-the-sink-before-it-returns", ["head.before-body"], (send) => (request, sink) => {
    sink.head({ status: 200, headers: new Headers(), url: request.url.href });
    return send(request, { head: () => {}, body: (bytes) => sink.body(bytes) });
  }),
];
