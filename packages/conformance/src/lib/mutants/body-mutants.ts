import { TransportError } from "@headrace/core/transport";
import { sends, delivers, settles, codeOf, type Mutant } from "./mutant.ts";

/** Bodies that come out wrong, or end wrong. */
export const bodyMutants: readonly Mutant[] = [
  settles("swallows-reset-as-end", ["body.chunk-reset", "body.close-delimited-reset", "err.reset-mid-body"], (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== "reset") throw error;
    }),
  ),
  settles(
    "swallows-truncation-as-end",
    ["body.chunk-truncated", "body.length-short", "body.empty-fin", "verb.truncated"],
    (sent) =>
      sent.catch((error: unknown) => {
        if (codeOf(error) !== "truncated") throw error;
      }),
  ),
  settles(
    "swallows-bad-chunk-as-end",
    ["body.chunk-bad-size", "body.chunk-missing-crlf", "body.chunk-bad-size-then-fin"],
    (sent) =>
      sent.catch((error: unknown) => {
        if (codeOf(error) !== "protocol") throw error;
      }),
  ),
  settles("calls-every-cut-a-reset", ["body.chunk-truncated", "body.length-short"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "truncated" ? new TransportError("reset", "cut") : error;
    }),
  ),
  settles("reports-end-as-error", ["body.chunked", "body.close-delimited", "body.length-exact"], async (sent) => {
    await sent;
    throw new TransportError("truncated", "the connection ended");
  }),
  delivers("drops-last-piece", ["body.chunked", "body.close-delimited", "err.reset-mid-body"], (sink) => {
    let kept: Uint8Array | undefined;
    return {
      body(bytes) {
        const previous = kept;
        kept = new Uint8Array(bytes);
        return previous === undefined ? undefined : sink.body(previous);
      },
    };
  }),
  delivers("doubles-pieces", ["body.chunked", "body.large", "bp.seams"], (sink) => ({
    async body(bytes) {
      const copy = new Uint8Array(bytes);
      await sink.body(bytes);
      await sink.body(copy);
    },
  })),
  delivers("decodes-as-text", ["body.identity-bytes", "body.no-view-of-text"], (sink) => ({
    body: (bytes) => sink.body(new TextEncoder().encode(new TextDecoder().decode(bytes))),
  })),
  delivers("delivers-empty-pieces", ["body.chunked"], (sink) => ({
    async body(bytes) {
      await sink.body(new Uint8Array());
      await sink.body(bytes);
    },
  })),
  delivers("drops-trailers", ["body.trailers"], () => ({ trailers: () => {} })),
  delivers("sends-head-twice", ["head.before-body"], (sink) => ({
    head(head) {
      sink.head(head);
      sink.head(head);
    },
  })),
  sends("body-after-end", ["body.chunked"], (send) => async (request, sink) => {
    await send(request, sink);
    setImmediate(() => void sink.body(Uint8Array.of(1)));
  }),
];
