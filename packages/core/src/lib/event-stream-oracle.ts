/**
 * The standards' algorithms, step by step and in their own words, with no thought of speed. It is the
 * judge of the framer in its tests, and is reached from no entry of the package.
 */
import type { PendingEvent, ServerSentEvent } from "./event-stream-parser.ts";

/** What a consumer is told, in order. An event comes with the offset at which it was dispatched. */
export type StreamCall =
  | readonly ["event", ServerSentEvent, number]
  | readonly ["comment", string]
  | readonly ["reconnectionTime", number]
  | readonly ["lastEventId", string];

/** All that can be observed of one stream. */
export interface StreamOutcome {
  readonly calls: readonly StreamCall[];
  readonly bytesConsumed: number;
  readonly pending: PendingEvent | undefined;
}

/** A scalar value and the offset after its last byte. */
interface Decoded {
  readonly value: number;
  readonly end: number;
}

/** A line's text, whether it was ended, and the offsets after its line end's first and last character. */
interface Line {
  readonly text: string;
  readonly ended: boolean;
  readonly firstEnd: number;
  readonly lastEnd: number;
}

/** Reads a whole stream as HTML 9.2.6 says; with `dispatch`, its end counts as that of a pending event. */
export function readEventStream(
  bytes: Uint8Array,
  unfinished: "discard" | "dispatch",
  initialLastEventId = "",
): StreamOutcome {
  const interpreter = new Interpreter(initialLastEventId);
  const lines = splitLines(utf8Decode(bytes));
  const last = lines.at(-1);
  const unended = last !== undefined && !last.ended ? last.text : undefined;
  for (const line of lines) if (line.ended) interpreter.line(line.text, line.firstEnd, line.lastEnd);
  const pending = interpreter.pending(unended);
  if (pending !== undefined && unfinished === "dispatch") {
    if (unended !== undefined) interpreter.line(unended, bytes.length, bytes.length);
    interpreter.line("", bytes.length, bytes.length);
  }
  return { calls: interpreter.calls, bytesConsumed: interpreter.bytesConsumed, pending };
}

/** Encoding 6, "UTF-8 decode": strips a byte order mark, then runs the decoder with replacement. */
function utf8Decode(bytes: Uint8Array): Decoded[] {
  // "Let buffer be the result of peeking three bytes … If buffer is 0xEF 0xBB 0xBF, then read three bytes."
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const output: Decoded[] = [];
  let codePoint = 0;
  let bytesSeen = 0;
  let bytesNeeded = 0;
  let lower = 0x80;
  let upper = 0xbf;
  for (let i = start; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (bytesNeeded === 0) {
      if (byte <= 0x7f) output.push({ value: byte, end: i + 1 });
      else if (byte >= 0xc2 && byte <= 0xdf) [bytesNeeded, codePoint] = [1, byte & 0x1f];
      else if (byte >= 0xe0 && byte <= 0xef) {
        if (byte === 0xe0) lower = 0xa0;
        if (byte === 0xed) upper = 0x9f;
        [bytesNeeded, codePoint] = [2, byte & 0xf];
      } else if (byte >= 0xf0 && byte <= 0xf4) {
        if (byte === 0xf0) lower = 0x90;
        if (byte === 0xf4) upper = 0x8f;
        [bytesNeeded, codePoint] = [3, byte & 0x7];
      } else output.push({ value: 0xfffd, end: i + 1 });
      continue;
    }
    if (byte < lower || byte > upper) {
      // "Set code point, bytes needed, and bytes seen to 0, lower and upper boundary to 0x80 and 0xBF,
      // restore byte to ioQueue, and return error."
      codePoint = bytesNeeded = bytesSeen = 0;
      [lower, upper] = [0x80, 0xbf];
      output.push({ value: 0xfffd, end: i-- });
      continue;
    }
    [lower, upper] = [0x80, 0xbf];
    codePoint = (codePoint << 6) | (byte & 0x3f);
    bytesSeen += 1;
    if (bytesSeen !== bytesNeeded) continue;
    output.push({ value: codePoint, end: i + 1 });
    codePoint = bytesNeeded = bytesSeen = 0;
  }
  // "If byte is end-of-queue and UTF-8 bytes needed is not 0, then set bytes needed to 0 and return error."
  if (bytesNeeded > 0) output.push({ value: 0xfffd, end: bytes.length });
  return output;
}

/** 9.2.5: end-of-line = ( cr lf / cr / lf ); "a stream … must be parsed by reading everything line by line". */
function splitLines(characters: readonly Decoded[]): Line[] {
  const lines: Line[] = [];
  let text = "";
  for (let i = 0; i < characters.length; i++) {
    const { value, end } = characters[i] as Decoded;
    if (value !== 0x0a && value !== 0x0d) {
      text += String.fromCodePoint(value);
      continue;
    }
    const next = characters[i + 1];
    const crLf = value === 0x0d && next?.value === 0x0a;
    lines.push({ text, ended: true, firstEnd: end, lastEnd: crLf ? next.end : end });
    if (crLf) i++;
    text = "";
  }
  const end = characters.at(-1)?.end ?? 0;
  if (text !== "") lines.push({ text, ended: false, firstEnd: end, lastEnd: end });
  return lines;
}

