import type { Code, Html, Nodes } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";

/** Lines of a Markdown file, and where they stand in it. */
export interface Piece {
  /** The number of the first line, from 1. */
  readonly line: number;
  readonly code: string;
}

/** A code block that the tests look at. */
export interface Example {
  readonly language: "ts" | "js" | "sh";
  /** The line of its opening fence. */
  readonly line: number;
  /** What makes up its module, in order: set-up and earlier blocks it continues, then its own code. */
  readonly pieces: readonly Piece[];
  /** Whether it is run, not just checked. */
  readonly run: boolean;
  /** Why it is neither checked nor run. */
  readonly skip?: string;
  /** What it must print when run; `…` stands for any text on one line. */
  readonly output?: string;
}

/** An `<!-- example: … -->` comment, which speaks of the block that follows it. */
interface Directive {
  readonly words: ReadonlySet<string>;
  readonly skip?: string;
  readonly setup?: Piece;
}

const languages: ReadonlySet<string> = new Set(["ts", "js", "sh"]);
const knownWords: ReadonlySet<string> = new Set(["run", "continues", "output"]);

/**
 * Reads the `ts`, `js` and `sh` blocks of a Markdown file, with what the comments before them ask for. The comments are
 * seen in the source and not on the page:
 *
 * - `<!-- example: run -->` runs the block as well;
 * - `<!-- example: continues -->` puts the blocks before it in front (also `run, continues`);
 * - `<!-- example: setup`, lines of code, `-->` puts those lines in front, unseen by the reader;
 * - `<!-- example: output -->` before a block of any other language: what the last block that is run must print;
 * - `<!-- example: skip (why) -->` leaves it out, visibly.
 *
 * @throws Error for a comment that says anything else, or that no block follows, and for a block without a language
 */
export function readExamples(markdown: string): Example[] {
  const examples: Example[] = [];
  let directives: Directive[] = [];
  for (const node of blocks(fromMarkdown(markdown))) {
    if (node.type === "html") {
      const directive = parseDirective(node);
      if (directive !== undefined) directives.push(directive);
    } else {
      takeBlock(examples, node, directives);
      directives = [];
    }
  }
  if (directives.length > 0) throw new Error("an example comment that no code block follows");
  return examples;
}

/** Every code block and comment, also those inside lists and quotes, in the order of the page. */
function blocks(node: Nodes): (Code | Html)[] {
  if (node.type === "code" || node.type === "html") return [node];
  return "children" in node ? node.children.flatMap((child) => blocks(child)) : [];
}

function parseDirective({ value, position }: Html): Directive | undefined {
  const [, text] = /^<!--\s*example:\s*([\s\S]*?)\s*-->$/.exec(value.trim()) ?? [];
  if (text === undefined) return undefined;
  const line = position?.start.line ?? 1;
  const [, setup] = /^setup\n([\s\S]*)$/.exec(text) ?? [];
  if (setup !== undefined) return { words: new Set(), setup: { line: line + 1, code: setup } };
  const [, skip] = /^skip \((.+)\)$/.exec(text) ?? [];
  if (skip !== undefined) return { words: new Set(), skip };
  const words = text.split(/,\s*/);
  const unknown = words.find((word) => !knownWords.has(word));
  if (unknown !== undefined) throw new Error(`line ${line}: unknown example comment "${unknown}"`);
  return { words: new Set(words) };
}

function takeBlock(examples: Example[], node: Code, directives: readonly Directive[]): void {
  const line = node.position?.start.line ?? 1;
  const asks = (word: string): boolean => directives.some(({ words }) => words.has(word));
  if (asks("output")) return takeOutput(examples, node, line);
  if (node.lang == null) throw new Error(`line ${line}: a code block that does not say its language`);
  if (!isLanguage(node.lang)) {
    if (directives.length > 0)
      throw new Error(`line ${line}: an example comment before a block that is not ts, js or sh`);
    return;
  }
  const setup = directives.flatMap((directive) => directive.setup ?? []);
  const before = asks("continues") ? (examples.findLast(({ language }) => language === node.lang)?.pieces ?? []) : [];
  const skip = directives.find((directive) => directive.skip !== undefined)?.skip;
  examples.push({
    language: node.lang,
    line,
    pieces: [...before, ...setup, { line: line + 1, code: node.value }],
    run: asks("run"),
    ...(skip === undefined ? {} : { skip }),
  });
}

function takeOutput(examples: Example[], node: Code, line: number): void {
  const last = examples.findLastIndex(({ run }) => run);
  const example = examples[last];
  if (example === undefined) throw new Error(`line ${line}: an output, but no block before it is run`);
  examples[last] = { ...example, output: node.value };
}

function isLanguage(language: string | null | undefined): language is Example["language"] {
  return languages.has(language ?? "");
}
