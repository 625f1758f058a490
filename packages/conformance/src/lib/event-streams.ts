import { existsSync, readdirSync, readFileSync } from "node:fs";
import type { ServerSentEvent } from "@headrace/core/parser";
import { parseCorpusPage } from "./event-streams-page.ts";

/** One event stream of the corpus, and what a parser must make of it. */
export interface EventStreamCase {
  /** Stable: `topic.name`. */
  readonly id: string;
  readonly title: string;
  /** The name of its page. */
  readonly topic: string;
  /** Where it is written: a file of the folder `corpus`, and the line of its heading. */
  readonly file: string;
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly expected: EventStreamExpectation;
}

/** What is heard of a stream, in order: an event, a comment, a reconnection time, or a last event ID set without an event. */
export type EventStreamItem =
  | ServerSentEvent
  | { readonly comment: string; readonly data?: undefined }
  | { readonly retry: number; readonly data?: undefined }
  | { readonly lastEventId: string; readonly data?: undefined };

/** What becomes of a stream. */
export interface EventStreamExpectation {
  /** What is heard up to its end. */
  readonly items: readonly EventStreamItem[];
  /** The stream's last event ID at its end, where what is unfinished is discarded. */
  readonly lastEventId: string;
  /** What its end cuts short: the event's data so far, and whether its last line was ended. */
  readonly pending: { readonly data: string; readonly lineEnded: boolean } | undefined;
  /** What is heard beyond `items` where the end is taken for the end of the line and of the event. */
  readonly dispatched: readonly EventStreamItem[];
}

/**
 * The corpus: every rule of WHATWG HTML 9.2.5 and 9.2.6, and every mistake we know of, as streams of
 * bytes. An array like any other, but that its pages are read when it is first looked into, not when
 * this package is imported.
 *
 * @throws Error naming file and line, where a page is malformed
 */
export const eventStreams: readonly EventStreamCase[] = lazyArray(readCorpus);

function readCorpus(): EventStreamCase[] {
  // From `src/lib` in the sources, from `dist` in the package.
  const folders = ["../corpus/", "../../corpus/"].map((path) => new URL(path, import.meta.url));
  const folder = folders.find((candidate) => existsSync(new URL("README.md", candidate)));
  if (folder === undefined) throw new Error(`the corpus is missing: ${folders.join(" or ")}`);
  const files = readdirSync(folder).filter((file) => file.endsWith(".md") && file !== "README.md");
  const cases = files.toSorted().flatMap((file) => parseCorpusPage(file, readFileSync(new URL(file, folder), "utf8")));
  for (const [i, { id, file, line }] of cases.entries()) {
    if (cases.findIndex((other) => other.id === id) < i) throw new Error(`${file}:${line}: the id ${id} is taken`);
  }
  return cases;
}

function lazyArray<T>(read: () => T[]): readonly T[] {
  let filled = false;
  const array: T[] = [];
  const fill = (): void => {
    if (filled) return;
    const items = read();
    filled = true;
    array.push(...items);
    Object.freeze(array);
  };
  return new Proxy(array, {
    get: (target, key) => (fill(), Reflect.get(target, key)),
    has: (target, key) => (fill(), Reflect.has(target, key)),
    ownKeys: (target) => (fill(), Reflect.ownKeys(target)),
    getOwnPropertyDescriptor: (target, key) => (fill(), Reflect.getOwnPropertyDescriptor(target, key)),
  });
}
