import { Duplex } from "node:stream";
import type { Socket } from "node:net";
import { TransportError } from "@headrace/core/transport";
import { openConnection } from "../reference-connection.ts";
import { type SharedSession, startSession } from "../reference-http2.ts";
import { referenceTransport } from "../reference-transport.ts";
import { frame as write, frameTypes, type Frame, goawayFrame } from "../cases/h2-frames.ts";
import { asks, codeOf, delivers, misreads, type Mutant, sends, settles } from "./mutant.ts";

/** A mutant that hears other frames than the server sent. */
function hears(
  name: string,
  fails: readonly string[],
  change: (frame: Frame) => Frame | Uint8Array | undefined,
): Mutant {
  const start = (url: URL, socket: Socket): SharedSession => startSession(url, tapped(socket, change) as Socket);
  return { name, fails, create: (options) => referenceTransport(options, { openConnection, startSession: start }) };
}

/** A socket whose incoming frames pass `change` first. */
function tapped(socket: Socket, change: (frame: Frame) => Frame | Uint8Array | undefined): Duplex {
  let rest = Buffer.of();
  const tap = new Duplex({
    read: () => socket.resume(),
    write: (bytes, _encoding, done) => void socket.write(bytes as Uint8Array, () => done()),
    final: (done) => void socket.end(() => done()),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (let end = 0; rest.length >= 9 && rest.length >= (end = 9 + rest.readUIntBE(0, 3)); rest = rest.subarray(end)) {
      const [type, flags, stream] = [rest.readUInt8(3), rest.readUInt8(4), rest.readUInt32BE(5)];
      const changed = change({ type, flags, stream, payload: rest.subarray(9, end) });
      if (changed instanceof Uint8Array) tap.push(changed);
      else if (changed !== undefined) tap.push(write(changed.type, changed.flags, changed.stream, changed.payload));
    }
  });
  socket.on("end", () => tap.push(null)).on("close", () => tap.destroy());
  return tap;
}

/** Takes failures of a code for the end. */
function swallows(name: string, fails: readonly string[], code: string, phase: "head" | "body"): Mutant {
  return settles(name, fails, (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== code || (error as TransportError).phase !== phase) throw error;
    }),
  );
}

const lostBeforeHead = [
  "h2.reset-before-head",
  "h2.refused-stream",
  "h2.connection-lost-before-head",
  "h2.goaway-before-head",
];

/** Frames misheard. */
const deaf: readonly Mutant[] = [
  hears("hangs-on-goaway", ["h2.goaway-post"], (frame) => (frame.type === frameTypes.goaway ? undefined : frame)),
  hears("gives-every-stream-up-at-goaway", ["h2.goaway-graceful"], (frame) =>
    frame.type === frameTypes.goaway ? goawayFrame(0, 2) : frame,
  ),
  hears("never-answers-ping", ["h2.ping"], (frame) => (frame.type === frameTypes.ping ? undefined : frame)),
  hears("ignores-settings", ["h2.max-concurrent"], (frame) =>
    frame.type === frameTypes.settings ? { ...frame, payload: Buffer.of() } : frame,
  ),
  hears("fails-on-unknown-frames", ["h2.unknown-frame"], (frame) => (frame.type > 9 ? goawayFrame(0, 1) : frame)),
  hears("loses-end-stream", ["h2.reset-after-end", "h2.early-response", "h2.head-only", "h2.empty-data"], (frame) =>
    frame.type > frameTypes.headers ? frame : { ...frame, flags: frame.flags & ~1 },
  ),
  hears("takes-padding-for-content", ["h2.padding-continuation"], (frame) =>
    frame.type === frameTypes.data ? { ...frame, flags: frame.flags & ~8 } : frame,
  ),
  hears("takes-103-for-the-head", ["h2.informational"], (frame) =>
    frame.payload.includes("103") ? { ...frame, payload: Buffer.from("\x88", "latin1") } : frame,
  ),
  hears("ignores-content-length-over-http2", ["h2.data-mismatch"], (frame) => {
    const at = frame.type === frameTypes.headers ? frame.payload.indexOf("\x0f\x0d", 0, "latin1") : -1;
    return at === -1 ? frame : { ...frame, payload: frame.payload.subarray(0, at) };
  }),
];

/** HTTP/2 got wrong. */
export const http2Mutants: readonly Mutant[] = [
  ...deaf,
  swallows(
    "takes-rst-stream-for-the-end",
    ["h2.reset-no-error", "h2.reset-internal-error", "h2.reset-cancel", "h2.reset-sibling"],
    "reset",
    "body",
  ),
  swallows("takes-a-lost-connection-for-the-end", ["h2.connection-lost", "h2.goaway"], "truncated", "body"),
  swallows("resolves-without-a-head", lostBeforeHead, "reset", "head"),
  sends(
    "repeats-refused-requests",
    ["h2.refused-stream", "h2.refused-post", "h2.goaway-post", "h2.connection-lost-before-head"],
    (send) => (request, sink) => {
      const again = (times: number): Promise<void> =>
        send(request, sink).catch((error: unknown) => {
          if (codeOf(error) !== "reset" || times === 0) throw error;
          return again(times - 1);
        });
      return again(2);
    },
  ),
  sends("one-stream-at-a-time", ["h2.one-connection", "h2.abort", "h2.reset-sibling"], (send) => {
    let running = 0;
    return async (request, sink) => {
      if (running++ > 0) throw new TransportError("reset", "busy", { phase: "head" });
      await send(request, sink).finally(() => running--);
    };
  }),
  delivers("http2-without-flow-control", ["h2.backpressure"], (sink) => ({
    body: (bytes) => void Promise.resolve(sink.body(bytes)).catch(() => {}),
  })),
  delivers("loses-what-came-while-it-was-held-back", ["h2.flow-control", "h2.backpressure"], (sink) => {
    let pieces = 0;
    return { body: (bytes) => (++pieces === 2 ? undefined : sink.body(bytes)) };
  }),
  delivers("ignores-http2-trailers", ["h2.trailers"], () => ({ trailers: () => {} })),
  delivers("tells-another-version", ["h2.basic", "h2.fallback"], (sink) => ({
    head: (head) => sink.head({ ...head, httpVersion: head.httpVersion === "2" ? "1.1" : "2" }),
  })),
  delivers("holds-each-frame-until-the-next", ["h2.each-write"], (sink) => {
    let kept: Uint8Array | undefined;
    return {
      body(bytes) {
        const previous = kept;
        kept = new Uint8Array(bytes);
        return previous === undefined ? undefined : sink.body(previous);
      },
    };
  }),
  asks("sends-one-window-of-content", ["h2.post-body"], ({ body }) => ({ body: body && body.subarray(0, 65_535) })),
  asks("forgets-fields-over-http2", ["h2.request-fields"], () => ({ headers: new Headers() })),
  misreads("offers-http2-unasked", ["h2.not-unasked"], (options) => ({ httpVersion: "2", ...options })),
  misreads("takes-h2c-for-http1", ["h2.prior-knowledge"], ({ httpVersion = "1.1", ...options }) => ({
    ...options,
    httpVersion: httpVersion === "h2c" ? "1.1" : httpVersion,
  })),
];
