import type { RedirectOptions } from "./redirect-sink.ts";
import type { AttemptOptions } from "./attempts.ts";
import type { RequestOptions } from "./create-request.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";
import { HeadraceError, invalidArgument } from "./headrace-error.ts";
import type { ResponseInfo } from "./response-info.ts";

/** What every verb takes. */
export interface CallInit extends RequestOptions, AttemptOptions, RedirectOptions {
  /** Called with the response once its head has been judged, before any of its body. */
  onResponse?: ((response: ResponseInfo) => void) | undefined;
}

/** How a stream says that it is whole: see `EventStreamInit.terminal`. */
export type Terminal = string | { readonly type: string } | ((event: ServerSentEvent) => boolean);

/** What the verbs for event streams take. */
export interface EventStreamInit extends CallInit {
  /** Sent as `Last-Event-ID` (UTF-8), and the stream's memory to begin with. */
  lastEventId?: string | undefined;
  /**
   * What becomes of an unfinished last event at a clean end. `dispatch`, the default, delivers it; after
   * an end that is only assumed (`supports.endProof`) only where its last line was ended, else that is
   * `incomplete`. `discard` drops it, as WHATWG says. `error` is `incomplete`. After a cut it is dropped.
   */
  eof?: "dispatch" | "discard" | "error" | undefined;
  /**
   * Ends the stream at once when it comes; a clean end before it is `incomplete`. A string is a
   * sentinel: compared with `data`, consumed, not delivered (`"[DONE]"`). `{ type }` and functions mark
   * real events, which are delivered. Default: none, and `[DONE]` is an event like any other.
   */
  terminal?: Terminal | undefined;
  /** Bytes of one event, checked while they accumulate; more is `too-large`. Default 16 MiB. */
  maxEventSize?: number | undefined;
  /** Whether a 2xx that is not `text/event-stream` is an error. Default `require`. */
  contentType?: "require" | "ignore" | undefined;
  /** What restarts the idle clock: any piece of body, comments included, or events only. Default `bytes`. */
  idleCounts?: "bytes" | "events" | undefined;
  /**
   * Called with each comment, without its colon, in the stream's order. With `openEventStream` it is called as the
   * comment arrives: before events that wait to be taken.
   */
  onComment?: ((comment: string) => void) | undefined;
}

const choices: readonly (readonly [name: string, allowed: readonly string[]])[] = [
  ["eof", ["dispatch", "discard", "error"]],
  ["contentType", ["require", "ignore"]],
  ["idleCounts", ["bytes", "events"]],
  ["redirect", ["follow", "error", "manual"]],
];

/** Checks what `createRequest` does not: the options about the response, and that what is asked of them can be. @throws `invalid-argument`, `unsupported` */
export function checkInit(init: Omit<EventStreamInit, "headers" | "body">): void {
  if (typeof init !== "object" || init === null)
    throw invalidArgument("the options are missing: `transport` is required");
  for (const name of ["onResponse", "onComment"] as const) {
    const callback = init[name];
    if (callback !== undefined && typeof callback !== "function")
      throw invalidArgument(`\`${name}\` must be a function`);
  }
  for (const [name, allowed] of choices) {
    const value: unknown = init[name as keyof typeof init];
    if (value !== undefined && !allowed.includes(value as string)) {
      throw invalidArgument(`\`${name}\` must be ${allowed.map((word) => `"${word}"`).join(" or ")}`);
    }
  }
  const { maxEventSize, method, terminal, timeouts } = init;
  if (method !== undefined && typeof method !== "string") throw invalidArgument("`method` must be a string");
  if (timeouts !== undefined && (typeof timeouts !== "object" || timeouts === null))
    throw invalidArgument("`timeouts` must be an object, such as { idle: 30_000 }");
  if (maxEventSize !== undefined && !(typeof maxEventSize === "number" && maxEventSize > 0))
    throw invalidArgument("`maxEventSize` must be a positive number of bytes");
  if (terminal !== undefined) checkTerminal(terminal);
  if (init.attempts !== undefined && !(Number.isInteger(init.attempts) && init.attempts > 0)) {
    throw invalidArgument("`attempts` must be a positive integer");
  }
  if (init.redirect && init.redirect !== "follow" && init.transport?.supports.redirects === "automatic") {
    throw new HeadraceError(
      "unsupported",
      `${init.transport.name} follows redirects by itself: \`redirect\` must be "follow"`,
    );
  }
}

function checkTerminal(terminal: Terminal): void {
  const known = typeof terminal === "string" || typeof terminal === "function" || typeof terminal?.type === "string";
  if (!known) throw invalidArgument("`terminal` must be a string, { type } or a function");
}
