import type { ResponseInfo } from "./response-info.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";

/** Every way an exchange can fail. The same fault has the same code on every transport. */
export type HeadraceErrorCode =
  | "invalid-argument"
  | "unsupported"
  | "library-missing"
  | "dns"
  | "connect"
  | "network"
  | "proxy"
  | "tls"
  | "protocol"
  | "redirect"
  | "reset"
  | "truncated"
  | "status"
  | "content-type"
  | "no-content"
  | "timeout"
  | "too-large"
  | "incomplete"
  | "server-event"
  | "invalid-data"
  | "closed"
  | "no-recording"
  | "gave-up"
  | "internal";

/** Where in its life an exchange was when it failed; for `timeout` the clock that ran out. */
export type HeadraceErrorPhase =
  | "arguments"
  | "connect"
  | "head"
  | "first-event"
  | "idle"
  | "total"
  | "body"
  | "end"
  | "retry";

/** Milestones of an exchange, in ms since the call. Absent: not reached. */
export interface ExchangeTiming {
  readonly head: number;
  readonly firstEvent?: number;
  readonly lastByte?: number;
  readonly lastEvent?: number;
}

interface HeadraceErrorFields {
  readonly phase: HeadraceErrorPhase;
  /** Free text from the stack, such as `untrusted` or `refused`. For people; not a contract. */
  readonly detail?: string;
  /** Events that had been delivered when it failed. */
  readonly eventsDelivered: number;
  /** Decoded bytes of the body that had arrived when it failed. */
  readonly bytesReceived: number;
  /** The stream's last event ID when it failed; `""` if it had none. */
  readonly lastEventId: string;
  /** The response, once its head had arrived. Its `headers` are not enumerable and carry no `set-cookie`. */
  readonly response?: ResponseInfo;
  readonly timing?: ExchangeTiming;
}

interface HeadraceErrorExtras {
  /** The HTTP status (`status`), or what the proxy answered (`proxy`). */
  status: { status: number; body: string; retryAfter?: number };
  proxy: { status?: number };
  /** At most 64 KiB of the body as text, not enumerable. */
  "content-type": { body: string };
  /** The data lines of the event that the end cut short; absent where the end came between events. */
  incomplete: { pending?: string };
  "invalid-data": { event?: ServerSentEvent };
  "gave-up": { causes: readonly unknown[] };
  reset: { retryable?: boolean };
}

type ExtrasOf<C> = C extends keyof HeadraceErrorExtras ? Readonly<HeadraceErrorExtras[C]> : unknown;

/** The error of one code. */
export type HeadraceErrorOf<C extends HeadraceErrorCode> = C extends HeadraceErrorCode
  ? Error & HeadraceErrorFields & { readonly name: "HeadraceError"; readonly code: C } & ExtrasOf<C>
  : never;

/**
 * What every verb and transport fails with: a union told apart by `code`.
 * An abort is not one of them: that is `signal.reason`, unwrapped.
 */
export type HeadraceError = HeadraceErrorOf<HeadraceErrorCode>;

/** What may be said of an error beyond its code and message. */
export interface HeadraceErrorOptions extends Partial<HeadraceErrorFields> {
  cause?: unknown;
  status?: number | undefined;
  body?: string | undefined;
  retryAfter?: number | undefined;
  pending?: string | undefined;
  event?: ServerSentEvent | undefined;
  causes?: readonly unknown[] | undefined;
  retryable?: boolean | undefined;
}

const defaultPhase: Partial<Record<HeadraceErrorCode, HeadraceErrorPhase>> = {
  "invalid-argument": "arguments",
  unsupported: "arguments",
  "library-missing": "arguments",
  closed: "arguments",
  dns: "connect",
  connect: "connect",
  network: "connect",
  proxy: "connect",
  tls: "connect",
  redirect: "head",
  status: "head",
  "content-type": "head",
  "no-content": "head",
  incomplete: "end",
  "gave-up": "retry",
};

/** Kept out of `inspect`, `JSON.stringify` and spread: a server may echo what it was sent. */
const hidden = new Set<string>(["body", "cause"]);

class HeadraceErrorClass extends Error {
  readonly code: HeadraceErrorCode;
  readonly phase: HeadraceErrorPhase;
  readonly eventsDelivered: number = 0;
  readonly bytesReceived: number = 0;
  readonly lastEventId: string = "";

  constructor(code: HeadraceErrorCode, message: string, options: HeadraceErrorOptions = {}) {
    super(message);
    this.code = code;
    this.phase = options.phase ?? defaultPhase[code] ?? "body";
    for (const [key, value] of Object.entries(options)) {
      if (value === undefined || key === "phase") continue;
      Object.defineProperty(this, key, { value, enumerable: !hidden.has(key), configurable: true, writable: true });
    }
  }

  static {
    Object.defineProperty(this, "name", { value: "HeadraceError", configurable: true });
    Object.defineProperty(this.prototype, "name", { value: "HeadraceError", configurable: true, writable: true });
  }

  /** What may be logged: everything but the body, the headers and the cause. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...(this as object) };
  }
}

/** Makes (or, with `instanceof`, recognises within one copy of this package) a `HeadraceError`. */
export interface HeadraceErrorConstructor {
  new <C extends HeadraceErrorCode>(code: C, message: string, options?: HeadraceErrorOptions): HeadraceErrorOf<C>;
  readonly prototype: HeadraceError;
}

export const HeadraceError: HeadraceErrorConstructor = HeadraceErrorClass as never;

/** The error of a bad argument, with no cause: it could carry a credential. */
export function invalidArgument(message: string): HeadraceError {
  return new HeadraceError("invalid-argument", message);
}

/**
 * Finds the `HeadraceError` in what was caught: the value itself or, as SDKs wrap ours, one of its
 * causes, at most eight deep. It goes by structure, so it works across copies of this package.
 *
 * @param code accept only this code
 * @returns the error, or `undefined` where there is none
 */
export function asHeadraceError<C extends HeadraceErrorCode = HeadraceErrorCode>(
  error: unknown,
  code?: C,
): HeadraceErrorOf<C> | undefined {
  let found: unknown = error;
  for (let depth = 0; depth < 8 && typeof found === "object" && found !== null; depth++) {
    const candidate = found as { name?: unknown; code?: unknown; cause?: unknown };
    const ours = candidate.name === "HeadraceError" && typeof candidate.code === "string";
    if (ours && (code === undefined || candidate.code === code)) return found as HeadraceErrorOf<C>;
    found = candidate.cause;
  }
  return undefined;
}
