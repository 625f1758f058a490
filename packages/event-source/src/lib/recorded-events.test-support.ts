import type { EventSource } from "./event-source.ts";

/** Every event of these types, as one line each: `message a (id 1)`, `error reset, then CONNECTING`. */
export function recordedEvents(source: EventSource, ...types: string[]): string[] {
  const lines: string[] = [];
  const state = (): string => ["CONNECTING", "OPEN", "CLOSED"][source.readyState] ?? "?";
  source.addEventListener("open", () => void lines.push(`open, ${state()}`));
  source.addEventListener("error", ({ code = "end" }) => void lines.push(`error ${code}, ${state()}`));
  for (const type of ["message", ...types]) {
    source.addEventListener(type, (event) => {
      lines.push(`${event.type} ${event.data}${event.lastEventId && ` (id ${event.lastEventId})`}`);
    });
  }
  return lines;
}
