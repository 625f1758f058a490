import { type ResponseSink, TransportError } from "@headrace/core/transport";
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
  sends("buffers-without-end", ["bp.stalls", "bp.resumes", "verb.slow-consumer"], queued({})),
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
