import type { CallInit, EventStreamInit } from "@headrace/core";
import { breakVerbs, type CoreVerbs, coreVerbs } from "../core-verbs.ts";
import { referenceTransport } from "../reference-transport.ts";
import type { Mutant } from "./mutant.ts";

/** The reference transport under verbs of which one thing is broken. */
export function verbs(name: string, fails: readonly string[], change: (core: CoreVerbs) => Partial<CoreVerbs>): Mutant {
  return { name, fails, create: (options) => breakVerbs(referenceTransport(options), change(coreVerbs)) };
}

/** Breaks what every verb is called with. */
export function calls(
  name: string,
  fails: readonly string[],
  change: (url: string, init: EventStreamInit) => { readonly url?: string; readonly init?: Partial<EventStreamInit> },
): Mutant {
  return verbs(name, fails, (core) => {
    const changed = <I extends CallInit>(url: string | URL, init: I): readonly [string, I] => {
      const { url: target = String(url), init: more = {} } = change(String(url), init);
      return [target, { ...init, ...more }];
    };
    return {
      request: (url, init) => core.request(...changed(url, init)),
      openEventStream: (url, init) => core.openEventStream(...changed(url, init)),
      forEachEvent: (url, init, onEvent) => core.forEachEvent(...changed(url, init), onEvent),
      requestSync: (url, init) => core.requestSync(...changed(url, init)),
      forEachEventSync: (url, init, onEvent) => core.forEachEventSync(...changed(url, init), onEvent),
    };
  });
}
