/**
 * The framer: bytes of an event stream in, events out (WHATWG HTML 9.2.5 and 9.2.6).
 *
 * It is longer than our other files because it is one state machine, and because it is the only code
 * that every byte of every stream passes through. Three things make it fast, and shape it:
 *
 * - A piece is decoded whole, lines are then found and cut in the string: one native call a piece
 *   instead of one a line (measured: 45 against 155 ns an event of 240 bytes). That is exact because
 *   CR and LF never occur inside a multi-byte sequence, so a line decodes alike alone or in company.
 * - Only the line left over at the end of a piece is kept, as bytes: a sequence cut in two is decoded
 *   when its line is whole. A non-streaming decoder is six times faster in Node than a streaming one.
 * - Byte offsets are wanted seldom, so they are worked out from string positions when asked for.
 */
import { HeadraceError } from "./headrace-error.ts";

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
   * of its last line, whatever stands between them; and the most that any one line may take. Default
   * 16 MiB. Beyond it `push` throws `too-large`, before more is kept.
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
   * Ends the stream. `discard` drops what is unfinished, as the standard says. `dispatch` ends the last
   * line and the event, as if two line ends had come: fields and comments of that line count, a cut
   * UTF-8 sequence becomes U+FFFD, and an event without data is still none. A second call does nothing.
   *
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
   * the offset is that after the CR, at every split. Worked out when read.
   */
  readonly bytesConsumed: number;
  /** Makes it as new, `lastEventId` as in the options, for another stream. Not from inside a callback. */
  reset(): void;
}

