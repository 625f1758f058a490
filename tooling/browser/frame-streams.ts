import type { createEventStreamParser } from "@headrace/core/parser";

/** What a parser tells of a stream: each call of it, in order, and what it says at the end. */
export interface Framed {
  readonly calls: readonly (readonly unknown[])[];
  readonly pending: unknown;
  readonly bytesConsumed: number;
}

/** What came of a stream when its end discards and when it dispatches, and the first way of cutting it that led there. */
export interface Outcome {
  readonly cut: string;
  readonly discard: Framed;
  readonly dispatch: Framed;
}

// This runs in Node and, sent there as text, in a page: it must not refer to anything but its arguments and the platform.

/** Feeds each stream to `globalThis.framer` whole, byte by byte, and in two at every place. Gives the different outcomes. */
export function frameStreams(streams: number[][]): Outcome[][] {
  const { framer } = globalThis as unknown as { framer: typeof createEventStreamParser };
  const frame = (pieces: readonly number[][], unfinished: "discard" | "dispatch"): Framed => {
    const calls: unknown[][] = [];
    const parser = framer({
      onEvent: ({ type, data, lastEventId, id = null }) =>
        calls.push([type, data, lastEventId, id, parser.bytesConsumed]),
      onComment: (comment) => calls.push(["comment", comment]),
      onReconnectionTime: (time) => calls.push(["retry", time]),
      onLastEventId: (id) => calls.push(["id", id]),
    });
    for (const piece of pieces) parser.push(Uint8Array.from(piece));
    const pending = parser.pending ?? null;
    parser.end(unfinished);
    return { calls, pending, bytesConsumed: parser.bytesConsumed };
  };
  return streams.map((bytes) => {
    const outcomes = new Map<string, Outcome>();
    const note = (cut: string, pieces: readonly number[][]): void => {
      const framed = { discard: frame(pieces, "discard"), dispatch: frame(pieces, "dispatch") };
      const key = JSON.stringify(framed);
      if (!outcomes.has(key)) outcomes.set(key, { cut, ...framed });
    };
    note("whole", [bytes]);
    note(
      "byte by byte",
      bytes.map((byte) => [byte]),
    );
    for (let at = 0; at < bytes.length; at++) note(`in two at ${at}`, [bytes.slice(0, at), bytes.slice(at)]);
    return [...outcomes.values()];
  });
}
