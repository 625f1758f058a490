import { referenceTransport } from "../reference-transport.ts";
import { type ResponseHead, type ResponseSink, type Transport, TransportError } from "@headrace/core/transport";
import { sends, asks, connectInVain, delivers, settles, type Mutant } from "./mutant.ts";

const loud = (...definition: Parameters<typeof sends>): Mutant => ({ ...sends(...definition), isLoud: true });

/** Aborts that are not heeded, lose their reason or leave something behind. */
export const abortMutants: readonly Mutant[] = [
  asks("ignores-abort", ["abort.before", "abort.before-head", "abort.in-last-body"], () => ({
    signal: new AbortController().signal,
  })),
  settles("loses-abort-reason", ["abort.before", "abort.mid-body", "abort.reason"], async (sent, { signal }) => {
    await sent.catch((error: unknown) => {
      throw signal.aborted ? new Error("aborted") : error;
    });
  }),
  settles("makes-a-transport-error-of-abort", ["abort.default-reason"], async (sent, { signal }) => {
    await sent.catch((cause: unknown) => {
      throw signal.aborted ? new TransportError("closed", "aborted", { cause }) : cause;
    });
  }),
  sends(
    "leaks-the-connection-on-abort",
    [
      "abort.before-head",
      "abort.mid-body",
      "abort.during-upload",
      "abort.loop",
      "verb.break",
      "verb.abort-before-head",
    ],
    (send) => async (request, sink) => {
      const { signal } = request;
      signal.throwIfAborted();
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
      const quiet: ResponseSink = {
        head: (head) => (signal.aborted ? undefined : sink.head(head)),
        body: (bytes) => (signal.aborted ? undefined : sink.body(bytes)),
      };
      await Promise.race([aborted, send({ ...request, signal: new AbortController().signal }, quiet)]);
    },
  ),
  sends("connects-although-aborted", ["abort.before"], (send) => async (request, sink) => {
    const { signal } = request;
    const later = new AbortController();
    setTimeout(() => later.abort(signal.reason), signal.aborted ? 30 : 1e6).unref();
    signal.addEventListener("abort", () => later.abort(signal.reason));
    await send({ ...request, signal: later.signal }, sink);
  }),
  sends("connects-in-vain-although-aborted", ["abort.before"], (send) => (request, sink) => {
    if (request.signal.aborted) connectInVain(request.url);
    return send(request, sink);
  }),
  delivers("halves-every-piece-unasked", ["abort.in-body", "sink.held-back", "sink.throw-in-body"], (sink) => ({
    body(bytes) {
      const copy = new Uint8Array(bytes);
      const half = copy.length >> 1;
      let result: void | Promise<void> = undefined;
      try {
        if (half > 0) result = sink.body(copy.subarray(0, half));
      } catch {}
      return sink.body(copy.subarray(half)) ?? result;
    },
  })),
  sends(
    "waits-for-the-sink-when-aborted",
    ["abort.while-held-back", "abort.complete-but-held-back", "bp.never-read"],
    (send) => async (request, sink) => {
      const { signal } = request;
      const later = new AbortController();
      let pending: Promise<void> = Promise.resolve();
      signal.addEventListener("abort", () => void pending.then(() => later.abort(signal.reason)));
      if (signal.aborted) later.abort(signal.reason);
      await send(
        { ...request, signal: later.signal },
        { head: (head) => sink.head(head), body: (bytes) => (pending = Promise.resolve(sink.body(bytes))) },
      );
    },
  ),
  sends("ignores-an-abort-in-the-same-tick", ["abort.same-tick"], (send) => async (request, sink) => {
    const { signal } = request;
    signal.throwIfAborted();
    const later = new AbortController();
    await Promise.resolve();
    signal.addEventListener("abort", () => later.abort(signal.reason));
    await send({ ...request, signal: later.signal }, sink);
  }),
  sends(
    "ignores-aborts-before-the-head",
    ["abort.while-connecting", "abort.before-head", "abort.during-connect"],
    (send) => (request, sink) => {
      const { signal } = request;
      const later = new AbortController();
      const head = (received: ResponseHead): void => {
        signal.addEventListener("abort", () => later.abort(signal.reason));
        sink.head(received);
      };
      return send({ ...request, signal: later.signal }, { head, body: (bytes) => sink.body(bytes) });
    },
  ),
  sends("heeds-an-abort-a-turn-late", ["abort.in-head", "abort.in-body"], (send) => (request, sink) => {
    const { signal } = request;
    const later = new AbortController();
    const forward = (): void => later.abort(signal.reason);
    if (signal.aborted) forward();
    signal.addEventListener("abort", () => setImmediate(forward));
    return send({ ...request, signal: later.signal }, sink);
  }),
  sends("delivers-what-is-queued-on-abort", ["abort.queued"], (send) => async (request, sink) => {
    await send(request, sink).catch((error: unknown) => {
      if (request.signal.aborted) void sink.body(Uint8Array.of(1));
      throw error;
    });
  }),
  {
    name: "calls-every-forced-end-closed",
    fails: ["abort.then-close"],
    create(options) {
      const reference = referenceTransport(options);
      let forced = false;
      const send: Transport["send"] = (request, sink) =>
        reference.send(request, sink).catch((error: unknown) => {
          throw forced ? new TransportError("closed", "closed") : error;
        });
      const close: Transport["close"] = (how) => {
        forced = how?.force === true;
        return reference.close(how);
      };
      return { ...reference, send, close };
    },
  },
  sends("aborts-every-exchange-at-once", ["abort.no-poison"], (send) => {
    let all = new AbortController();
    return (request, sink) => {
      request.signal.addEventListener("abort", () => {
        all.abort(request.signal.reason);
        all = new AbortController();
      });
      return send({ ...request, signal: AbortSignal.any([request.signal, all.signal]) }, sink);
    };
  }),
  loud("minds-an-abort-after-the-end", ["abort.after-end"], (send) => (request, sink) => {
    request.signal.addEventListener("abort", () => void Promise.reject(new Error("aborted after the end")), {
      once: true,
    });
    return send(request, sink);
  }),
  sends("leaves-a-listener", ["abort.listener-leak"], (send) => (request, sink) => {
    request.signal.addEventListener("abort", () => {});
    return send(request, sink);
  }),
  loud(
    "does-not-handle-its-own-rejection",
    ["abort.mid-body", "err.refused", "verb.failure-never-read"],
    (send) => (request, sink) => {
      const sent = send(request, sink);
      void sent.finally(() => {});
      return sent;
    },
  ),
];
