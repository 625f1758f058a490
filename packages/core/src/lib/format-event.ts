import { HeadraceError } from "./headrace-error.ts";

/** What `formatEvent` writes. */
export interface ServerSentEventInit {
  /** The event's type. Default, and written as nothing: `message`. */
  readonly type?: string | undefined;
  /** Any text; each of its lines becomes a `data` line. */
  readonly data: string;
  /** The event's own id; `""` clears the stream's last event ID. Default: none. */
  readonly id?: string | undefined;
  /** Reconnection time in ms. */
  readonly retry?: number | undefined;
}

/**
 * Writes one event of an event stream, its blank line included; send it as UTF-8 (WHATWG HTML 9.2.5).
 *
 * A parser gives back what was written, but for one thing: a line end of `data`, be it CR LF, CR or LF,
 * comes back as LF, for the format knows no other. A leading space is kept, and empty data is an event
 * with empty data.
 *
 * @throws HeadraceError `invalid-argument` for what the format cannot carry: CR, LF or NUL in `id`, CR
 * or LF in `type`, an empty `type`, a lone surrogate, a `retry` that is not a non-negative integer
 */
export function formatEvent(event: ServerSentEventInit): string {
  const { type, data, id, retry } = event;
  let text = "";
  if (type !== undefined) text += line("event", type, /[\r\n\0]/);
  if (id !== undefined) text += line("id", id, /[\r\n\0]/);
  if (retry !== undefined) text += `retry: ${reconnectionTime(retry)}\n`;
  for (const part of data.split(/\r\n?|\n/)) text += `data: ${part}\n`;
  return `${text}\n`;
}

function line(field: string, value: string, refused: RegExp): string {
  if (refused.test(value)) throw new HeadraceError("invalid-argument", `${field} must not contain CR, LF or NUL`);
  return `${field}: ${value}\n`;
}

function reconnectionTime(retry: number): number {
  if (Number.isSafeInteger(retry) && retry >= 0) return retry;
  throw new HeadraceError("invalid-argument", "retry must be a non-negative integer of milliseconds");
}
