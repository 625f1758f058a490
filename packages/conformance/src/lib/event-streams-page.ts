import { lexer, type Token } from "marked";
import type { EventStreamCase, EventStreamExpectation, EventStreamItem } from "./event-streams.ts";

/**
 * Reads one page of the corpus. `corpus/README.md` says how it is written.
 *
 * @param file the page's name; what stands before its `.md` is the topic of every case in it
 * @throws Error `file:line: …` for anything that is not a whole, well-formed case
 */
export function parseCorpusPage(file: string, markdown: string): EventStreamCase[] {
  const cases: EventStreamCase[] = [];
  for (const { line, title, blocks } of sections(file, markdown)) {
    const heading = /^`([a-z0-9-]+)\.([a-z0-9-]+)` (\S.*)$/.exec(title);
    if (heading === null) throw malformed(file, line, "a heading must be `topic.name` and a title");
    const [, topic = "", name = "", text = ""] = heading;
    if (`${topic}.md` !== file) throw malformed(file, line, `the topic must be that of the page, not ${topic}`);
    const [stream, expected, dispatched] = blocks;
    if (stream?.language !== "stream") throw malformed(file, line, "the first block must be `stream`");
    if (expected?.language !== "expected") throw malformed(file, line, "the second block must be `expected`");
    if (blocks.length > 3 || (dispatched !== undefined && dispatched.language !== "dispatched")) {
      throw malformed(file, line, "the third block, the last, must be `dispatched`");
    }
    cases.push({
      id: `${topic}.${name}`,
      title: text,
      topic,
      file,
      line,
      bytes: unescape(file, stream),
      expected: expectation(file, expected, dispatched),
    });
  }
  return cases;
}

/** A fenced block, and the line of its first line of text. */
interface Block {
  readonly language: string;
  readonly text: string;
  readonly line: number;
}

interface Section {
  readonly title: string;
  readonly line: number;
  readonly blocks: Block[];
}

function sections(file: string, markdown: string): Section[] {
  const found: Section[] = [];
  let line = 1;
  for (const token of lexer(markdown) as Token[]) {
    if (token.type === "heading" && token["depth"] === 2)
      found.push({ title: token["text"] as string, line, blocks: [] });
    if (token.type === "code") {
      const section = found.at(-1);
      if (section === undefined) throw malformed(file, line, "a block before the first heading");
      section.blocks.push({
        language: (token["lang"] as string | undefined) ?? "",
        text: token["text"] as string,
        line: line + 1,
      });
    }
    line += token.raw.split("\n").length - 1;
  }
  return found;
}

const escapes: Record<string, number> = { n: 0x0a, r: 0x0d, t: 0x09, "0": 0x00, "\\": 0x5c };
const notation = /\\(?:x([0-9A-Fa-f]{2})|u\{([0-9A-Fa-f]{1,6})\}|([nrt0\\]))|([^\\\p{Cc}\p{Zl}\p{Zp}\u{A0}\u{FEFF}])/uy;

/** The bytes that a `stream` block writes. */
function unescape(file: string, block: Block): Uint8Array {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [i, text] of block.text.split("\n").entries()) {
    notation.lastIndex = 0;
    while (notation.lastIndex < text.length) {
      const at = notation.lastIndex;
      const match = notation.exec(text);
      if (match === null)
        throw malformed(file, block.line + i, `not in the notation: ${JSON.stringify(text.slice(at, at + 12))}`);
      const [, byte, codePoint, short, plain] = match;
      if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
      else if (short !== undefined) bytes.push(escapes[short] as number);
      else bytes.push(...encoder.encode(plain ?? String.fromCodePoint(Number.parseInt(codePoint ?? "", 16))));
    }
  }
  return Uint8Array.from(bytes);
}

function expectation(file: string, block: Block, ending: Block | undefined): EventStreamExpectation {
  const lines = objects(file, block);
  const last = lines.at(-1);
  const pending = last !== undefined && "pending" in last.value ? last : undefined;
  if (pending !== undefined) lines.pop();
  if ((pending === undefined) !== (ending === undefined)) {
    throw malformed(file, block.line, "an event is pending exactly where there is a `dispatched` block");
  }
  const reader = new ItemReader(file);
  const items = lines.map((line) => reader.item(line));
  const { lastEventId } = reader;
  const dispatched = ending === undefined ? [] : objects(file, ending).map((line) => reader.item(line));
  return { items, lastEventId, pending: pending && pendingOf(file, pending), dispatched };
}

interface JsonLine {
  readonly value: Record<string, unknown>;
  readonly line: number;
}

function objects(file: string, block: Block): JsonLine[] {
  if (block.text.trim() === "") return [];
  return block.text.split("\n").map((text, i) => {
    const line = block.line + i;
    try {
      const value: unknown = JSON.parse(text);
      if (typeof value === "object" && value !== null) return { value: value as Record<string, unknown>, line };
    } catch {
      // Said below.
    }
    throw malformed(file, line, "each line must be a JSON object");
  });
}

function pendingOf(file: string, { value, line }: JsonLine): EventStreamExpectation["pending"] {
  const { pending, lineEnded, ...rest } = value;
  if (typeof pending !== "string" || typeof lineEnded !== "boolean" || Object.keys(rest).length > 0) {
    throw malformed(file, line, "`pending` is a string, and goes with a boolean `lineEnded`");
  }
  return { data: pending, lineEnded };
}

/** Fills in what a line need not say. */
class ItemReader {
  readonly #file: string;
  lastEventId = "";

  constructor(file: string) {
    this.#file = file;
  }

  item({ value, line }: JsonLine): EventStreamItem {
    const { data, type = "message", id, comment, retry, ...rest } = value;
    if (Object.keys(rest).length > 0) throw malformed(this.#file, line, `not known: ${Object.keys(rest).join(", ")}`);
    if (typeof id === "string") this.lastEventId = id;
    const { lastEventId } = this;
    if (typeof data === "string" && typeof type === "string" && (id === undefined || typeof id === "string")) {
      if (comment === undefined && retry === undefined) return { type, data, lastEventId, id };
    } else if (Object.keys(value).length === 1) {
      if (typeof comment === "string") return { comment };
      if (typeof retry === "number") return { retry };
      if (typeof id === "string") return { lastEventId };
    }
    throw malformed(this.#file, line, "neither an event, a comment, a retry, an id nor, as the last, what is pending");
  }
}

function malformed(file: string, line: number, what: string): Error {
  return new Error(`${file}:${line}: ${what}`);
}
