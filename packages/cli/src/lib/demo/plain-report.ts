import { capabilities } from "../capabilities.ts";
import { milliseconds } from "../stream-stats.ts";
import type { TransportEntry } from "../transports-command.ts";
import type { Completion } from "./completion.ts";
import { findFault, type Lane } from "./lane.ts";

/** What is said of a lane where there is no terminal: a fact a line, no control codes. */
export function laneFacts(lane: Lane, sent: Completion): string[] {
  const fault = findFault(lane, sent);
  return [
    lane.version,
    lane.firstEvent === undefined ? "no event" : `first event after ${milliseconds(lane.firstEvent)}`,
    `${lane.data.length} of ${sent.data.length} events`,
    `${lane.bytes} of ${sent.byteLength} bytes in ${milliseconds(lane.duration ?? 0)}`,
    fault === undefined ? "ok: every event, byte for byte" : `FAILED: ${fault}`,
  ].map((fact) => `${lane.title}: ${fact}`);
}

/** What a transport supports, in a line; or why it is missing. */
export function supportFact(entry: TransportEntry): string {
  if ("error" in entry) return `${entry.name}: not here: ${entry.error.message.replace(/\s*\n\s*/g, " ")}`;
  const facts = capabilities.flatMap(({ name, of }) => {
    const value = of(entry.transport.supports);
    return value === false ? [] : [value === true ? name : `${name} (${value})`];
  });
  return `${entry.name}: supports ${facts.join(", ")}`;
}
