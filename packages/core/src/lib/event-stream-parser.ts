/**
 * The framer: bytes of an event stream in, events out (WHATWG HTML 9.2.5 and 9.2.6).
 *
 * It is longer than our other files because it is one state machine, and the only code that every byte
 * of every stream passes through. What makes it fast, and shapes it:
 *
 * - A piece is decoded at once, and its lines found and cut in the text: one native call a piece instead of one a line.
 *   It is exact, because CR and LF occur in no multi-byte sequence, and no piece is cut within one: a line decodes
 *   alike alone and in company.
 * - Only the line left over is kept: as bytes, for to copy them costs a tenth of what it costs to decode them; and as
 *   text, part by part, once it is longer than 4 KiB. Without a line end before it no byte is decoded more than twice.
 * - Byte positions are those in the text where it is one unit to a byte; elsewhere line ends are counted,
 *   and looked for in the bytes only when a position is asked for.
 */
import { afterLastLine, afterNextLine, beforeCutSequence, CR, decode, LF } from "./event-stream-bytes.ts";
import { LineBuffer, longLine } from "./event-stream-line-buffer.ts";
import { LineEnds } from "./event-stream-line-ends.ts";
import { HeadraceError, invalidArgument } from "./headrace-error.ts";

/** One dispatched event (WHATWG HTML 9.2.6). */
export interface ServerSentEvent {
  /** `message` unless an `event` field says otherwise. */
  readonly type: string;
  /** The data lines, joined by LF. */
  readonly data: string;
  /** The stream's memory: the last `id` seen so far, `""` if none. */
  readonly lastEventId: string;
  /** This event's own `id` field, or undefined. */
  readonly id: string | undefined;
}

/** What a parser calls, and its limits. What a callback throws, `push` or `end` throws. */
export interface EventStreamParserOptions {
  /** Called with each event, as its blank line arrives. */
  readonly onEvent: (event: ServerSentEvent) => void;
  /** Called with each comment: the line without its colon and one space after it. */
  readonly onComment?: ((comment: string) => void) | undefined;
  /**
   * Called with each valid `retry` value, in ms, as its line ends. It is the server's number as it
   * stands, perhaps above the 2^31-1 ms that a timer can take, perhaps `Infinity`: clamp it.
   */
  readonly onReconnectionTime?: ((milliseconds: number) => void) | undefined;
  /** Called at the end of each block that has an `id`, with data or without; before its event. */
  readonly onLastEventId?: ((lastEventId: string) => void) | undefined;
  /**
   * The most bytes that an event may take in the stream, counted from its first `data` line to the end
   * of its last line, whatever stands between them; and the most that any one line may take, a byte order
   * mark before it included. Default 16 MiB. Beyond it `push` throws `too-large`, before more is kept.
   */
  readonly maxEventSize?: number | undefined;
  /** What the stream remembers before its first `id`. Default `""`. */
  readonly lastEventId?: string | undefined;
}

/** The event that the bytes so far leave unfinished. */
export interface PendingEvent {
  /** Its data lines so far, joined by LF; of a `data` line not yet ended, as much as there is. */
  readonly data: string;
  /** Whether the last line was ended, so that no field is cut: only the blank line is missing. */
  readonly lineEnded: boolean;
}

/** Frames one event stream at a time. */
export interface EventStreamParser {
  /**
   * Takes the next bytes, split anywhere, and calls back for all that they complete. The bytes are not
   * kept. Should a callback throw, so does `push`, and the rest of these bytes is dropped.
   *
   * @throws HeadraceError `too-large`; `invalid-argument` from inside a callback, and after `end` or
   * `too-large` without a `reset`
   */
  push(bytes: Uint8Array): void;
  /**
   * Ends the stream. `discard` drops what is unfinished, as the standard says. `dispatch` ends the line and
   * the event that `pending` tells of, as if two line ends had come: the fields and comments of that line
   * count, a cut UTF-8 sequence becomes U+FFFD, and without data there is still no event. With nothing
   * pending the two are the same. A second call does nothing.
   *
   * @throws HeadraceError `invalid-argument` for anything else
   * @returns whether an event was unfinished, as `pending` says
   */
  end(unfinished: "discard" | "dispatch"): boolean;
  /**
   * What an end here would cut short, or undefined: an event is unfinished when, since the last blank
   * line, there was a `data` line, or an `event` line that names a type, or when the last line is not
   * ended and is no comment. Worked out when read.
   */
  readonly pending: PendingEvent | undefined;
  /**
   * The offset just after the last dispatched event, its blank line included, counted from the start of
   * the stream, byte order mark included. The LF of a CR LF counts once it has come; inside the callback
   * the offset is that after the CR, at every split.
   */
  readonly bytesConsumed: number;
  /** Makes it as new, `lastEventId` as in the options, for another stream. Not from inside a callback. */
  reset(): void;
}

