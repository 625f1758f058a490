import { type ResponseHead, TransportError } from "@headrace/core/transport";
import { sends, asks, delivers, settles, codeOf, type Mutant } from "./mutant.ts";

/** Bytes held back, clocks not kept. */
export const timeMutants: readonly Mutant[] = [
  sends("buffers-whole-body", ["time.first-byte", "req.early-response"], (send) => async (request, sink) => {
    const pieces: Uint8Array[] = [];
    await send(request, { head: (head) => sink.head(head), body: (bytes) => void pieces.push(new Uint8Array(bytes)) });
    for (const piece of pieces) await sink.body(piece);
  }),
  delivers(
    "holds-each-piece-until-the-next",
    [
      "time.first-byte",
      "time.each-write",
      "time.each-write-unframed",
      "verb.each-event-open",
      "verb.each-event-for-each",
    ],
    (sink) => {
      let kept: Uint8Array | undefined;
      return {
        body(bytes) {
          const previous = kept;
          kept = new Uint8Array(bytes);
          return previous === undefined ? undefined : sink.body(previous);
        },
      };
    },
  ),
  delivers("buffers-until-64-kib", ["time.first-byte", "time.each-write"], (sink) => {
    let kept: Uint8Array = new Uint8Array();
    return {
      body(bytes) {
        kept = Buffer.concat([kept, bytes]);
        if (kept.length < 65_536) return undefined;
        const full = kept;
        kept = new Uint8Array();
        return sink.body(full);
      },
    };
  }),
  delivers("waits-for-more-than-a-byte", ["time.small-after-large", "time.first-byte"], (sink) => ({
    body: (bytes) => (bytes.length === 1 ? undefined : sink.body(bytes)),
  })),
  delivers("delays-head-until-body", ["head.before-body"], (sink) => {
    let kept: ResponseHead | undefined;
    return {
      head: (head) => void (kept = head),
      body(bytes) {
        if (kept !== undefined) sink.head(kept);
        kept = undefined;
        return sink.body(bytes);
      },
    };
  }),
  settles("connect-clock-never-stops", ["time.connect-timeout-over"], (sent, { connectTimeout }) => {
    if (connectTimeout === 0) return sent;
    const late = new TransportError("timeout", "late", { phase: "connect" });
    sent.catch(() => {});
    return Promise.race([
      sent,
      new Promise<void>((_resolve, reject) => setTimeout(() => reject(late), connectTimeout).unref()),
    ]);
  }),
  asks("ignores-connect-timeout", ["time.connect-timeout", "time.connect-clock"], () => ({ connectTimeout: 0 })),
  asks("connect-clock-overflows", ["time.connect-timeout-long"], ({ connectTimeout }) => ({
    connectTimeout: connectTimeout > 2 ** 31 - 1 ? 1 : connectTimeout,
  })),
  settles("connect-timeout-in-wrong-phase", ["time.connect-timeout", "time.connect-timeout-unanswered"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "timeout" ? new TransportError("timeout", "late", { phase: "head" }) : error;
    }),
  ),
];
