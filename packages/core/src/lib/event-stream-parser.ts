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

/** Bytes decoded at once: the most text that one event, kept, can keep alive with it. */
const longestPiece = 2 ** 16;
/** Up to here a loop is cheaper than a native call (measured: 30 to 100 ns a call). */
const shortRun = 64;
/** Capacity of the line buffer that a parser keeps between lines. */
const idleCapacity = 2 ** 12;

/** A large line buffer for whichever parser next needs one: zeroed pages of its own would cost it more than all the rest. */
let spare: Uint8Array = new Uint8Array(0);
const spareCapacity = 2 ** 22;

class Parser implements EventStreamParser {
  readonly #options: EventStreamParserOptions;
  readonly #onEvent: (event: ServerSentEvent) => void;
  readonly #maxEventSize: number;
  readonly #host: Host = (host ??= lookUpHost());
  #busy = false;
  #ended = false;
  /** At the very start, where a byte order mark is dropped. */
  #atStart = true;
  /** The last byte was a CR: an LF now belongs to it. */
  #afterCr = false;
  /** Whether the last text was ASCII: a guess for the next. */
  #ascii = true;

  /** The bytes of the line not yet ended. */
  #line: Uint8Array = new Uint8Array(0);
  #lineLength = 0;
  #hasData = false;
  #data = "";
  /** Offset of the first data line, where there is one. */
  #dataStart = 0;
  #type = "";
  #id: string | undefined;
  #lastEventId: string;

  /** Offset in the stream of the first byte not yet dealt with. */
  #offset = 0;
  #bytesConsumed = 0;

  constructor(options: EventStreamParserOptions, maxEventSize: number) {
    this.#options = options;
    this.#onEvent = options.onEvent;
    this.#maxEventSize = maxEventSize;
    this.#lastEventId = options.lastEventId ?? "";
  }

  get bytesConsumed(): number {
    return this.#bytesConsumed;
  }