/** Makes a parser. It holds no resource; drop it at any time. @throws HeadraceError `invalid-argument` */
export function createEventStreamParser(options: EventStreamParserOptions): EventStreamParser {
  if (typeof options?.onEvent !== "function") throw invalidArgument("`onEvent` must be a function");
  const { maxEventSize = 2 ** 24, lastEventId = "" } = options;
  if (typeof lastEventId !== "string") throw invalidArgument("lastEventId must be a string");
  if (maxEventSize !== Infinity && !(Number.isInteger(maxEventSize) && maxEventSize > 0)) {
    throw invalidArgument("maxEventSize must be a positive integer of bytes");
  }
  return new Parser(options, maxEventSize);
}

const SPACE = 32;
const COLON = 58;
const BOM = 0xfeff;

/** Bytes decoded at once: the most text that one event, kept, can keep alive with it. */
const longestPiece = 2 ** 16;
/** Up to this length a piece is joined to the line that is kept, as long as that is short; else text is made of both. */
const shortPiece = 2 ** 10;
/** Below this length a line is short. */
const shortLine = 2 ** 9;
/** Up to this length a piece is always joined, and searched before it is decoded: a look at each byte is cheaper. */
const shortRun = 2 ** 7;

class Parser implements EventStreamParser {
  readonly #options: EventStreamParserOptions;
  readonly #maxEventSize: number;
  #busy = false;
  #ended = false;
  /** The last byte was a CR: an LF now belongs to it. */
  #afterCr = false;

  /** The line not yet ended. */
  readonly #kept: LineBuffer = new LineBuffer();
  /** The data lines of the event in hand, joined by LF, if there are any. */
  #data: string | undefined;
  /** Offset of the first of them. */
  #dataStart = 0;
  #type = "";
  #id: string | undefined;
  #lastEventId: string;

  /** Offset in the stream of the first line not yet processed. */
  #offset = 0;
  #bytesConsumed = 0;
  /** Where in the text in hand the last event ended, and after how many line ends, if there was one. */
  #place = 0;
  #lineEnd = 0;
  /** Those of the text in hand, where it is not one unit to a byte. */
  #lineEnds: LineEnds | undefined;

  constructor(options: EventStreamParserOptions, maxEventSize: number) {
    this.#options = options;
    this.#maxEventSize = maxEventSize;
    this.#lastEventId = options.lastEventId ?? "";
  }

  get bytesConsumed(): number {
    return this.#place === 0 ? this.#bytesConsumed : this.#offsetOf(this.#place, this.#lineEnd);
  }

