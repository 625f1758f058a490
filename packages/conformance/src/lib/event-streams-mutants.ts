import type { EventStreamItem } from "./event-streams.ts";

/**
 * What parsers in the field get wrong, one mistake a name, and the stream of the corpus that shows it.
 * A plain parser that makes just that mistake must fail there. Table and parser are one file, though a long one: a mistake
 * is a line here and a condition at its place in the one parser that can make them all, and neither says anything alone.
 */
export const flaws = {
  // Line ends.
  "a final CR waits for the next byte": "line-ends.last-cr",
  "an empty piece forgets a CR": "line-ends.crlf-inside-block",
  "CR LF cut in two is two line ends": "line-ends.crlf-inside-block",
  "CR LF cut in two loses the data so far": "line-ends.crlf-value-kept",
  "CR LF is two line ends": "line-ends.crlf-inside-block",
  "CR is no line end": "line-ends.cr",
  "CR LF is no line end": "line-ends.crlf",
  "a blank line is trimmed": "line-ends.space-line",
  "VT and FF are line ends": "line-ends.vertical-tab-form-feed",
  "FS, GS, RS and US are line ends": "line-ends.information-separators",
  "NEL is a line end": "line-ends.next-line",
  "U+2028 and U+2029 are line ends": "line-ends.separators",
  "an escaped line end is a line end": "line-ends.escaped",
  // The byte order mark.
  "no byte order mark is dropped": "byte-order-mark.first",
  "every leading byte order mark is dropped": "byte-order-mark.twice",
  "the byte order mark of each line is dropped": "byte-order-mark.each-line",
  "the byte order mark of each piece is dropped": "byte-order-mark.each-event",
  "a byte order mark cut in two is not dropped": "byte-order-mark.first",
  // Fields.
  "a space after the colon is kept": "fields.space",
  "a space after the colon is needed": "fields.no-space",
  "all spaces after the colon are dropped": "fields.two-spaces",
  "a tab after the colon is dropped": "fields.tab",
  "values are trimmed": "fields.trailing-space",
  "the last colon counts": "fields.colon-in-value",
  "a value ends at its second colon": "fields.colon-in-value",
  "a name without a colon is ignored": "fields.no-colon",
  "names are lower-cased": "fields.upper-case",
  "names are trimmed": "fields.space-before-name",
  "a name is known by its beginning": "fields.prefix-of-name",
  "lines are trimmed": "fields.space-before-name",
  "fields are members of an object": "fields.object-names",
  // Data.
  "a later data line replaces the one before": "data.lines",
  "data lines are joined by nothing": "data.lines",
  "the last LF of the data is kept": "data.lines",
  "an event with empty data is dropped": "data.empty",
  "an empty first data line is lost": "data.empty-first",
  "all line ends at the end of the data are dropped": "data.empty-last",
  "data outlives its event": "data.not-kept",
  "a comment ends the event": "data.interleaved",
  "a line without a name is data": "providers.bare-json-error-ended",
  "[DONE] ends the stream": "providers.after-done",
  // Types.
  "a block without data is an event": "event-types.without-data",
  "a blank line is an event": "line-ends.blank-lines-between",
  "a block with a type is an event": "event-types.without-data",
  "a type outlives its event": "event-types.default",
  "a type outlives a block without data": "event-types.cleared-without-data",
  "an empty type does not reset it": "event-types.empty-resets",
  "a type after the data is ignored": "event-types.after-data",
  "the first of several types wins": "event-types.last-wins",
  "a type is trimmed": "event-types.any-text",
  // IDs.
  "an id with NUL clears the one before": "ids.nul",
  "an id with NUL is taken": "ids.nul",
  "an id does not outlive its event": "ids.kept",
  "an empty id is ignored": "ids.empty",
  "an id without data is lost": "ids.without-data",
  "an id is a number": "ids.text",
  "an id beyond ASCII is refused": "ids.unicode",
  "the id of an undispatched block counts": "ids.undispatched",
  // Reconnection time.
  "retry is whatever Number takes": "retry.other-numbers",
  "retry is whatever parseInt takes": "retry.letters",
  "an empty retry is zero": "retry.empty",
  "retry takes any digit": "retry.other-digits",
  "retry takes effect at the blank line": "retry.at-once",
  "retry is octal after a zero": "retry.leading-zeros",
  // Comments.
  "a comment is an event": "comments.only",
  "a comment may be indented": "comments.space-before",
  // UTF-8.
  "each piece is decoded alone": "utf-8.lengths",
  "invalid bytes are dropped": "utf-8.stray",
  "invalid bytes raise": "utf-8.stray",
  "invalid bytes are Latin-1": "utf-8.latin-1",
  "each byte of an invalid sequence is replaced": "utf-8.maximal-part",
  "text is normalised": "utf-8.combining",
  // The end of the stream.
  "the end dispatches the event": "end-of-stream.no-blank-line",
  "the end ends the line": "end-of-stream.retry-cut",
} as const;

