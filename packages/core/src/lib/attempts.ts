import type { Clocks } from "./clocks.ts";
import type { HeadraceError } from "./headrace-error.ts";
import { asHeadraceError } from "./headrace-error.ts";
import type { UnsentRequest } from "./create-request.ts";

/** How often a one-shot call may be made. */
export interface AttemptOptions {
  /**
   * The most requests to make. Default 1. Again only where no byte of the request was sent (`dns`,
   * `connect`); for GET, HEAD or with `replay` also on 408, 429, 5xx and `reset` before the head. Never
   * after the first byte of a response that was accepted. Waits 0.5 s, 1 s, 2 s … up to 30 s, less a
   * jitter of up to a half, and never less than `Retry-After`.
   */
  attempts?: number | undefined;
  /** Whether a request with another method may be made again. Default false: it may have had its effect. */
  replay?: boolean | undefined;
}

const FIRST_DELAY = 500;
const LONGEST_DELAY = 30_000;
/** A `Retry-After` beyond this is an answer, not a delay. */
const LONGEST_RETRY_AFTER = 600_000;

/** In ms, or undefined where there is no other attempt. */
function delayAfter(
  attempt: number,
  reason: unknown,
  { request: { method }, attempts = 1, replay = false }: FailedAttempt,
): number | undefined {
  const error = asHeadraceError(reason);
  if (!error || error !== reason || attempt >= attempts) return undefined;
  const repeatable = method === "GET" || method === "HEAD" || replay;
  if (!unsent(error) && !(repeatable && passing(error))) return undefined;
  const floor = error.code === "status" ? (error.retryAfter ?? 0) : 0;
  if (floor > LONGEST_RETRY_AFTER) return undefined;
  const backoff = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
  return Math.max(floor, backoff * (0.5 + Math.random() / 2));
}

/** Whether the server cannot have seen the request. */
export function unsent(error: HeadraceError): boolean {
  if (error.code === "reset") return error.retryable === true;
  return error.code === "dns" || error.code === "connect" || (error.code === "timeout" && error.phase === "connect");
}

function passing(error: HeadraceError): boolean {
  if (error.code === "reset") return error.phase === "head" && !error.response;
  return error.code === "status" && (error.status === 408 || error.status === 429 || error.status >= 500);
}

/** A call whose attempt has failed. */
interface FailedAttempt extends AttemptOptions {
  request: UnsentRequest;
  sink: { readonly accepted: boolean };
  clocks: Clocks;
}

/**
 * Says how long to wait after an attempt before the next.
 *
 * @param attempt from 1
 * @returns ms
 * @throws `reason`, where there is no other attempt
 */
export function waitAfter(attempt: number, reason: unknown, call: FailedAttempt): number {
  const { clocks, sink } = call;
  clocks.rest();
  const delay = sink.accepted ? undefined : delayAfter(attempt, reason, call);
  if (delay === undefined || delay >= clocks.remaining()) throw reason;
  return delay;
}

/** Waits, and blocks the thread. */
export function waitSync(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