  get pending(): PendingEvent | undefined {
    const line = this.#decode(this.#line, this.#lineLength);
    const lineEnded = line === "";
    if (!this.#hasData && this.#type === "" && (lineEnded || line.charCodeAt(0) === COLON)) return undefined;
    const value = valueOf("data", line, 0, line.length);
    return { data: value === undefined ? this.#data : this.#joined(value), lineEnded };
  }

  push(bytes: Uint8Array): void {
    if (bytes.BYTES_PER_ELEMENT !== 1) throw misuse("push takes a Uint8Array");
    this.#enter();
    const { length } = bytes;
    const stop = this.#offset + length;
    try {
      let from = this.#atStart ? this.#dropByteOrderMark(bytes) : 0;
      if (from === 0 && length <= longestPiece) this.#piece(bytes);
      else for (; from < length; from += longestPiece) this.#piece(bytes.subarray(from, from + longestPiece));
    } finally {
      this.#offset = stop;
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
        this.#endBlock(this.#offset);
      }
    } finally {
      this.#close();
      this.#busy = false;
    }
    return pending;
  }

  reset(): void {
    if (this.#busy) throw misuse(reentered);
    this.#close();
    this.#ended = this.#afterCr = false;
    this.#atStart = true;
    this.#lastEventId = this.#options.lastEventId ?? "";
    this.#offset = this.#bytesConsumed = 0;
  }

  #enter(): void {
    if (this.#busy || this.#ended)
      throw misuse(this.#busy ? reentered : "an ended parser takes no more bytes before a reset");
    this.#busy = true;
  }

  #close(): void {
    this.#ended = true;
    this.#line = new Uint8Array(0);
    this.#lineLength = 0;
    this.#hasData = false;
    this.#data = this.#type = "";
    this.#id = undefined;
  }

  /**
   * 9.2.6: the stream is decoded with the UTF-8 decode algorithm, "which strips one leading UTF-8 Byte
   * Order Mark (BOM), if any". Until they are three its bytes are kept like those of any line.
   */
  #dropByteOrderMark(bytes: Uint8Array): number {
    let i = 0;
    while (i < bytes.length && bytes[i] === [0xef, 0xbb, 0xbf][this.#lineLength]) this.#append(bytes, i, ++i);
    this.#atStart = i === bytes.length && this.#lineLength < 3;
    if (this.#lineLength === 3) this.#lineLength = 0;
    this.#offset += i;
    return i;
  }

  #piece(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length === 0) return;
    let from = 0;
    if (this.#afterCr && bytes[0] === LF) {
      if (this.#bytesConsumed === this.#offset) this.#bytesConsumed++;
      from = 1;
    }
    this.#afterCr = bytes[length - 1] === CR;
    const stop = this.#lastLineEnd(bytes, from) + 1;
    if (stop > from) {
      if (this.#lineLength > 0) from = this.#endKeptLine(bytes);
      this.#offset += from;
      if (stop > from) this.#lines(stop - from === length ? bytes : bytes.subarray(from, stop));
      this.#offset += stop - from;
      from = stop;
    } else {
      this.#offset += from;
    }
    if (from < length) {
      this.#append(bytes, from, length);
      this.#offset += length - from;
      this.#checkSize(this.#lineLength, this.#offset);
    }
  }

  /** Ends the line that was kept with what the piece has of it. Returns where the next one starts. */
  #endKeptLine(bytes: Uint8Array): number {
    const end = this.#firstLineEnd(bytes, 0);
    this.#append(bytes, 0, end);
    this.#checkSize(this.#lineLength, this.#offset + end);
    if (!this.#hasData) this.#dataStart = this.#offset + end - this.#lineLength;
    this.#endLine();
    return bytes[end] === CR && bytes[end + 1] === LF ? end + 2 : end + 1;
  }

  /**
   * Processes whole lines. Positions are the text's; `shift` is what a line's first byte is ahead of its
   * first character, 0 throughout where all is ASCII.
   */
  #lines(bytes: Uint8Array): void {
    const { length } = bytes;
    const offset = this.#offset;
    const limit = this.#maxEventSize;
    const text = this.#decode(bytes, length);
    const wide = text.length !== length;
    let lf = indexIn(text, "\n", 0);
    let cr = indexIn(text, "\r", 0);
    let shift = 0;
    for (let start = 0; start < text.length;) {
      const end = lf < cr ? lf : cr;
      const byte = start + shift;
      if (wide) shift = this.#firstLineEnd(bytes, end + shift) - end;
      const byteEnd = end + shift;
      if (end === start) {
        this.#endBlock(offset + byteEnd + 1);
      } else if (this.#checkSize(byteEnd - byte, offset + byteEnd), isData(bytes, byte)) {
        const value = text.slice(bytes[byte + 5] === SPACE ? start + 6 : start + 5, end);
        if (!this.#hasData && end === lf && byteEnd + 1 < length && bytes[byteEnd + 1] === LF) {
          // The common event: one data line, dispatched without a detour.
          this.#bytesConsumed = offset + byteEnd + 2;
          this.#dispatch(value);
          start = end + 2;
          lf = indexIn(text, "\n", start);
          continue;
        }
        if (!this.#hasData) this.#dataStart = offset + byte;
        this.#addData(value);
      } else {
        if (!this.#hasData) this.#dataStart = offset + byte;
        this.#field(text, start, end);
      }
      start = end + 1;
      if (end === cr) {
        if (lf === start) {
          if (this.#bytesConsumed === offset + start + shift) this.#bytesConsumed++;
          start++;
        }
        cr = indexIn(text, "\r", start);
      }
      if (lf < start) lf = indexIn(text, "\n", start);
    }
  }

  /** Processes the line that was kept, which is not empty. */
  #endLine(): void {
    const line = this.#decode(this.#line, this.#lineLength);
    this.#lineLength = 0;
    if (this.#line.length > idleCapacity) {
      if (this.#line.length <= spareCapacity) spare = this.#line;
      this.#line = new Uint8Array(0);
    }
    const value = valueOf("data", line, 0, line.length);
    if (value === undefined) this.#field(line, 0, line.length);
    else this.#addData(value);
  }

  #addData(value: string): void {
    this.#data = this.#joined(value);
    this.#hasData = true;
  }

  #joined(value: string): string {
    return this.#hasData ? `${this.#data}\n${value}` : value;
  }

  /** 9.2.6, "process the field": any but `data` with a colon, which is seen to before. */
  #field(text: string, start: number, end: number): void {
    const { onComment, onReconnectionTime } = this.#options;
    let value: string | undefined;
    switch (text.charCodeAt(start)) {
      case COLON:
        onComment?.(valueAfter(start, text, end));
        return;
      case 100:
        if (valueOf("data", text, start, end) !== undefined) this.#addData("");
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
        if (value !== undefined && /^[0-9]+$/.test(value)) onReconnectionTime?.(+value);
    }
  }

  /** 9.2.6, "dispatch the event", at an empty line: only the id counts where there is no data. */
  #endBlock(bytesConsumed: number): void {
    if (!this.#hasData) {
      this.#type = "";
      this.#commitId();
      return;
    }
    const data = this.#data;
    this.#hasData = false;
    this.#data = "";
    this.#bytesConsumed = bytesConsumed;
    this.#dispatch(data);
  }

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
    // A slice keeps the text alive that it was cut from, 64 KiB for each idle stream. This copies it.
    this.#lastEventId = id.length < 13 ? id : ` ${id}`.slice(1);
    this.#options.onLastEventId?.(this.#lastEventId);
  }

  #append(bytes: Uint8Array, from: number, to: number): void {
    const start = this.#lineLength;
    const length = start + to - from;
    if (length > this.#line.length) {
      const capacity = Math.max(length, 2 * start, shortRun);
      const grown = capacity > idleCapacity && spare.length >= capacity ? spare : new Uint8Array(capacity);
      if (grown === spare) spare = this.#line;
      grown.set(this.#line.subarray(0, start));
      this.#line = grown;
    }
    if (to - from > shortRun) this.#line.set(bytes.subarray(from, to), start);
    else for (let i = from; i < to; i++) this.#line[start + i - from] = bytes[i] as number;
    this.#lineLength = length;
  }

  /** Fails if the line in hand, or the event with it, is too large. */
  #checkSize(lineLength: number, end: number): void {
    const size = this.#hasData ? end - this.#dataStart : lineLength;
    if (size <= this.#maxEventSize) return;
    this.#close();
    throw new HeadraceError("too-large", `an event exceeds maxEventSize, ${this.#maxEventSize} bytes`, {
      lastEventId: this.#lastEventId,
    });
  }

  /** The first line end from `from` on; there is one. */
  #firstLineEnd(bytes: Uint8Array, from: number): number {
    let i = from;
    for (const stop = from + shortRun; i < stop; i++) if (isLineEnd(bytes[i])) return i;
    const { indexOf } = this.#host;
    const lf = indexOf.call(bytes, LF, i);
    const cr = indexOf.call(lf < 0 ? bytes : bytes.subarray(0, lf), CR, i);
    return cr < 0 ? lf : cr;
  }

  /** The last line end from `from` on, or something less. */
  #lastLineEnd(bytes: Uint8Array, from: number): number {
    let i = bytes.length - 1;
    for (const stop = Math.max(from, i - shortRun); i >= stop; i--) if (isLineEnd(bytes[i])) return i;
    if (i < from) return -1;
    const { indexOf, lastIndexOf } = this.#host;
    const lf = lastIndexOf.call(bytes, LF, i);
    return indexOf.call(bytes, CR, lf + 1) < 0 ? lf : lastIndexOf.call(bytes, CR, i);
  }

