import type { Clocks } from "./clocks.ts";
import type { HeadraceError } from "./headrace-error.ts";
import { asHeadraceError } from "./headrace-error.ts";
import { pause } from "./pause.ts";
import type { TransportRequest } from "./transport.ts";

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

/**
 * Says how long to wait before the next attempt.
 *
 * @returns ms, or undefined where there is none
 */
function delayBefore(
  attempt: number,
  reason: unknown,
  request: TransportRequest,
  options: AttemptOptions,
): number | undefined {
  const error = asHeadraceError(reason);
  if (!error || error !== reason || attempt > (options.attempts ?? 1)) return undefined;
  const repeatable = request.method === "GET" || request.method === "HEAD" || options.replay === true;
  if (!unsent(error) && !(repeatable && passing(error))) return undefined;
  const floor = error.code === "status" ? (error.retryAfter ?? 0) : 0;
  if (floor > LONGEST_RETRY_AFTER) return undefined;
  const backoff = Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 2));
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

/** One call's attempts: `accepted` says whether a response was, which ends them. */
interface CallOfAttempts extends AttemptOptions {
  clocks: Clocks;
  accepted: () => boolean;
}

/** The wait before the next attempt, in ms; throws `reason` where there is none. */
function waitAfter(attempt: number, reason: unknown, request: TransportRequest, options: CallOfAttempts): number {
  const { clocks, accepted } = options;
  clocks.rest();
  const delay = accepted() ? undefined : delayBefore(attempt, reason, request, options);
  if (delay === undefined || delay >= clocks.remaining()) throw reason;
  return delay;
}

/** Makes the attempts of one call. `attempt` runs from 1. */
export async function withAttempts<T>(
  request: TransportRequest,
  options: CallOfAttempts,
  run: () => Promise<T>,
): Promise<T> {
  for (let attempt = 2; ; attempt++) {
    try {
      return await run();
    } catch (reason) {
      const delay = waitAfter(attempt, reason, request, options);
      await pause(delay, request.signal);
    }
  }
}

/** `withAttempts`, blocking the thread, the waits included. */
export function withAttemptsSync<T>(request: TransportRequest, options: CallOfAttempts, run: () => T): T {
  for (let attempt = 2; ; attempt++) {
    try {
      return run();
    } catch (reason) {
      const delay = waitAfter(attempt, reason, request, options);
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, delay);
    }
  }
}