  get pending(): PendingEvent | undefined {
    const kept = this.#kept;
    const text = kept.text + decode(kept.bytes, 0, kept.length);
    const start = afterMark(text, this.#offset);
    const lineEnded = text.length === start;
    const isEvent = this.#data !== undefined || this.#type !== "";
    if (!isEvent && (lineEnded || text.charCodeAt(start) === COLON)) return undefined;
    const value = valueOf("data", text, start, text.length);
    return { data: value === undefined ? (this.#data ?? "") : this.#joined(value), lineEnded };
  }

  push(bytes: Uint8Array): void {
    if (bytes?.BYTES_PER_ELEMENT !== 1) throw invalidArgument("push takes a Uint8Array");
    this.#enter();
    const { length } = bytes;
    const stop = this.#offset + this.#kept.size + length;
    try {
      if (length <= longestPiece) this.#piece(bytes);
      else for (let i = 0; i < length; i += longestPiece) this.#piece(bytes.subarray(i, i + longestPiece));
    } finally {
      this.#offset = stop - this.#kept.size;
      this.#busy = false;
    }
  }

  end(unfinished: "discard" | "dispatch"): boolean {
    if (unfinished !== "discard" && unfinished !== "dispatch")
      throw invalidArgument("end takes `discard` or `dispatch`");
    if (this.#ended) return false;
    this.#enter();
    const pending = this.pending !== undefined;
    const stop = this.#offset + this.#kept.size;
    try {
      if (pending && unfinished === "dispatch") {
        if (this.#kept.size > 0) this.#piece(Uint8Array.of(LF));
        if (this.#data !== undefined) this.#bytesConsumed = stop;
        this.#endBlock();
      }
    } finally {
      this.#close();
      this.#busy = false;
    }
    return pending;
  }

  reset(): void {
    this.#ended = false;
    this.#enter();
    this.#close();
    this.#busy = this.#ended = this.#afterCr = false;
    this.#lastEventId = this.#options.lastEventId ?? "";
    this.#offset = this.#bytesConsumed = 0;
  }

  #enter(): void {
    if (this.#busy) throw invalidArgument("a parser was called from inside its callback");
    if (this.#ended) throw invalidArgument("push after the end of the stream; reset the parser first");
    this.#busy = true;
  }

  #close(): void {
    this.#ended = true;
    this.#kept.dropText();
    this.#kept.keep(0, 0);
    this.#data = this.#id = undefined;
    this.#type = "";
  }

  #piece(bytes: Uint8Array): void {
    const kept = this.#kept;
    const { length } = bytes;
    const isLong = length > (kept.size < shortLine ? shortPiece : shortRun);
    // To decode in vain is cheaper than to search; and linear, for no byte is decoded twice once the line is long.
    const mayEnd = length > shortRun || bytes[length - 1] === LF || afterNextLine(bytes, 0, length) > 0;
    let from = 0;
    if (kept.length > 0) {
      if (isLong) {
        // The rest of a sequence that may be cut.
        while (from < 3 && ((bytes[from] as number) & 0xc0) === 0x80) from++;
        kept.append(bytes.subarray(0, from));
        kept.decode(kept.length);
      } else {
        from = length;
        kept.append(bytes);
        if (mayEnd) this.#keptLines();
        else if (kept.length > longLine) kept.decode(beforeCutSequence(kept.bytes, kept.length));
      }
    }
    if (from < length) {
      if (mayEnd) from = this.#wholeLines(bytes, from, beforeCutSequence(bytes, length));
      if (from < length) kept.append(from > 0 ? bytes.subarray(from) : bytes);
    }
    if (kept.size > 0) this.#checkSize(kept.size);
  }

  /** Processes the lines that were kept. What a callback drops by throwing is not kept. */
  #keptLines(): void {
    const kept = this.#kept;
    const { bytes, length } = kept;
    kept.length = 0;
    // What is left over is decoded again with its rest: of other text than ASCII that would show.
    const stop = this.#lineEnds ? afterLastLine(bytes, 0, length) : beforeCutSequence(bytes, length);
    kept.keep(this.#wholeLines(bytes, 0, stop), length);
  }

  /**
   * Processes the lines that end before `stop`, one by one where they could make an event too large. Gives the
   * place from which bytes are left over.
   */
  #wholeLines(bytes: Uint8Array, begin: number, stop: number): number {
    if (!this.#exceeds(this.#kept.decoded + stop - begin)) return this.#process(bytes, begin, stop);
    let from = begin;
    for (let next = from; (next = afterNextLine(bytes, from, stop)) > 0; from = next) {
      const size = this.#kept.decoded + next - from - 1;
      if (size > 0) this.#checkSize(size);
      this.#process(bytes, from, next);
    }
    return from;
  }

  #process(bytes: Uint8Array, from: number, stop: number): number {
    const kept = this.#kept;
    const text = decode(bytes, from, stop);
    // As many units as bytes: one to each, for no sequence decodes to more units than it has bytes.
    const lineEnds = text.length === stop - from ? undefined : new LineEnds(bytes, from, stop);
    this.#lineEnds = lineEnds;
    let place = 0;
    try {
      place = text.indexOf("\r") < 0 ? this.#lfLines(text, bytes, from) : this.#anyLines(text);
    } finally {
      this.#bytesConsumed = this.bytesConsumed;
      this.#place = 0;
    }
    const last = lineEnds ? lineEnds.stop : from + place;
    this.#offset += last - from;
    if (kept.decoded === 0 && text.length - place <= longLine) return last;
    kept.add(text.slice(place), stop - last);
    return stop;
  }

  /** Processes the line that is kept as text, with the rest of it. */
  #endLongLine(rest: string): void {
    const kept = this.#kept;
    const { decoded } = kept;
    const text = kept.text + rest;
    kept.dropText();
    const line = text.slice(afterMark(text, this.#offset));
    this.#field(line, 0, line.length, 0);
    this.#offset += decoded;
  }

  /** Processes the lines of a text that LF ends, and gives the place after the last. */
  #lfLines(text: string, bytes: Uint8Array, begin: number): number {
    const { length } = text;
    const isAscii = this.#lineEnds === undefined;
    let start = this.#start(text);
    if (this.#kept.decoded > 0) {
      start = text.indexOf("\n") + 1 || length;
      if (text.charCodeAt(start - 1) === LF) this.#endLongLine(text.slice(0, start - 1));
    }
    let lineEnds = start > 0 && text.charCodeAt(start - 1) === LF ? 1 : 0;
    while (start < length) {
      const from = start;
      if ((isAscii ? bytes[begin + from] : text.charCodeAt(from)) === LF) {
        this.#endBlock(++start, ++lineEnds);
        continue;
      }
      const end = text.indexOf("\n", from);
      if (end < 0) break;
      start = end + 1;
      if (isAscii ? startsData(bytes, begin + from) : isData(text, from)) {
        const space = isAscii ? bytes[begin + from + 5] : text.charCodeAt(from + 5);
        const value = text.slice(space === SPACE ? from + 6 : from + 5, end);
        if (
          this.#data === undefined &&
          start < length &&
          (isAscii ? bytes[begin + start] : text.charCodeAt(start)) === LF
        ) {
          // The blank line too, without a turn for it: most events end so.
          this.#place = ++start;
          this.#lineEnd = ++lineEnds + 1;
          this.#dispatch(value);
        } else this.#addData(value, from, lineEnds);
      } else if (isAscii && startsEvent(bytes, begin + from)) this.#type = valueAfter(from + 5, text, end);
      else this.#field(text, from, end, lineEnds);
      lineEnds++;
    }
    this.#lineEnds?.finish(lineEnds);
    return lineEnds > 0 ? start : 0;
  }

  /** The same where LF, CR or both end them. */
  #anyLines(text: string): number {
    const { length } = text;
    let start = this.#start(text);
    let lineEnds = start > 0 && text.charCodeAt(0) === LF ? 1 : 0;
    let lf = -1;
    let cr = -1;
    while (start < length) {
      const from = start;
      const first = text.charCodeAt(from);
      const isLong = this.#kept.decoded > 0;
      let end = from;
      if (!isLong && (first === LF || first === CR)) this.#endBlock(from + 1, lineEnds + 1);
      else {
        if (lf < from) lf = indexIn(text, "\n", from);
        if (cr < from) cr = indexIn(text, "\r", from);
        end = lf < cr ? lf : cr;
        if (end === none) break;
        if (isLong) this.#endLongLine(text.slice(0, end));
        else this.#field(text, from, end, lineEnds);
      }
      start = end + 1;
      lineEnds++;
      if (text.charCodeAt(end) === CR && text.charCodeAt(start) === LF) {
        if (this.#place === start++) [this.#place, this.#lineEnd] = [start, lineEnds + 1];
        lineEnds++;
      }
    }
    this.#lineEnds?.finish(lineEnds);
    return lineEnds > 0 ? start : 0;
  }

  /** Where the first line begins: after an LF that belongs to the CR before, or the one byte order mark. */
  #start(text: string): number {
    const afterCr = this.#afterCr && this.#kept.decoded === 0 && text.charCodeAt(0) === LF;
    if (afterCr && this.#bytesConsumed === this.#offset) this.#bytesConsumed++;
    this.#afterCr = text.charCodeAt(text.length - 1) === CR;
    return afterCr ? 1 : afterMark(text, this.#offset + this.#kept.decoded);
  }

  /** 9.2.6, "process the field": any line but an empty one. */
  #field(text: string, from: number, end: number, lineEnds: number): void {
    const options = this.#options;
    let value: string | undefined;
    switch (text.charCodeAt(from)) {
      case COLON:
        options.onComment?.(valueAfter(from, text, end));
        return;
      case 100:
        value = valueOf("data", text, from, end);
        if (value !== undefined) this.#addData(value, from, lineEnds);
        return;
      case 101:
        this.#type = valueOf("event", text, from, end) ?? this.#type;
        return;
      case 105:
        value = valueOf("id", text, from, end);
        if (value !== undefined && !value.includes("\0")) this.#id = value;
        return;
      case 114:
        value = valueOf("retry", text, from, end);
        if (options.onReconnectionTime && value !== undefined && /^[0-9]+$/.test(value))
          options.onReconnectionTime(+value);
    }
  }

  #addData(value: string, from: number, lineEnds: number): void {
    if (this.#data === undefined) this.#dataStart = this.#offsetOf(from, lineEnds);
    this.#data = this.#joined(value);
  }

  #joined(value: string): string {
    return this.#data === undefined ? value : `${this.#data}\n${value}`;
  }

  /** 9.2.6, "dispatch the event", at an empty line: where there is no data only the id counts. */
  #endBlock(place = 0, lineEnd = 0): void {
    const data = this.#data;
    if (data === undefined) {
      this.#type = "";
      this.#commitId();
      return;
    }
    this.#data = undefined;
    this.#place = place;
    this.#lineEnd = lineEnd;
    this.#dispatch(data);
  }

  #dispatch(data: string): void {
    const type = this.#type === "" ? "message" : this.#type;
    const id = this.#id;
    this.#type = "";
    if (id !== undefined) this.#commitId();
    this.#options.onEvent({ type, data, lastEventId: this.#lastEventId, id });
  }

  #commitId(): void {
    const id = this.#id;
    if (id === undefined) return;
    this.#id = undefined;
    // A slice keeps the text alive that it was cut from, 64 KiB for each idle stream. This copies it.
    this.#lastEventId = id.length < 13 ? id : ` ${id}`.slice(1);
    this.#options.onLastEventId?.(this.#lastEventId);
  }