  #decode(bytes: Uint8Array, length: number): string {
    const text = this.#host.decode(bytes, length, this.#ascii || length < 1024);
    if (text.length !== length) this.#ascii = false;
    else if (length >= 1024) this.#ascii = true;
    return text;
  }
}

const reentered = "a parser was called from inside one of its callbacks";

function misuse(message: string): HeadraceError {
  return new HeadraceError("invalid-argument", message);
}

function isLineEnd(byte: number | undefined): boolean {
  return byte === LF || byte === CR;
}

/** `data:` */
function isData(bytes: Uint8Array, i: number): boolean {
  return (
    bytes[i] === 100 && bytes[i + 1] === 97 && bytes[i + 2] === 116 && bytes[i + 3] === 97 && bytes[i + 4] === COLON
  );
}

/** Where the character next is, or beyond every position. */
function indexIn(text: string, character: string, from: number): number {
  const index = text.indexOf(character, from);
  return index < 0 ? longestPiece : index;
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

/** What is native, as the host has it. */
interface Host {
  /** Decodes the first bytes as the standard says; `ascii`: they probably are, or are few. */
  decode(bytes: Uint8Array, length: number, ascii: boolean): string;
  readonly indexOf: (this: Uint8Array, byte: number, from?: number) => number;
  readonly lastIndexOf: (this: Uint8Array, byte: number, from?: number) => number;
}

/** What Node's Buffers have, undocumented but as old as they are. */
interface BufferPrototype extends Host {
  readonly utf8Slice: (this: Uint8Array, start: number, end: number) => string;
}

let host: Host | undefined;

/**
 * Node's Buffer searches six times as fast as `Uint8Array` and decodes short lines in two thirds of the
 * time. Where there is none, or it does not decode as the standard says, the platform's own do.
 */
function lookUpHost(): Host {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const stream = { stream: true };
  const probe = Uint8Array.of(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0x98, 0xc3, 0xa9, 0xed, 0xa0, 0x80, 0xe2, 0x82, LF);
  const { utf8Slice, indexOf, lastIndexOf } =
    (globalThis as { Buffer?: { prototype: BufferPrototype } }).Buffer?.prototype ?? ({} as Partial<BufferPrototype>);
  try {
    if (utf8Slice?.call(probe, 0, 14) === decoder.decode(probe) && indexOf?.call(probe, LF) === 13 && lastIndexOf) {
      return {
        // On Node 22 a streaming decoder is twice as fast where the text is not ASCII (ICU's, not V8's).
        decode: (bytes, length, ascii) =>
          ascii
            ? utf8Slice.call(bytes, 0, length)
            : decoder.decode(bytes.subarray(0, length), stream) + decoder.decode(),
        indexOf,
        lastIndexOf,
      };
    }
  } catch {
    // A Buffer of another kind.
  }
  const { prototype } = Uint8Array;
  return {
    decode: (bytes, length) => decoder.decode(bytes.subarray(0, length)),
    indexOf: prototype.indexOf,
    lastIndexOf: prototype.lastIndexOf,
  };
}
