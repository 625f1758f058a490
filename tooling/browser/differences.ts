import type { Outcome } from "./run-cases.ts";

/** A case in which Chromium's EventSource and ours do not do the same. */
export interface Difference {
  /** The sentence of WHATWG HTML that decides, after its section. */
  readonly sentence: string;
  readonly chromium: Outcome;
  readonly headrace: Outcome;
}

const open = '["open"] OPEN';
const connecting = '["error"] CONNECTING';
const failed = '["error"] CLOSED';

/** Ours ends what Chromium goes on trying: the standard leaves it to the user agent. */
const futile = (requests: readonly string[]): Difference => ({
  sentence:
    "9.2.2, constructor, step 15.2: Otherwise, if res is a network error, then reestablish the connection, unless the user agent knows that to be futile, in which case the user agent may fail the connection.",
  chromium: { events: [connecting], requests },
  headrace: { events: [failed], requests },
});

/** By the name of the case. */
export const differences: Readonly<Record<string, Difference>> = {
  "opened by Content-Type: text/event-stream;charset=iso-8859-1": {
    sentence:
      "9.2.6: Streams must be decoded using the UTF-8 decode algorithm. (9.2.2, step 15.3, asks for the type text/event-stream and for none of its parameters.)",
    chromium: { events: [failed, "nothing more"], requests: ["/events"] },
    headrace: { events: [open, '["message","\u00e4","","origin"] OPEN'], requests: ["/events"] },
  },
  "redirected in a circle": futile(Array.from({ length: 21 }, () => "/events")),
  "redirected to no http URL": futile(["/events"]),
  "not HTTP": futile(["/events"]),
};