  /** The offset in the stream of a place in the text in hand, before which there are so many line ends. */
  #offsetOf(place: number, lineEnds: number): number {
    return this.#offset + (this.#lineEnds ? this.#lineEnds.bytesTo(lineEnds) : place);
  }

  /** Whether the event in hand could be too large with so many bytes from here. */
  #exceeds(size: number): boolean {
    const start = this.#data === undefined ? this.#offset : this.#dataStart;
    return this.#offset + size - start > this.#maxEventSize;
  }

  #checkSize(size: number): void {
    if (!this.#exceeds(size)) return;
    this.#close();
    throw new HeadraceError("too-large", `an event exceeds maxEventSize (${this.#maxEventSize} bytes)`, {
      lastEventId: this.#lastEventId,
    });
  }
}

/** Where a line begins that is at this offset in the stream: after the one byte order mark. */
function afterMark(text: string, offset: number): number {
  return offset === 0 && text.charCodeAt(0) === BOM ? 1 : 0;
}

/** Beyond every string's end. */
const none = 2 ** 30;

function indexIn(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? none : index;
}

/** `data:` */
function startsData(bytes: Uint8Array, i: number): boolean {
  return (
    bytes[i] === 100 && bytes[i + 1] === 97 && bytes[i + 2] === 116 && bytes[i + 3] === 97 && bytes[i + 4] === COLON
  );
}