/** One of the mistakes. */
export type Flaw = keyof typeof flaws;

/** A plain parser, right but for one mistake; with none, right. For the corpus to prove itself on. */
export class FlawedParser {
  readonly items: EventStreamItem[] = [];
  lastEventId = "";
  readonly #flaw: Flaw | undefined;
  readonly #decoder: (bytes: Uint8Array) => string;
  #started = false;
  #afterCr = false;
  #heldCr = false;
  #done = false;
  #line = "";
  #data: string[] = [];
  #type: string | undefined;
  #id: string | undefined;
  #retry: number | undefined;

  constructor(flaw?: Flaw) {
    this.#flaw = flaw;
    this.#decoder = decoderWith(flaw);
  }

  push(bytes: Uint8Array): void {
    if (bytes.length === 0 && this.#is("an empty piece forgets a CR")) this.#afterCr = false;
    let text = this.#decoder(bytes);
    if (text.startsWith("\n") && this.#afterCr) {
      if (this.#is("CR LF cut in two is two line ends")) this.#afterCr = false;
      if (this.#is("CR LF cut in two loses the data so far")) this.#data = [];
    }
    if (this.#is("the byte order mark of each piece is dropped")) text = text.replace(/^\uFEFF/, "");
    if (this.#is("an escaped line end is a line end")) text = text.replaceAll("\\n", "\n");
    for (const character of text) this.#take(character);
    if (bytes.length > 0 && this.#is("a byte order mark cut in two is not dropped")) this.#started = true;
  }

  end(): void {
    if (this.#is("the end ends the line") && this.#line !== "") this.#endLine();
    if (this.#is("the end dispatches the event")) this.#endBlock();
    if (this.#is("the id of an undispatched block counts") && this.#id !== undefined) this.lastEventId = this.#id;
  }

  #is(flaw: Flaw): boolean {
    return this.#flaw === flaw;
  }

  #take(character: string): void {
    if (!this.#started && character === "\uFEFF" && !this.#is("no byte order mark is dropped")) {
      this.#started = !this.#is("every leading byte order mark is dropped");
      return;
    }
    this.#started = true;
    if (this.#heldCr) {
      this.#heldCr = false;
      this.#endLine();
      if (character === "\n") return;
    }
    const lfOfCrLf = character === "\n" && this.#afterCr;
    this.#afterCr = false;
    if (lfOfCrLf && !this.#is("CR LF is two line ends")) return;
    if (character === "\r" && this.#is("a final CR waits for the next byte")) this.#heldCr = true;
    else if (!this.#endsLine(character)) this.#line += character;
    else {
      this.#afterCr = character === "\r";
      this.#endLine();
    }
  }

  #endsLine(character: string): boolean {
    if (character === "\n") return true;
    if (character === "\r") return !this.#is("CR is no line end") && !this.#is("CR LF is no line end");
    return lineEndsOf[this.#flaw ?? ""]?.includes(character) ?? false;
  }

  #endLine(): void {
    let line = this.#line;
    this.#line = "";
    if (this.#is("CR is no line end")) line = line.replace(/\r$/, "");
    if (this.#is("the byte order mark of each line is dropped")) line = line.replace(/^\uFEFF/, "");
    if (this.#is("lines are trimmed")) line = line.trim();
    if (line === "" || (this.#is("a blank line is trimmed") && line.trim() === "")) this.#endBlock();
    else if (line.startsWith(":") || (this.#is("a comment may be indented") && /^\s+:/.test(line))) this.#comment(line);
    else this.#splitField(line);
  }

  #comment(line: string): void {
    const comment = line.trimStart().slice(1).replace(/^ /, "");
    this.items.push({ comment });
    if (this.#is("a comment is an event")) this.#dispatch(comment);
    if (this.#is("a comment ends the event") && this.#data.length > 0) this.#endBlock();
  }

  #splitField(line: string): void {
    const colon = this.#is("the last colon counts") ? line.lastIndexOf(":") : line.indexOf(":");
    if (colon < 0) {
      if (this.#is("a line without a name is data")) this.#data.push(line);
      if (!this.#is("a name without a colon is ignored")) this.#field(this.#name(line), "");
      return;
    }
    if (this.#is("a space after the colon is needed") && line[colon + 1] !== " ") return;
    const name = this.#name(line.slice(0, colon));
    this.#field(name, this.#value(line.slice(colon + 1)));
    if (this.#is("a line without a name is data") && line.startsWith("{")) this.#data.push(line);
  }

  #name(name: string): string {
    if (this.#is("names are lower-cased")) return name.toLowerCase();
    if (this.#is("names are trimmed")) return name.trim();
    if (this.#is("a name is known by its beginning")) return /^(?:data|event|id|retry)/.exec(name)?.[0] ?? name;
    return name;
  }

  #value(value: string): string {
    if (this.#is("a space after the colon is kept")) return value;
    if (this.#is("all spaces after the colon are dropped")) return value.replace(/^ +/, "");
    if (this.#is("a tab after the colon is dropped")) return value.replace(/^[ \t]/, "");
    if (this.#is("values are trimmed")) return value.trim();
    const rest = value.replace(/^ /, "");
    return this.#is("a value ends at its second colon") ? (rest.split(":")[0] ?? "") : rest;
  }

  #field(name: string, value: string): void {
    if (this.#is("fields are members of an object") && name in {}) throw new TypeError(`${name} is not a field`);
    if (name === "data") this.#addData(value);
    if (name === "event") this.#setType(value);
    if (name === "id") this.#setId(value);
    if (name === "retry") this.#setRetry(value);
  }

  #addData(value: string): void {
    if (this.#is("an empty first data line is lost") && value === "" && this.#data.length === 0) return;
    if (this.#is("a later data line replaces the one before")) this.#data = [];
    this.#data.push(value);
  }

  #setType(value: string): void {
    if (this.#is("an empty type does not reset it") && value === "") return;
    if (this.#is("a type after the data is ignored") && this.#data.length > 0) return;
    if (this.#is("the first of several types wins") && this.#type) return;
    this.#type = this.#is("a type is trimmed") ? value.trim() : value;
  }

  #setId(value: string): void {
    const taken = this.#is("an id with NUL is taken");
    if (value.includes("\0") && !taken) this.#id = this.#is("an id with NUL clears the one before") ? "" : this.#id;
    else if (this.#is("an empty id is ignored") && value === "") return;
    else if (this.#is("an id beyond ASCII is refused") && /[^ -~]/.test(value)) return;
    else this.#id = this.#is("an id is a number") ? String(Number(value)) : value;
  }

  #setRetry(value: string): void {
    let retry: number | undefined;
    if (this.#is("retry is whatever Number takes")) retry = value === "" ? undefined : Number(value);
    else if (this.#is("retry is whatever parseInt takes")) retry = Number.parseInt(value, 10);
    else if (this.#is("retry takes any digit"))
      retry = /^\p{Nd}+$/u.test(value) ? Number.parseInt(value, 10) || 1 : undefined;
    else if (this.#is("retry is octal after a zero"))
      retry = /^0[0-7]+$/.test(value) ? Number.parseInt(value, 8) : Number(value);
    else if (/^[0-9]+$/.test(value)) retry = Number(value);
    else if (value === "" && this.#is("an empty retry is zero")) retry = 0;
    if (retry === undefined || Number.isNaN(retry)) return;
    if (this.#is("retry takes effect at the blank line")) this.#retry = retry;
    else this.items.push({ retry });
  }

  #endBlock(): void {
    if (this.#retry !== undefined) this.items.push({ retry: this.#retry });
    this.#retry = undefined;
    const hasData = this.#is("an event with empty data is dropped")
      ? this.#data.join("") !== ""
      : this.#data.length > 0;
    const begun = this.#type !== undefined || this.#id !== undefined;
    if (
      hasData ||
      this.#is("a blank line is an event") ||
      (this.#is("a block without data is an event") && begun) ||
      (this.#is("a block with a type is an event") && this.#type !== undefined)
    ) {
      this.#dispatch(this.#joined());
    } else if (this.#id !== undefined && !this.#is("an id without data is lost")) {
      this.lastEventId = this.#id;
      this.items.push({ lastEventId: this.#id });
    }
    if (!this.#is("data outlives its event")) this.#data = [];
    if (!this.#is("a type outlives its event") && (hasData || !this.#is("a type outlives a block without data")))
      this.#type = undefined;
    this.#id = undefined;
  }

  #joined(): string {
    const joined = this.#data.join(this.#is("data lines are joined by nothing") ? "" : "\n");
    if (this.#is("the last LF of the data is kept")) return `${joined}\n`;
    return this.#is("all line ends at the end of the data are dropped") ? joined.replace(/\n+$/, "") : joined;
  }

  #dispatch(data: string): void {
    if (this.#done) return;
    this.#done = data === "[DONE]" && this.#is("[DONE] ends the stream");
    if (this.#is("an id does not outlive its event")) this.lastEventId = "";
    this.lastEventId = this.#id ?? this.lastEventId;
    this.items.push({ type: this.#type || "message", data, lastEventId: this.lastEventId, id: this.#id });
  }
}

const lineEndsOf: Record<string, string> = {
  "VT and FF are line ends": "\v\f",
  "FS, GS, RS and US are line ends": "\x1c\x1d\x1e\x1f",
  "NEL is a line end": "\u0085",
  "U+2028 and U+2029 are line ends": "\u2028\u2029",
};

/** A UTF-8 sequence, one character a byte, or a byte that is part of none (Unicode, table 3-7). */
const wellFormedOrByte =
  /[\xC2-\xDF][\x80-\xBF]|(?:\xE0[\xA0-\xBF]|[\xE1-\xEC\xEE\xEF][\x80-\xBF]|\xED[\x80-\x9F])[\x80-\xBF]|(?:\xF0[\x90-\xBF]|[\xF1-\xF3][\x80-\xBF]|\xF4[\x80-\x8F])[\x80-\xBF]{2}|[^]/g;

function decoderWith(flaw: Flaw | undefined): (bytes: Uint8Array) => string {
  const ignoreBOM = true;
  const decoder = new TextDecoder("utf-8", { ignoreBOM, fatal: flaw === "invalid bytes raise" });
  const stream = { stream: true };
  const latin1 = new TextDecoder("latin1");
  switch (flaw) {
    case "each piece is decoded alone":
      return (bytes) => decoder.decode(bytes);
    case "invalid bytes are dropped":
      return (bytes) => decoder.decode(bytes, stream).replaceAll("\uFFFD", "");
    case "invalid bytes are Latin-1":
      return (bytes) => {
        const text = decoder.decode(bytes, stream);
        return text.includes("\uFFFD") ? latin1.decode(bytes) : text;
      };
    case "each byte of an invalid sequence is replaced":
      return (bytes) => {
        const raw = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
        return raw.replace(wellFormedOrByte, (sequence) => {
          const text = decoder.decode(Uint8Array.from(sequence, (character) => character.charCodeAt(0)));
          return sequence.length === 1 && sequence > "\x7F" ? "\uFFFD" : text;
        });
      };
    case "text is normalised":
      return (bytes) => decoder.decode(bytes, stream).normalize("NFKC");
    default:
      return (bytes) => decoder.decode(bytes, stream);
  }
}