/** Makes a parser. It holds no resource; drop it at any time. */
export function createEventStreamParser(options: EventStreamParserOptions): EventStreamParser {
  const { maxEventSize = 2 ** 24 } = options;
  if (!(maxEventSize >= 1)) throw new HeadraceError("invalid-argument", "maxEventSize must be a number of bytes, at least 1");
  return new Parser(options, maxEventSize);
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/** Longest piece decoded at once: what an event that is kept may keep alive with it. */
const longestPiece = 2 ** 16;
/** Pieces shorter than this are first searched for a line end: a call of the decoder costs more. */
const shortPiece = 32;
/** Capacity of the line buffer that an idle parser keeps. */
const idleCapacity = 2 ** 12;

let decoder: TextDecoder | undefined;

class Parser implements EventStreamParser {
  readonly #options: EventStreamParserOptions;
  readonly #onEvent: (event: ServerSentEvent) => void;
  readonly #maxEventSize: number;
  readonly #decoder: TextDecoder;
  #busy = false;
  #ended = false;
  /** At the very start, where a byte order mark would be taken away. */
  #atStart = true;
  /** The last byte was a CR: an LF now belongs to it. */
  #afterCr = false;

  /** The line not yet ended. */
  #line = new Uint8Array(0);
  #lineLength = 0;
  #hasData = false;
  #data = "";
  #type = "";
  #id: string | undefined;
  #lastEventId: string;

  /** The piece in hand, as bytes and as text, and where it begins in the stream. */
  #bytes: Uint8Array | undefined;
  #text = "";
  #offset = 0;
  /** A position in the text and the byte it stands for: where `#byteAt` begins to count. */
  #knownText = 0;
  #knownByte = 0;
  /** Position in the text after the last event dispatched from it; 0: none. */
  #eventEnd = 0;
  #bytesConsumed = 0;
  /** Position in the text of the first data line of the event in hand. */
  #dataStart = 0;
  /** The same in the stream, for an event begun in an earlier piece; else -1. */
  #eventStart = -1;

  constructor(options: EventStreamParserOptions, maxEventSize: number) {
    this.#options = options;
    this.#onEvent = options.onEvent;
    this.#maxEventSize = maxEventSize;
    this.#decoder = decoder ??= new TextDecoder("utf-8", { ignoreBOM: true });
    this.#lastEventId = options.lastEventId ?? "";
  }

  push(bytes: Uint8Array): void {
    if (bytes.BYTES_PER_ELEMENT !== 1) throw new HeadraceError("invalid-argument", "push takes a Uint8Array");
    this.#enter("push");
    const total = this.#offset + bytes.length;
    const longest = Math.min(longestPiece, this.#maxEventSize);
    try {
      let from = this.#atStart ? this.#takeByteOrderMark(bytes) : 0;
      if (from === 0 && bytes.length <= longest) this.#piece(bytes);
      else for (; from < bytes.length; from += longest) this.#piece(bytes.subarray(from, from + longest));
    } finally {
      this.#leavePiece();
      this.#offset = total;
      this.#busy = false;
    }
  }

  end(unfinished: "discard" | "dispatch"): boolean {
    if (this.#ended) return false;
    this.#enter("end");
    const pending = this.pending !== undefined;
    try {
      if (unfinished === "dispatch") {
        if (this.#lineLength > 0) this.#endLine();
        this.#bytesConsumed = this.#hasData ? this.#offset : this.#bytesConsumed;
        this.#dispatch();
      }
    } finally {
      this.#clear();
      this.#ended = true;
      this.#busy = false;
    }
    return pending;
  }

  get pending(): PendingEvent | undefined {
    const line = this.#decode(this.#line, this.#lineLength);
    const value = valueOf("data", line, 0, line.length);
    const lineEnded = line === "";
    if (!this.#hasData && this.#type === "" && (lineEnded || line.charCodeAt(0) === COLON)) return undefined;
    if (value === undefined) return { data: this.#data, lineEnded };
    return { data: this.#hasData ? `${this.#data}\n${value}` : value, lineEnded };
  }

  get bytesConsumed(): number {
    return this.#eventEnd > 0 ? this.#offset + this.#byteAt(this.#eventEnd) : this.#bytesConsumed;
  }

  reset(): void {
    if (this.#busy) throw new HeadraceError("invalid-argument", "reset was called from inside a callback of the parser");
    this.#clear();
    this.#ended = false;
    this.#atStart = true;
    this.#afterCr = false;
    this.#lastEventId = this.#options.lastEventId ?? "";
    this.#offset = 0;
    this.#bytesConsumed = 0;
  }

  #enter(verb: "push" | "end"): void {
    if (this.#busy) throw new HeadraceError("invalid-argument", `${verb} was called from inside a callback of the parser`);
    if (this.#ended) throw new HeadraceError("invalid-argument", `${verb} was called after the end; reset comes first`);
    this.#busy = true;
  }

  #clear(): void {
    this.#line = new Uint8Array(0);
    this.#lineLength = 0;
    this.#hasData = false;
    this.#data = "";
    this.#type = "";
    this.#id = undefined;
    this.#eventStart = -1;
  }

  #decode(bytes: Uint8Array, length: number): string {
    return this.#decoder.decode(bytes.length === length ? bytes : bytes.subarray(0, length));
  }

  /** 9.2.6: "The UTF-8 decode algorithm strips one leading UTF-8 Byte Order Mark (BOM), if any." */
  #takeByteOrderMark(bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] !== (this.#lineLength === 0 ? 0xef : this.#lineLength === 1 ? 0xbb : 0xbf)) {
        this.#atStart = false;
        this.#offset += i;
        return i;
      }
      this.#append(bytes, i, i + 1);
      if (this.#lineLength === 3) {
        this.#lineLength = 0;
        this.#atStart = false;
        this.#offset += i + 1;
        return i + 1;
      }
    }
    return bytes.length;
  }

  #piece(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length < shortPiece && !hasLineEnd(bytes)) {
      if (length > 0) {
        this.#afterCr = false;
        this.#keep(bytes, 0);
        this.#offset += length;
      }
      return;
    }
    const text = this.#decode(bytes, length);
    this.#bytes = bytes;
    this.#text = text;
    const position = this.#lines(text, this.#firstLine(bytes, text));
    if (position < text.length) {
      this.#keep(bytes, this.#byteAt(position));
    }
    if (this.#hasData && this.#eventStart < 0) this.#eventStart = this.#offset + this.#byteAt(this.#dataStart);
    this.#leavePiece();
    this.#offset += length;
  }

  /** Settles what was worked out from the piece in hand, which is lent, and lets go of it. */
  #leavePiece(): void {
    if (this.#bytes === undefined) return;
    if (this.#eventEnd > 0) {
      this.#bytesConsumed = this.bytesConsumed;
      this.#eventEnd = 0;
      // A slice keeps the text that it was cut from: copied, so that an idle stream keeps none.
      this.#lastEventId = ` ${this.#lastEventId}`.slice(1);
    }
    this.#bytes = undefined;
    this.#text = "";
    this.#knownText = 0;
    this.#knownByte = 0;
  }

  /** Takes what the start of a piece adds to the one before. Returns the position after it. */
  #firstLine(bytes: Uint8Array, text: string): number {
    if (this.#afterCr) {
      this.#afterCr = false;
      if (bytes[0] === LF) {
        if (this.#bytesConsumed === this.#offset) this.#bytesConsumed++;
        return 1;
      }
    }
    if (this.#lineLength === 0) return 0;
    const end = lineEnd(text, 0);
    if (end === text.length) return 0;
    const byteEnd = this.#byteAt(end + 1) - 1;
    this.#checkSize(this.#lineLength + byteEnd, this.#offset + byteEnd);
    this.#append(bytes, 0, byteEnd);
    const start = this.#offset + byteEnd - this.#lineLength;
    this.#endLine();
    if (this.#eventStart < 0 && this.#hasData) this.#eventStart = start;
    return this.#afterLine(text, end);
  }

  /** Processes every line that ends in the text. Returns the position of the one that does not. */
  #lines(text: string, from: number): number {
    let position = from;
    let lf = indexOrEnd(text, "\n", position);
    let cr = indexOrEnd(text, "\r", position);
    for (;;) {
      const end = lf < cr ? lf : cr;
      if (end === text.length) return position;
      if (this.#eventStart >= 0) this.#checkSize(0, this.#offset + this.#byteAt(end + 1) - 1);
      if (end === position) {
        if (this.#hasData) this.#eventEnd = end + 1;
        this.#dispatch();
      } else {
        if (!this.#hasData) this.#dataStart = position;
        this.#field(text, position, end);
      }
      position = this.#afterLine(text, end);
      if (lf < position) lf = indexOrEnd(text, "\n", position);
      if (cr < position) cr = indexOrEnd(text, "\r", position);
    }
  }

  /** The position of the next line, after the LF, CR or CR LF at `end`. */
  #afterLine(text: string, end: number): number {
    if (text.charCodeAt(end) === LF) return end + 1;
    if (end + 1 === text.length) this.#afterCr = true;
    else if (text.charCodeAt(end + 1) === LF) {
      if (this.#eventEnd === end + 1) this.#eventEnd++;
      return end + 2;
    }
    return end + 1;
  }

  /** Processes the line that was kept, which is not empty. */
  #endLine(): void {
    const line = this.#decode(this.#line, this.#lineLength);
    this.#lineLength = 0;
    if (this.#line.length > idleCapacity) this.#line = new Uint8Array(0);
    this.#field(line, 0, line.length);
  }

  /** 9.2.6, "Process the field": a line that is not empty. */
  #field(text: string, start: number, end: number): void {
    let value: string | undefined;
    switch (text.charCodeAt(start)) {
      case 0x64:
        value = valueOf("data", text, start, end);
        if (value === undefined) return;
        this.#data = this.#hasData ? `${this.#data}\n${value}` : value;
        this.#hasData = true;
        return;
      case 0x65:
        value = valueOf("event", text, start, end);
        if (value !== undefined) this.#type = value;
        return;
      case 0x69:
        value = valueOf("id", text, start, end);
        if (value !== undefined && !value.includes("\0")) this.#id = value;
        return;
      case 0x72:
        value = valueOf("retry", text, start, end);
        if (value !== undefined && /^[0-9]+$/.test(value)) this.#options.onReconnectionTime?.(Number(value));
        return;
      case COLON:
        this.#options.onComment?.(valueAfter(start, text, end));
    }
  }

  /** 9.2.6, "Dispatch the event": at an empty line. */
  #dispatch(): void {
    const id = this.#id;
    const type = this.#type || "message";
    const data = this.#data;
    const hadData = this.#hasData;
    this.#id = undefined;
    this.#type = "";
    this.#data = "";
    this.#hasData = false;
    this.#eventStart = -1;
    if (id !== undefined) {
      this.#lastEventId = id;
      this.#options.onLastEventId?.(id);
    }
    if (hadData) this.#onEvent({ type, data, lastEventId: this.#lastEventId, id });
  }

  /** Fails if a line of so many bytes, or the event in hand with content up to `end`, is too large. */
  #checkSize(lineLength: number, end: number): void {
    const size = this.#eventStart < 0 ? lineLength : end - this.#eventStart;
    if (size <= this.#maxEventSize) return;
    this.#clear();
    this.#ended = true;
    throw new HeadraceError("too-large", `an event is larger than maxEventSize, ${this.#maxEventSize} bytes`, {
      lastEventId: this.#lastEventId,
    });
  }

  /** Keeps the rest of a piece, from `from` on: the line that it does not end. */
  #keep(bytes: Uint8Array, from: number): void {
    if (this.#hasData && this.#eventStart < 0) this.#eventStart = this.#offset + this.#byteAt(this.#dataStart);
    this.#checkSize(this.#lineLength + bytes.length - from, this.#offset + bytes.length);
    this.#append(bytes, from, bytes.length);
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const start = this.#lineLength;
    const length = start + to - from;
    if (length > this.#line.length) {
      const grown = new Uint8Array(Math.max(length, 2 * start, 256));
      grown.set(this.#line.subarray(0, start));
      this.#line = grown;
    }
    if (to - from < shortPiece) for (let i = from; i < to; i++) this.#line[start + i - from] = bytes[i] ?? 0;
    else this.#line.set(bytes.subarray(from, to), start);
    this.#lineLength = length;
  }

  /**
   * The byte of the piece for a position in its text: 0, or just after a line end. As many units as
   * bytes means one byte to a unit. Else line ends are counted, from where it was last known or from the
   * end, whichever is nearer.
   */
  #byteAt(position: number): number {
    const text = this.#text;
    const bytes = this.#bytes;
    if (bytes === undefined || position === 0 || text.length === bytes.length) return position;
    let byte = bytes.length;
    if (position - this.#knownText < text.length - position) {
      byte = this.#knownByte;
      for (let i = this.#knownText; i < position; i++) {
        if (isLineEnd(text.charCodeAt(i))) while (!isLineEnd(bytes[byte++]));
      }
    } else {
      while (!isLineEnd(bytes[byte - 1])) byte--;
      for (let i = text.length; i > position; i--) {
        if (isLineEnd(text.charCodeAt(i - 1))) do byte--; while (!isLineEnd(bytes[byte - 1]));
      }
    }
    this.#knownText = position;
    this.#knownByte = byte;
    return byte;
  }
}

function isLineEnd(code: number | undefined): boolean {
  return code === LF || code === CR;
}

function hasLineEnd(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (isLineEnd(bytes[i])) return true;
  return false;
}

function indexOrEnd(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? text.length : index;
}

function lineEnd(text: string, from: number): number {
  return Math.min(indexOrEnd(text, "\n", from), indexOrEnd(text, "\r", from));
}

/** The value of the line if its field name is this one. */
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