/** 9.2.6, "Interpreting an event stream". */
class Interpreter {
  readonly calls: StreamCall[] = [];
  bytesConsumed = 0;
  // "When a stream is parsed, a data buffer, an event type buffer, and a last event ID buffer must be
  // associated with it. They must be initialized to the empty string." (The last: to what is remembered.)
  #data = "";
  #eventType = "";
  #lastEventIdBuffer: string;
  #ownId: string | undefined;

  constructor(lastEventId: string) {
    this.#lastEventIdBuffer = lastEventId;
  }

  line(line: string, firstEnd: number, lastEnd: number): void {
    // "If the line is empty (a blank line): Dispatch the event, as defined below."
    if (line === "") return this.#dispatch(firstEnd, lastEnd);
    // "If the line starts with a U+003A COLON character (:): Ignore the line."
    if (line.startsWith(":")) {
      const comment = line.slice(1);
      this.calls.push(["comment", comment.startsWith(" ") ? comment.slice(1) : comment]);
      return;
    }
    // "If the line contains a U+003A COLON character (:): Collect the characters on the line before the
    // first U+003A COLON character (:), and let field be that string. Collect the characters on the line
    // after the first U+003A COLON character (:), and let value be that string. If value starts with a
    // U+0020 SPACE character, remove it from value."
    const colon = line.indexOf(":");
    if (colon !== -1) {
      const value = line.slice(colon + 1);
      return this.#processField(line.slice(0, colon), value.startsWith(" ") ? value.slice(1) : value);
    }
    // "Otherwise: Process the field using the whole line as the field name, and the empty string as the
    // field value."
    return this.#processField(line, "");
  }

  #processField(field: string, value: string): void {
    switch (field) {
      // "Set the event type buffer to the field value."
      case "event":
        this.#eventType = value;
        return;
      // "Append the field value to the data buffer, then append a single U+000A LINE FEED (LF) character
      // to the data buffer."
      case "data":
        this.#data += value;
        this.#data += "\n";
        return;
      // "If the field value does not contain U+0000 NULL, then set the last event ID buffer to the field
      // value. Otherwise, ignore the field."
      case "id":
        if (value.includes("\0")) return;
        this.#ownId = value;
        this.#lastEventIdBuffer = value;
        return;
      // "If the field value consists of only ASCII digits, then interpret the field value as an integer in
      // base ten, and set the event stream's reconnection time to that integer. Otherwise, ignore the field."
      case "retry":
        if (value === "" || Array.from(value).some((digit) => !"0123456789".includes(digit))) return;
        this.calls.push(["reconnectionTime", Number(value)]);
    }
    // "Otherwise: The field is ignored."
  }

  #dispatch(firstEnd: number, lastEnd: number): void {
    const id = this.#ownId;
    this.#ownId = undefined;
    // "Set the last event ID string of the event source to the value of the last event ID buffer."
    const lastEventId = this.#lastEventIdBuffer;
    if (id !== undefined) this.calls.push(["lastEventId", lastEventId]);
    // "If the data buffer is an empty string, set the data buffer and the event type buffer to the empty
    // string and return."
    if (this.#data === "") {
      this.#eventType = "";
      return;
    }
    // "If the data buffer's last character is a U+000A LINE FEED (LF) character, then remove the last
    // character from the data buffer."
    const data = this.#data.endsWith("\n") ? this.#data.slice(0, -1) : this.#data;
    // "… initialize event's type attribute to "message", its data attribute to data … If the event type
    // buffer has a value other than the empty string, change the type of the newly created event …"
    const type = this.#eventType === "" ? "message" : this.#eventType;
    // "Set the data buffer and the event type buffer to the empty string."
    this.#data = "";
    this.#eventType = "";
    this.bytesConsumed = lastEnd;
    this.calls.push(["event", { type, data, lastEventId, id }, firstEnd]);
  }

  /** Ours, not the standard's: what the end of the file would cut short. */
  pending(unended: string | undefined): PendingEvent | undefined {
    const lines = this.#data.split("\n").slice(0, -1);
    const lineEnded = unended === undefined;
    if (unended === "data") lines.push("");
    if (unended?.startsWith("data:")) lines.push(unended.slice(5).replace(/^ /, ""));
    const begun = this.#data !== "" || this.#eventType !== "" || (unended !== undefined && !unended.startsWith(":"));
    return begun ? { data: lines.join("\n"), lineEnded } : undefined;
  }
}
