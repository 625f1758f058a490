import { type Transport, TransportError } from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";
import { sends, delivers, settles, codeOf, type Mutant } from "./mutant.ts";
import { rewrites } from "./relay.ts";

/** Bodies that come out wrong, or end wrong. */
export const bodyMutants: readonly Mutant[] = [
  settles(
    "swallows-reset-as-end",
    [
      "body.chunk-reset",
      "body.close-delimited-reset",
      "err.reset-mid-body",
      "body.chunk-reset-connection-close",
      "body.length-reset",
      "body.length-reset-connection-close",
      "body.close-delimited-reset-with-data",
      "body.http10-reset",
    ],
    (sent) =>
      sent.catch((error: unknown) => {
        if (codeOf(error) !== "reset") throw error;
      }),
  ),
  settles(
    "swallows-truncation-as-end",
    [
      "body.chunk-truncated",
      "body.length-short",
      "body.empty-fin",
      "verb.truncated",
      "body.chunk-truncated-connection-close",
      "body.length-short-connection-close",
    ],
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
  delivers(
    "drops-last-piece",
    ["body.chunked", "body.close-delimited", "err.reset-mid-body", "err.fin-with-data"],
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
  delivers("gives-up-after-1000-pieces", ["body.chunked-tiny"], (sink) => {
    let pieces = 0;
    return { body: (bytes) => (++pieces > 1000 ? undefined : sink.body(bytes)) };
  }),
  sends("waits-for-the-body-of-head", ["body.head-request"], (send) => async (request, sink) => {
    let expected = false;
    await send(request, {
      ...sink,
      head(head) {
        expected = request.method === "HEAD" && Number(head.headers.get("content-length")) > 0;
        sink.head(head);
      },
      body: (bytes) => sink.body(bytes),
    });
    if (expected) throw new TransportError("truncated", "no body came");
  }),
  delivers(
    "wants-a-length-everywhere",
    ["body.none-204", "body.none-205", "body.none-304", "conc.no-content-keeps"],
    (sink) => ({
      head(head) {
        const framed = head.headers.has("content-length") || head.headers.has("transfer-encoding");
        if (!framed) throw new TransportError("protocol", "no length", { phase: "head" });
        sink.head(head);
      },
    }),
  ),
  sends("wants-whole-events", ["err.fin-mid-event"], (send) => async (request, sink) => {
    let last = "";
    const body = (bytes: Uint8Array): void | Promise<void> => {
      last = Buffer.from(bytes).toString("latin1");
      return sink.body(bytes);
    };
    await send(request, { head: (head) => sink.head(head), body });
    if (last !== "" && !last.endsWith("\n\n")) throw new TransportError("truncated", "half an event");
  }),
  {
    name: "merges-trailers-into-the-head",
    fails: ["body.trailers-ignored"],
    create(options) {
      const reference = referenceTransport(options);
      const send: Transport["send"] = (request, sink) => {
        let headers = new Headers();
        return reference.send(request, {
          head: (head) => sink.head({ ...head, headers: (headers = head.headers) }),
          body: (bytes) => sink.body(bytes),
          trailers: (trailers) => trailers.forEach((value, name) => headers.set(name, value)),
        });
      };
      return { ...reference, supports: { ...reference.supports, trailers: false }, send };
    },
  },
  ...[31, 32].flatMap((bits) => [
    rewrites(`reads-lengths-in-${bits}-bits`, [`body.length-over-${bits}-bits`], {
      response: (text) =>
        text.replace(/(Content-Length: )(\d+)/, (_match, name: string, size) => `${name}${Number(size) % 2 ** bits}`),
    }),
    rewrites(`reads-chunk-sizes-in-${bits}-bits`, [`body.chunk-over-${bits}-bits`], {
      response: (text) =>
        text.replace(/^[0-9a-f]+(?=\r\n)/m, (size) => (Number.parseInt(size, 16) % 2 ** bits).toString(16)),
    }),
  ]),
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
