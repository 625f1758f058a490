import type { ServerSentEvent } from "../event-stream-parser.ts";

const remembered = 1024;
const sampled = 512;

/**
 * The events last taken, by their own `id`, to know one again that a server repeats after a reconnect. Servers repeat
 * at the start of a connection, so what follows a new event is new; and an event is the same only if its type and
 * data are too: a server that starts counting anew loses nothing. Where one connection has an id twice, ids say nothing.
 */
export class RecentEvents {
  readonly #before = new Map<string, string>();
  #now = new Map<string, string>();
  #mayRepeat = false;
  #areDistinct = true;

  /** A new connection: what was taken so far may come again. */
  reconnected(): void {
    for (const [id, print] of this.#now) {
      this.#before.delete(id);
      this.#before.set(id, print);
    }
    trim(this.#before);
    this.#now = new Map();
    this.#mayRepeat = this.#areDistinct && this.#before.size > 0;
  }

  /** Whether this event was taken before the reconnect; remembers it if not. */
  isRepeated(event: ServerSentEvent): boolean {
    const { id } = event;
    if (id === undefined || id === "") return false;
    const print = printOf(event);
    if (this.#mayRepeat && this.#before.get(id) === print) return true;
    this.#mayRepeat = false;
    if (this.#now.has(id)) this.#areDistinct = false;
    this.#now.set(id, print);
    trim(this.#now);
    return false;
  }
}

function trim(prints: Map<string, string>): void {
  for (const id of prints.keys()) {
    if (prints.size <= remembered) return;
    prints.delete(id);
  }
}

/** Type, length and a hash (FNV-1a) of both ends of the data. */
function printOf({ type, data }: ServerSentEvent): string {
  let hash = 0x811c9dc5;
  const add = (text: string): void => {
    for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  };
  add(data.slice(0, sampled));
  add(data.slice(Math.max(sampled, data.length - sampled)));
  return `${type} ${data.length} ${hash}`;
}
