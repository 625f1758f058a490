import { forEachEvent, forEachEventSync, openEventStream, request, requestSync } from "@headrace/core";
import type { Transport } from "@headrace/core/transport";

/** The verbs of core that cases call. */
export interface CoreVerbs {
  readonly request: typeof request;
  readonly openEventStream: typeof openEventStream;
  readonly forEachEvent: typeof forEachEvent;
  readonly requestSync: typeof requestSync;
  readonly forEachEventSync: typeof forEachEventSync;
}

/** Core's own. */
export const coreVerbs: CoreVerbs = { request, openEventStream, forEachEvent, requestSync, forEachEventSync };

const broken = new WeakMap<Transport, CoreVerbs>();

/** The verbs to call over this transport: core's, unless a mutant has broken them. */
export function verbsFor(transport: Transport): CoreVerbs {
  return broken.get(transport) ?? coreVerbs;
}

/** Makes the cases call these verbs instead of core's over this transport: how a mutant of the verbs is made. */
export function breakVerbs(transport: Transport, verbs: Partial<CoreVerbs>): Transport {
  broken.set(transport, { ...coreVerbs, ...verbs });
  return transport;
}