/** The same of text, where it takes nine tenths of the time that `startsWith` takes. */
function isData(text: string, i: number): boolean {
  return (
    text.charCodeAt(i) === 100 &&
    text.charCodeAt(i + 1) === 97 &&
    text.charCodeAt(i + 2) === 116 &&
    text.charCodeAt(i + 3) === 97 &&
    text.charCodeAt(i + 4) === COLON
  );
}

/** `event:` */
function startsEvent(bytes: Uint8Array, i: number): boolean {
  return (
    bytes[i] === 101 &&
    bytes[i + 1] === 118 &&
    bytes[i + 2] === 101 &&
    bytes[i + 3] === 110 &&
    bytes[i + 4] === 116 &&
    bytes[i + 5] === COLON
  );
}

/** The value of a line whose field has this name, else undefined. */
function valueOf(name: string, text: string, start: number, end: number): string | undefined {
  const colon = start + name.length;
  if (!text.startsWith(name, start)) return undefined;
  if (colon === end) return "";
  return text.charCodeAt(colon) === COLON ? valueAfter(colon, text, end) : undefined;
}

/** 9.2.6: "If value starts with a U+0020 SPACE character, remove it from value." */
function valueAfter(colon: number, text: string, end: number): string {
  return text.slice(text.charCodeAt(colon + 1) === SPACE ? colon + 2 : colon + 1, end);
}
