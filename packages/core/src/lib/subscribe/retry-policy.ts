import { unsent } from "../attempts.ts";
import {
  asHeadraceError,
  HeadraceError,
  type HeadraceErrorCode,
  type HeadraceErrorOptions,
  invalidArgument,
} from "../headrace-error.ts";

/** When `subscribe` connects again. All in ms but `maxAttempts`. */
export interface RetryOptions {
  /** Before the first attempt after progress; the server's `retry:` field replaces it. Default 2000. */
  delay?: number | undefined;
  /** No delay is shorter, whatever the server says. Default 500. */
  minDelay?: number | undefined;
  /** No delay is longer, jitter and `Retry-After` apart. Default 30 000. */
  maxDelay?: number | undefined;
  /** The most that the server's `retry:` field may ask for; above `maxDelay` it is the longer delay. Default `maxDelay`. */
  maxReconnectionTime?: number | undefined;
  /** After so many connections in a row without a new event it ends with `gave-up`. Default: no limit. */
  maxAttempts?: number | undefined;
  /** A `Retry-After` beyond this is an answer, not a delay: the call ends with the `status` error. Default 600 000. */
  maxRetryAfter?: number | undefined;
}

/** What the policy is told of the request. */
export interface RetriedRequest {
  /** Whether it may be made again once it was sent. */
  readonly replayable: boolean;
  /** Whether its headers are made anew each time. */
  readonly freshHeaders: boolean;
  readonly isRetryable?: ((error: HeadraceError) => boolean | undefined) | undefined;
}

/** What a call does when a connection is over: `again`, in good order `done`, or fail with what ended it. */
export type Verdict = "again" | "done" | "fail";

const retried = /* @__PURE__ */ new Set<HeadraceErrorCode>([
  "connect",
  "network",
  "reset",
  "truncated",
  "timeout",
  "incomplete",
]);
const retriedAfterHead = /* @__PURE__ */ new Set<HeadraceErrorCode>(["dns", "tls"]);
const retriedStatuses = /* @__PURE__ */ new Set([408, 421, 425, 429, 500, 502, 503, 504]);
const doubled = 2;
const jitter = 0.5;
const keptCauses = 16;

/**
 * Why a connection ended and when the next one is made: two questions, kept apart. The server is never asked more
 * often than `minDelay` says; each connection that brings no new event doubles the delay.
 */
export class RetryPolicy {
  readonly #options: Required<{ [K in keyof RetryOptions]: number }>;
  #request: RetriedRequest;
  #causes: unknown[] = [];
  /** Connections in a row that brought no new event. */
  #fruitless = 0;
  #isFruitful = false;
  #reconnectionTime: number | undefined;
  #sawHead = false;
  #triedNewCredentials = false;

  /**
   * @throws `invalid-argument`
   */
  constructor(options: RetryOptions = {}, request: RetriedRequest) {
    checkRetryOptions(options);
    this.#options = withDefaults(options);
    this.#request = request;
  }

  /** What the next connection asks for may be made again once it was sent, or not. */
  set replayable(replayable: boolean) {
    this.#request = { ...this.#request, replayable };
  }

  /** A response was accepted. */
  headArrived(): void {
    this.#sawHead = true;
    this.#triedNewCredentials = false;
  }

