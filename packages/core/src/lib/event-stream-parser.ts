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
  if (!(maxEventSize >= 1) || (maxEventSize % 1 !== 0 && maxEventSize !== Infinity)) {
    throw misuse("maxEventSize must be a whole number of bytes, at least 1");
  }
  return new Parser(options, maxEventSize);
}

const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

/** Longest piece decoded at once: the most that one event, kept, can keep alive with it. */
const longestPiece = 2 ** 16;
/** Up to here a loop is cheaper than a native call (measured: 60 to 100 ns a call). */
const shortRun = 64;
/** Capacity of the line buffer that a parser keeps between lines. */
const idleCapacity = 2 ** 12;

class Parser implements EventStreamParser {
  readonly #options: EventStreamParserOptions;
  readonly #onEvent: (event: ServerSentEvent) => void;
  readonly #maxEventSize: number;
  readonly #host: Host = (host ??= lookUpHost());
  #busy = false;
  #ended = false;
  /** At the very start, where a byte order mark would be dropped. */
  #atStart = true;
  /** The last byte was a CR: an LF now belongs to it. */
  #afterCr = false;
  /** Whether the last text decoded was ASCII; a guess for the next. */
  #ascii = true;

  /** The bytes of the line not yet ended. */
  #line: Uint8Array = new Uint8Array(0);
  #lineLength = 0;
  #hasData = false;
  #data = "";
  #type = "";
  #id: string | undefined;
  #lastEventId: string;

  /** Where the piece in hand begins in the stream; the piece; and the text of the lines that end in it. */
  #offset = 0;
  #bytes: Uint8Array | undefined;
  #text = "";
  /** A position in the text, 0 or after a line end, and the byte of the piece that it stands for. */
  #knownPosition = 0;
  #knownByte = 0;
  /** Position in the text after the last event dispatched from it; 0: none yet. */
  #eventEnd = 0;
  #bytesConsumed = 0;
  /** Position in the text of the first data line of the event in hand. */
  #dataPosition = 0;
  /** Offset of the first data line of an event begun in an earlier piece; else -1. */
  #eventStart = -1;

  constructor(options: EventStreamParserOptions, maxEventSize: number) {
    this.#options = options;
    this.#onEvent = options.onEvent;
    this.#maxEventSize = maxEventSize;
    this.#lastEventId = options.lastEventId ?? "";
  }

