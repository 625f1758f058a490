import type { ServerSentEvent } from "../event-stream-parser.ts";

/** How many events are remembered, and how many characters of data in all. */
const MOST_EVENTS = 1024;
const MOST_TEXT = 1024 * 1024;

/** What becomes of an event: handed out, dropped as a repetition, or held until the next one tells. */
export type Verdict = "new" | "repeated" | "held";

/**
 * The events last taken, to know a repetition after a reconnect. A server that repeats sends a run of them, up to the one
 * taken last, at the start of the connection: an event is repeated only as part of such a run, and only with the same
 * `id` of its own, type and data. So a server whose ids come again, or that counts anew, loses nothing.
 */
export class RecentEvents {
  #events: ServerSentEvent[] = [];
  #text = 0;
  /** Where in `#events` the next event of the run would stand; undefined where there is none. */
  #next: number | undefined;
  #mayRepeat = false;

  /** A new connection: what was taken so far may come again. */
  reconnected(): void {
    this.#next = undefined;
    this.#mayRepeat = this.#events.length > 0;
  }

  /** Whether a run of repetitions may be under way, which has not come to the event taken last. */
  get isRepeating(): boolean {
    return this.#mayRepeat && this.#next !== undefined;
  }

  /** What comes from now on is new. */
  settle(): void {
    this.#mayRepeat = false;
  }

  /** @param event the next of its connection */
  judge(event: ServerSentEvent): Verdict {
    if (!this.#mayRepeat) return "new";
    const begins = this.#next === undefined;
    const at = begins ? this.#events.findLastIndex((taken) => isSame(taken, event)) : (this.#next ?? -1);
    const taken = this.#events[at];
    if (!taken || !isSame(taken, event)) {
      this.#mayRepeat = false;
      return "new";
    }
    this.#next = at + 1;
    const isLast = this.#next === this.#events.length;
    if (isLast) this.#mayRepeat = false;
    return begins && !isLast ? "held" : "repeated";
  }

  /** Remembers an event that is handed out. */
  taken(event: ServerSentEvent): void {
    if (event.id === undefined || event.id === "") return;
    this.#events.push(event);
    this.#text += event.data.length;
    if (this.#events.length > MOST_EVENTS * 2 || this.#text > MOST_TEXT * 2) this.#forget();
  }

  /** Forgets the oldest, many at a time: that costs the least. */
  #forget(): void {
    const last = this.#events.length - 1;
    let first = Math.max(0, last + 1 - MOST_EVENTS);
    let text = this.#events[last]?.data.length ?? 0;
    for (let at = last - 1; at >= first; at--) {
      text += this.#events[at]?.data.length ?? 0;
      if (text > MOST_TEXT) first = at + 1;
    }
    this.#events = this.#events.slice(first);
    this.#text = this.#events.reduce((sum, { data }) => sum + data.length, 0);
  }
}

function isSame(taken: ServerSentEvent, event: ServerSentEvent): boolean {
  return taken.id === event.id && taken.type === event.type && taken.data === event.data;
}
