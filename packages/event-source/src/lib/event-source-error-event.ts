import { asHeadraceError, type HeadraceErrorCode } from "@headrace/core";

/**
 * The `error` event of an EventSource: the plain event that the standard asks for, and why it came. `readyState` says
 * what follows: CONNECTING another connection, CLOSED nothing more.
 *
 * The fields are optional by type so that a handler that takes one can stand where one of a plain Event is asked for.
 */
export class EventSourceErrorEvent extends Event {
  /** The `HeadraceError`, or what the `headers` function threw; undefined where the stream came to a clean end. */
  readonly error?: unknown;
  /** The error's code; undefined where there is none. */
  readonly code?: HeadraceErrorCode | undefined;
  /** The HTTP status of the response, where there was one. */
  readonly status?: number | undefined;
  /** What happened, for people. */
  readonly message?: string;

  /** @param cause what ended the connection; undefined for a clean end */
  constructor(cause: unknown) {
    super("error");
    const error = asHeadraceError(cause);
    this.error = cause;
    this.code = error?.code;
    this.status = error && (statusOf(error) ?? error.response?.status);
    this.message = cause === undefined ? "the server ended the stream" : messageOf(cause);
  }
}

function statusOf(error: object): number | undefined {
  return (error as { status?: number }).status;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
