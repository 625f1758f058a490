import { HeadraceError, type ResponseInfo, type ServerSentEvent } from "@headrace/core";
import { reformatJson } from "./lossless-json.ts";

/** One of `--format`: what is printed for each thing that comes, without it nothing. */
export interface EventFormat {
  event?(event: ServerSentEvent, context: EventContext): string;
  comment?(comment: string): string;
  /** For `-i`. */
  head?(response: ResponseInfo): string;
}

/** What a format may show beside an event. */
export interface EventContext {
  /** Events before this one. */
  readonly delivered: number;
  /** Ms since the call. */
  readonly elapsed: number;
}

/** OpenAI's sentinel: the one datum of the dialects in use that is not JSON by design. */
const SENTINEL = "[DONE]";

/**
 * Sets an event's data out as JSON.
 *
 * @param indent spaces a level; 0 for one line
 * @returns undefined for `[DONE]`
 * @throws `invalid-data`
 */
export function jsonOf(event: ServerSentEvent, eventsDelivered: number, indent: number): string | undefined {
  if (event.data === SENTINEL) return undefined;
  try {
    return reformatJson(event.data, indent);
  } catch {
    const message = `the data of event ${eventsDelivered + 1} (${JSON.stringify(event.type)}) is not JSON`;
    throw new HeadraceError("invalid-data", message, { event, eventsDelivered, lastEventId: event.lastEventId });
  }
}

/** `--format json`: the contract for programs, one object a line. */
export function createJsonFormat({ parse }: { parse: boolean }): EventFormat {
  return {
    event(event, { delivered }) {
      const { type, data, lastEventId, id } = event;
      const line = JSON.stringify({ type, data, lastEventId, ...(id !== undefined && { id }) });
      const json = parse ? jsonOf(event, delivered, 0) : undefined;
      return json === undefined ? `${line}\n` : `${line.slice(0, -1)},"json":${json}}\n`;
    },
    comment: (comment) => `${JSON.stringify({ comment })}\n`,
  };
}

/** `--format data`: each event's data and a newline. */
export function createDataFormat({ parse }: { parse: boolean }): EventFormat {
  return {
    event(event, { delivered }) {
      if (parse) jsonOf(event, delivered, 0);
      return `${event.data}\n`;
    },
  };
}

/** The head of a response as `-i` prints it. */
export function headText({ status, statusText = "", httpVersion, headers }: ResponseInfo): string {
  const fields = Array.from(headers, ([name, value]) => `${name}: ${value}\n`).join("");
  return `HTTP${httpVersion ? `/${httpVersion}` : ""} ${status}${statusText && ` ${statusText}`}\n${fields}\n`;
}
