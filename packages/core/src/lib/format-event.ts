import { HeadraceError } from "./headrace-error.ts";

/** What `formatEvent` writes. */
export interface ServerSentEventInit {
  /** The event's type. Default: none is written, which means `message`. */
  readonly type?: string | undefined;
  /** Any text; each of its lines becomes a `data` line. */
  readonly data: string;
  /** The event's own id; `""` makes the stream forget the one before. Default: none. */
  readonly id?: string | undefined;
  /** The reconnection time, in ms. */
  readonly retry?: number | undefined;
}

/**
 * Writes one event of an event stream, with its blank line (WHATWG HTML 9.2.5). Encode it as UTF-8.
 *
 * A parser gives back what was written, leading spaces and empty data too, except that a CR or CR LF in
 * `data` comes back as LF: the format cannot carry a CR inside a line. An empty `type` is `message`.
 *
 * @throws HeadraceError `invalid-argument` for what the format cannot carry: CR, LF or NUL in `type` or
 * `id`, text with a lone surrogate, a `retry` that is not a non-negative safe integer. It prints no value
 */
export function formatEvent(event: ServerSentEventInit): string {
  const { type, data, id, retry } = event;
  if (retry !== undefined && !(Number.isSafeInteger(retry) && retry >= 0))
    throw refused("retry", "a non-negative integer of ms");
  let text = "";
  if (type !== undefined) text += `event: ${oneLine("type", type)}\n`;
  if (id !== undefined) text += `id: ${oneLine("id", id)}\n`;
  if (retry !== undefined) text += `retry: ${retry}\n`;
  for (const line of wellFormed("data", data).split(/\r\n?|\n/)) text += `data: ${line}\n`;
  return `${text}\n`;
}

function oneLine(name: string, value: string): string {
  if (/[\r\n\0]/.test(wellFormed(name, value))) throw refused(name, "without CR, LF and NUL");
  return value;
}

function wellFormed(name: string, value: string): string {
  if (typeof value !== "string" || /\p{Cs}/u.test(value)) throw refused(name, "a string without lone surrogates");
  return value;
}

function refused(name: string, what: string): HeadraceError {
  return new HeadraceError("invalid-argument", `formatEvent: ${name} must be ${what}`);
}
