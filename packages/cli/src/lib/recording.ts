import { createEventStreamParser } from "@headrace/core/parser";

/** One event of a recorded stream, with the comments and fields before it; the last with all that follows it, too. */
export interface RecordedEvent {
  readonly bytes: Uint8Array;
  /** The stream's last event ID after it. */
  readonly lastEventId: string;
}

/** Cuts a recording after each event; joined, the parts are the recording. One without events is one part. */
export function readRecording(bytes: Uint8Array): RecordedEvent[] {
  const ends: { end: number; lastEventId: string }[] = [];
  const parser = createEventStreamParser({
    maxEventSize: Infinity,
    onEvent({ lastEventId }) {
      const end = parser.bytesConsumed;
      // The parser dispatches at a CR; an LF after it belongs to the same line end.
      const pair = bytes[end - 1] === 13 && bytes[end] === 10;
      ends.push({ end: pair ? end + 1 : end, lastEventId });
    },
  });
  parser.push(bytes);
  if (ends.length === 0) return [{ bytes, lastEventId: "" }];
  return ends.map(({ end, lastEventId }, at) => ({
    bytes: bytes.subarray(ends[at - 1]?.end ?? 0, at === ends.length - 1 ? bytes.length : end),
    lastEventId,
  }));
}

/** What a client has yet to get whose last event ID is this: nothing is left out, and all of it where the ID is not known. */
export function eventsAfter(recording: readonly RecordedEvent[], lastEventId: string): readonly RecordedEvent[] {
  if (lastEventId === "") return recording;
  return recording.slice(recording.findIndex((event) => event.lastEventId === lastEventId) + 1);
}