  push(bytes: Uint8Array): void {
    if (bytes.BYTES_PER_ELEMENT !== 1) throw misuse("push takes a Uint8Array");
    this.#enter();
    const { length } = bytes;
    const total = this.#offset + length;
    const longest = Math.min(longestPiece, this.#maxEventSize);
    try {
      let from = this.#atStart ? this.#dropByteOrderMark(bytes) : 0;
      if (from === 0 && length <= longest) this.#piece(bytes);
      else for (; from < length; from += longest) this.#piece(bytes.subarray(from, from + longest));
    } finally {
      this.#leavePiece();
      this.#offset = total;
      this.#busy = false;
    }
  }

  end(unfinished: "discard" | "dispatch"): boolean {
    if (this.#ended) return false;
    this.#enter();
    const pending = this.pending !== undefined;
    try {
      if (unfinished === "dispatch") {
        if (this.#lineLength > 0) this.#endLine();
        if (this.#hasData) this.#bytesConsumed = this.#offset;
        this.#endBlock();
      }
    } finally {
      this.#clear();
      this.#ended = true;
      this.#busy = false;
    }
    return pending;
  }

  get pending(): PendingEvent | undefined {
    const line = this.#decode(this.#line, 0, this.#lineLength);
    const lineEnded = line === "";
    if (!this.#hasData && this.#type === "" && (lineEnded || line.charCodeAt(0) === COLON)) return undefined;
    const value = valueOf("data", line, 0, line.length);
    if (value === undefined) return { data: this.#data, lineEnded };
    return { data: this.#hasData ? `${this.#data}\n${value}` : value, lineEnded };
  }

  get bytesConsumed(): number {
    return this.#eventEnd > 0 ? this.#offset + this.#byteAt(this.#eventEnd) : this.#bytesConsumed;
  }

  reset(): void {
    if (this.#busy) throw misuse(fromCallback);
    this.#clear();
    this.#ended = this.#afterCr = false;
    this.#atStart = true;
    this.#lastEventId = this.#options.lastEventId ?? "";
    this.#offset = this.#bytesConsumed = 0;
  }

  #enter(): void {
    if (this.#busy) throw misuse(fromCallback);
    if (this.#ended) throw misuse("push after the end of the stream: reset the parser first");
    this.#busy = true;
  }

  #clear(): void {
    this.#line = new Uint8Array(0);
    this.#lineLength = 0;
    this.#hasData = false;
    this.#data = this.#type = "";
    this.#id = undefined;
    this.#eventStart = -1;
  }

  /**
   * 9.2.5: "Event streams must be decoded using the UTF-8 decode algorithm", which strips one leading
   * byte order mark. Its bytes are kept like any line until they are three.
   */
  #dropByteOrderMark(bytes: Uint8Array): number {
    let i = 0;
    while (i < bytes.length && bytes[i] === byteOrderMark[this.#lineLength]) {
      this.#append(bytes, i, ++i);
      if (this.#lineLength < 3) continue;
      this.#lineLength = 0;
      break;
    }
    this.#atStart = i === bytes.length && this.#lineLength === i;
    this.#offset += i;
    return i;
  }

  #piece(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length === 0) return;
    let from = 0;
    if (this.#afterCr && bytes[0] === LF) {
      from = 1;
      if (this.#bytesConsumed === this.#offset) this.#bytesConsumed++;
    }
    this.#afterCr = bytes[length - 1] === CR;
    const last = this.#lastLineEnd(bytes, from);
    if (last >= from) {
      if (this.#lineLength > 0) from = this.#endKeptLine(bytes);
      if (last >= from) this.#lines(bytes, from, last + 1);
      from = last + 1;
    }
    if (from < length) {
      this.#leavePiece();
      this.#append(bytes, from, length);
      this.#checkSize(length);
    }
    this.#leavePiece();
    this.#offset += length;
  }

  /** Ends the line that was kept with what the piece has of it. Returns where the next one starts. */
  #endKeptLine(bytes: Uint8Array): number {
    const end = this.#firstLineEnd(bytes);
    this.#append(bytes, 0, end);
    this.#checkSize(end);
    const start = this.#offset + end - this.#lineLength;
    this.#endLine();
    if (this.#hasData && this.#eventStart < 0) this.#eventStart = start;
    return bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1;
  }

  /** Processes the bytes of some whole lines. */
  #lines(bytes: Uint8Array, start: number, stop: number): void {
    const text = this.#decode(bytes, start, stop);
    const { length } = text;
    this.#bytes = bytes;
    this.#text = text;
    this.#knownPosition = length;
    this.#knownByte = stop;
    // Only an event begun in an earlier piece can be too large here: a piece is never longer than the limit.
    const nearLimit = this.#eventStart >= 0 && this.#offset + stop - this.#eventStart > this.#maxEventSize;
    let position = 0;
    let lf = text.indexOf("\n");
    let cr = text.indexOf("\r");
    if (lf < 0) lf = length;
    if (cr < 0) cr = length;
    while (position < length) {
      const end = lf < cr ? lf : cr;
      if (nearLimit && this.#eventStart >= 0) this.#checkSize(this.#byteAt(end + 1) - 1);
      if (end === position) {
        if (this.#hasData) this.#eventEnd = end + 1;
        this.#endBlock();
      } else if (!isData(text, position)) {
        this.#field(text, position, end);
      } else {
        const value = valueAfter(position + 4, text, end);
        if (this.#hasData) {
          this.#data += `\n${value}`;
        } else if (text.charCodeAt(end + 1) === LF && end === lf) {
          this.#eventEnd = end + 2;
          this.#dispatch(value);
          position = end + 2;
          lf = text.indexOf("\n", position);
          if (lf < 0) lf = length;
          continue;
        } else {
          this.#data = value;
          this.#hasData = true;
          this.#dataPosition = position;
        }
      }
      position = end + 1;
      if (end === cr) {
        if (lf === position) {
          if (this.#eventEnd === position) this.#eventEnd++;
          position++;
        }
        cr = text.indexOf("\r", position);
        if (cr < 0) cr = length;
      }
      if (lf < position) {
        lf = text.indexOf("\n", position);
        if (lf < 0) lf = length;
      }
    }
  }

  /** Settles what is to be known of the piece in hand, which is lent, and lets go of it. */
  #leavePiece(): void {
    if (this.#bytes === undefined) return;
    if (this.#hasData && this.#eventStart < 0) this.#eventStart = this.#offset + this.#byteAt(this.#dataPosition);
    this.#bytesConsumed = this.bytesConsumed;
    this.#eventEnd = 0;
    this.#bytes = undefined;
    this.#text = "";
  }

  /** Processes the line that was kept, which is not empty. */
  #endLine(): void {
    const line = this.#decode(this.#line, 0, this.#lineLength);
    this.#lineLength = 0;
    if (this.#line.length > idleCapacity) this.#line = new Uint8Array(0);
    this.#field(line, 0, line.length);
  }

  /** 9.2.6, "process the field", for a line that is not empty. */
  #field(text: string, start: number, end: number): void {
    const options = this.#options;
    let value: string | undefined;
    switch (text.charCodeAt(start)) {
      case COLON:
        options.onComment?.(valueAfter(start, text, end));
        return;
      case 100:
        value = valueOf("data", text, start, end);
        if (value === undefined) return;
        this.#data = this.#hasData ? `${this.#data}\n${value}` : value;
        if (!this.#hasData) this.#dataPosition = start;
        this.#hasData = true;
        return;
      case 101:
        this.#type = valueOf("event", text, start, end) ?? this.#type;
        return;
      case 105:
        value = valueOf("id", text, start, end);
        if (value !== undefined && !value.includes("\0")) this.#id = value;
        return;
      case 114:
        value = valueOf("retry", text, start, end);
        if (value !== undefined && /^[0-9]+$/.test(value)) options.onReconnectionTime?.(+value);
    }
  }

  /** An empty line: the event is dispatched if it has data, its id remembered in any case. */
  #endBlock(): void {
    const data = this.#data;
    if (this.#hasData) {
      this.#hasData = false;
      this.#data = "";
      this.#eventStart = -1;
      this.#dispatch(data);
      return;
    }
    this.#type = "";
    this.#commitId();
  }

  /** 9.2.6, "dispatch the event". */
  #dispatch(data: string): void {
    const type = this.#type || "message";
    const id = this.#id;
    this.#type = "";
    if (id !== undefined) this.#commitId();
    this.#onEvent({ type, data, lastEventId: this.#lastEventId, id });
  }

  /** "Set the last event ID string of the event source to the value of the last event ID buffer." */
  #commitId(): void {
    const id = this.#id;
    if (id === undefined) return;
    this.#id = undefined;
    // A slice keeps alive the text it was cut from (64 KiB for each idle stream): this makes a copy.
    this.#lastEventId = ` ${id}`.slice(1);
    this.#options.onLastEventId?.(this.#lastEventId);
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const start = this.#lineLength;
    const length = start + to - from;
    if (length > this.#line.length) {
      const grown = new Uint8Array(Math.max(length, 2 * start, shortRun));
      grown.set(this.#line.subarray(0, start));
      this.#line = grown;
    }
    if (to - from > shortRun) this.#line.set(bytes.subarray(from, to), start);
    else for (let i = from; i < to; i++) this.#line[start + i - from] = bytes[i] as number;
    this.#lineLength = length;
  }

  /** Fails if the event or line in hand, whose last line reaches to this byte of the piece, is too large. */
  #checkSize(end: number): void {
    const size = this.#eventStart < 0 ? this.#lineLength : this.#offset + end - this.#eventStart;
    if (size <= this.#maxEventSize) return;
    this.#clear();
    this.#ended = true;
    throw new HeadraceError("too-large", `an event exceeds maxEventSize, ${this.#maxEventSize} bytes`, {
      lastEventId: this.#lastEventId,
    });
  }

  #firstLineEnd(bytes: Uint8Array): number {
    for (let i = 0; i < bytes.length && i < shortRun; i++) if (isLineEnd(bytes[i])) return i;
    const { indexOf } = this.#host;
    const lf = indexOf.call(bytes, LF, shortRun);
    const cr = indexOf.call(lf < 0 ? bytes : bytes.subarray(0, lf), CR, shortRun);
    return cr < 0 ? lf : cr;
  }

  /** The last line end at or after `from`, or something less. */
  #lastLineEnd(bytes: Uint8Array, from: number): number {
    let i = bytes.length - 1;
    for (const stop = Math.max(from, i - shortRun); i >= stop; i--) if (isLineEnd(bytes[i])) return i;
    if (i < from) return -1;
    const { indexOf, lastIndexOf } = this.#host;
    const lf = lastIndexOf.call(bytes, LF, i);
    return indexOf.call(bytes, CR, lf + 1) < 0 ? lf : lastIndexOf.call(bytes, CR, i);
  }

  #decode(bytes: Uint8Array, start: number, stop: number): string {
    const { utf8Slice, decoder } = this.#host;
    const length = stop - start;
    let text: string;
    if (utf8Slice !== undefined && (this.#ascii || length < 1024)) text = utf8Slice.call(bytes, start, stop);
    // Node 22 decodes other than ASCII twice as fast when streaming (V8's decoder against ICU's); the second call ends the stream.
    else text = decoder.decode(bytes.subarray(start, stop), { stream: true }) + decoder.decode();
    this.#ascii = text.length === length;
    return text;
  }

  /**
   * The byte of the piece for a position in its text, 0 or after a line end. Found by counting line ends
   * from a place that is known, at first the end.
   */
  #byteAt(position: number): number {
    const text = this.#text;
    const bytes = this.#bytes as Uint8Array;
    let at = this.#knownPosition;
    let byte = this.#knownByte;
    for (; at < position; at++) if (isLineEnd(text.charCodeAt(at))) while (!isLineEnd(bytes[byte++]));
    for (; at > position; at--) if (isLineEnd(text.charCodeAt(at - 1))) while (!isLineEnd(bytes[--byte]));
    while (byte > 0 && !isLineEnd(bytes[byte - 1])) byte--;
    this.#knownPosition = position;
    this.#knownByte = byte;
    return byte;
  }
}

const byteOrderMark = [0xef, 0xbb, 0xbf];
const fromCallback = "a parser was called from inside its own callback";

function misuse(message: string): HeadraceError {
  return new HeadraceError("invalid-argument", message);
}

function isLineEnd(code: number | undefined): boolean {
  return code === LF || code === CR;
}

function isData(text: string, start: number): boolean {
  return (
    text.charCodeAt(start) === 100 &&
    text.charCodeAt(start + 1) === 97 &&
    text.charCodeAt(start + 2) === 116 &&
    text.charCodeAt(start + 3) === 97 &&
    text.charCodeAt(start + 4) === COLON
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

/** The native calls that the host offers. */
interface Host {
  readonly decoder: TextDecoder;
  readonly utf8Slice: ((this: Uint8Array, start: number, end: number) => string) | undefined;
  readonly indexOf: (this: Uint8Array, byte: number, from?: number) => number;
  readonly lastIndexOf: (this: Uint8Array, byte: number, from?: number) => number;
}

let host: Host | undefined;

/**
 * Node's `Buffer` searches six times as fast as `Uint8Array` and decodes without a view of the part;
 * where there is none, or where it does not decode as the standard says, the platform's own do.
 */
function lookUpHost(): Host {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const { indexOf, lastIndexOf } = Uint8Array.prototype;
  const buffer = (globalThis as { Buffer?: { prototype: Host } }).Buffer?.prototype;
  const probe = Uint8Array.of(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xe2, 0x82, 10);
  try {
    if (buffer?.utf8Slice?.call(probe, 0, 14) === decoder.decode(probe) && buffer.indexOf.call(probe, 10) === 13) {
      return { decoder, utf8Slice: buffer.utf8Slice, indexOf: buffer.indexOf, lastIndexOf: buffer.lastIndexOf };
    }
  } catch {
    // A Buffer of another kind.
  }
  return { decoder, utf8Slice: undefined, indexOf, lastIndexOf };
}
