import { EventSource, type EventSourceInit } from "./event-source.ts";

/** The class that `createEventSource` makes: it can stand where the platform's own is asked for. */
export interface EventSourceConstructor {
  /** @param init what it gives replaces the defaults */
  new (url: string | URL, init?: Partial<EventSourceInit>): EventSource;
  readonly prototype: EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}

/**
 * Makes an EventSource class with these options filled in, for code that takes one or makes its own:
 * `createEventSource({ transport }) satisfies typeof globalThis.EventSource`.
 */
export function createEventSource(defaults: EventSourceInit): EventSourceConstructor {
  // In an object, so that the class has the name that the platform's has.
  const named = {
    EventSource: class extends EventSource {
      constructor(url: string | URL, init: Partial<EventSourceInit> = {}) {
        super(url, merge(defaults, init));
      }
    },
  };
  return named.EventSource;
}

/** What is undefined in `init` is not given. */
function merge(defaults: EventSourceInit, init: Partial<EventSourceInit>): EventSourceInit {
  // Web IDL 3.2.17: only an object, null or undefined is a dictionary.
  if (typeof init !== "object" && typeof init !== "function") throw new TypeError("the options must be an object");
  const given = Object.entries(init ?? {}).filter(([, value]) => value !== undefined);
  return { ...defaults, ...Object.fromEntries(given) };
}