  /** A new event was dispatched: the only thing that refills the budget. */
  progressed(): void {
    this.#isFruitful = true;
    this.#fruitless = 0;
    if (this.#causes.length > 0) this.#causes = [];
  }

  /** The server's `retry` field. */
  reconnectionTime(ms: number): void {
    this.#reconnectionTime = ms;
  }

  /**
   * A connection is over.
   *
   * @param cause what it failed with; undefined for a clean end
   */
  judge(cause: unknown): Verdict {
    if (cause === undefined) return this.#request.replayable ? "again" : "done";
    const error = asHeadraceError(cause);
    if (!error || error !== cause) return "fail";
    if (error.response) this.#sawHead = true;
    if (error.code === "no-content") return "done";
    if (!this.#request.replayable && !unsent(error)) return "fail";
    return (this.#request.isRetryable?.(error) ?? this.#isPassing(error)) ? "again" : "fail";
  }

  #isPassing(error: HeadraceError): boolean {
    if (error.code === "status") return this.#mayAnswerLater(error);
    if (error.code === "timeout" && error.phase === "total") return false;
    if (error.code === "proxy") return error.status !== 407;
    return retried.has(error.code) || (this.#sawHead && retriedAfterHead.has(error.code));
  }

  #mayAnswerLater({ status, retryAfter = 0 }: { status: number; retryAfter?: number }): boolean {
    if (status === 401 && this.#request.freshHeaders && !this.#triedNewCredentials) {
      this.#triedNewCredentials = true;
      return true;
    }
    return retriedStatuses.has(status) && retryAfter <= this.#options.maxRetryAfter;
  }

  /**
   * How long to wait before the next connection, in ms.
   *
   * @param told what the error says of the call
   * @throws `gave-up` where the budget is spent
   */
  delay(cause: unknown, told: Pick<HeadraceErrorOptions, "eventsDelivered" | "lastEventId"> = {}): number {
    const { maxDelay, maxAttempts } = this.#options;
    if (!this.#isFruitful) this.#fruitless++;
    this.#isFruitful = false;
    if (cause !== undefined) this.#causes = [...this.#causes.slice(1 - keptCauses), cause];
    if (this.#fruitless >= maxAttempts) throw this.#gaveUp(told);
    const base = this.#base();
    const backoff = Math.min(base * doubled ** Math.max(0, this.#fruitless - 1), Math.max(maxDelay, base));
    const floor = asHeadraceError(cause, "status")?.retryAfter ?? 0;
    return Math.max(floor, backoff) + backoff * jitter * Math.random();
  }

  /** The delay after progress: the server's, or ours. */
  #base(): number {
    const { delay, minDelay, maxDelay, maxReconnectionTime } = this.#options;
    const base = Math.min(
      this.#reconnectionTime ?? delay,
      this.#reconnectionTime === undefined ? maxDelay : maxReconnectionTime,
    );
    return Math.max(base, minDelay);
  }

  #gaveUp(told: HeadraceErrorOptions): HeadraceError {
    const times = `${this.#options.maxAttempts} connections in a row brought no new event`;
    const last = this.#causes.at(-1);
    const why = last instanceof Error ? `, the last: ${last.message}` : "";
    return new HeadraceError("gave-up", `${times}${why}`, { ...told, causes: this.#causes });
  }
}

/** A bound that is not given gives way to one that is. */
function withDefaults(options: RetryOptions): Required<{ [K in keyof RetryOptions]: number }> {
  const { delay = 2000, maxAttempts = Infinity, maxRetryAfter = 600_000 } = options;
  const minDelay = options.minDelay ?? Math.min(500, options.maxDelay ?? Infinity);
  const maxDelay = options.maxDelay ?? Math.max(30_000, minDelay);
  return {
    delay,
    minDelay,
    maxDelay,
    maxReconnectionTime: options.maxReconnectionTime ?? maxDelay,
    maxAttempts,
    maxRetryAfter,
  };
}

const finite: readonly string[] = ["delay", "minDelay", "maxDelay"];
const names: readonly string[] = [...finite, "maxReconnectionTime", "maxAttempts", "maxRetryAfter"];

/** @throws `invalid-argument` */
function checkRetryOptions(options: RetryOptions): void {
  for (const [name, value] of Object.entries(options)) {
    if (!names.includes(name)) throw invalidArgument(`\`retry.${name}\` is none of ${names.join(", ")}`);
    const isNumber = typeof value === "number" && value >= 0 && !(value === Infinity && finite.includes(name));
    if (value !== undefined && !isNumber) throw invalidArgument(`\`retry.${name}\` must be a number, 0 or more`);
  }
  const { minDelay = 0, maxDelay = Infinity } = options;
  if (minDelay > maxDelay) throw invalidArgument("`retry.minDelay` must not be above `retry.maxDelay`");
}
