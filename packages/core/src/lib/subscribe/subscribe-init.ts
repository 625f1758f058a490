import type { HeadersSource } from "../create-headers.ts";
import type { RequestBody } from "../encode-body.ts";
import { checkInit, type EventStreamInit } from "../event-stream-init.ts";
import { type HeadraceError, invalidArgument } from "../headrace-error.ts";
import type { ResumeStrategy } from "./resume.ts";
import type { RetryOptions } from "./retry-policy.ts";

/** One connection that `subscribe` is about to make. */
export interface SubscriptionAttempt {
  /** Counts from 1. */
  readonly attempt: number;
  /** The cursor it goes on from; `""` if there is none. */
  readonly lastEventId: string;
  /** What ended the connection before it; undefined at first, and after a clean end. */
  readonly cause: unknown;
}

/** A connection that `subscribe` will make after a delay. */
export interface Reconnection extends SubscriptionAttempt {
  /** Until then, in ms. */
  readonly delay: number;
}

/** A value, or what makes it anew for each connection. */
export type PerAttempt<T> = T | ((attempt: SubscriptionAttempt) => T | Promise<T>);

/** Where a cursor is kept between two lives of the process: a `Map`, Keyv, or anything alike. */
export interface CursorStore {
  get(key: string): unknown;
  set(key: string, cursor: string): unknown;
}

/** Which store, and under which name. */
export interface CursorStoreOptions {
  store: CursorStore;
  key: string;
  /** The cursor is stored with every so many events committed. Default 1. */
  every?: number | undefined;
}

/** What `subscribe` takes: an event stream's options, some of them as functions, and what is done when it ends. */
export interface SubscribeInit extends Omit<EventStreamInit, "attempts" | "headers" | "body" | "json"> {
  headers?: PerAttempt<HeadersSource | undefined> | undefined;
  body?: PerAttempt<RequestBody | null | undefined> | undefined;
  /** A value; for one that changes, `body` as a function. */
  json?: unknown;
  retry?: RetryOptions | undefined;
  /** How the stream is taken up again. Default `lastEventId()`. */
  resume?: ResumeStrategy | undefined;
  /** Keeps the cursor when the process ends. A stored one is where it begins, rather than `lastEventId`. */
  store?: CursorStoreOptions | undefined;
  /**
   * When an event counts as taken, and its cursor is stored. `auto`, the default: when the next one is asked for, so
   * that a process killed in between gets it again. `manual`: when `commit()` is called.
   */
  commit?: "auto" | "manual" | undefined;
  /**
   * Events that a server repeats after a reconnect, known by their own `id`. `drop`, the default, or `deliver`, as
   * WHATWG's EventSource does; they are no progress either way.
   */
  duplicates?: "drop" | "deliver" | undefined;
  /**
   * Whether an error is followed by another connection, where that shall not be as the codes say; undefined leaves it to
   * them. Not asked after a clean end and a 204, nor of a request that was sent and must not be sent again.
   */
  isRetryable?: ((error: HeadraceError) => boolean | undefined) | undefined;
  /** Called before each wait, with why. */
  onRetry?: ((reconnection: Reconnection) => void) | undefined;
}

/** Checks the options, also those that the other verbs do not know. @throws `invalid-argument`, `unsupported` */
export function checkSubscribeInit(init: SubscribeInit): SubscribeInit {
  checkInit(init);
  if ("attempts" in init) throw invalidArgument("`attempts` is not for `subscribe`: use `retry.maxAttempts`");
  const { store, commit, duplicates, isRetryable, onRetry, resume } = init;
  if (commit !== undefined && commit !== "auto" && commit !== "manual") {
    throw invalidArgument('`commit` must be "auto" or "manual"');
  }
  if (duplicates !== undefined && duplicates !== "drop" && duplicates !== "deliver") {
    throw invalidArgument('`duplicates` must be "drop" or "deliver"');
  }
  for (const [name, callback] of Object.entries({ isRetryable, onRetry })) {
    if (callback !== undefined && typeof callback !== "function")
      throw invalidArgument(`\`${name}\` must be a function`);
  }
  if (resume !== undefined && typeof resume?.cursor !== "function") {
    throw invalidArgument("`resume` must be a strategy, such as lastEventId()");
  }
  if (store !== undefined) checkStore(store);
  return init;
}

function checkStore({ store, key, every = 1 }: CursorStoreOptions): void {
  if (typeof store?.get !== "function" || typeof store.set !== "function") {
    throw invalidArgument("`store.store` must have `get` and `set`, as a Map has");
  }
  if (typeof key !== "string" || key === "") throw invalidArgument("`store.key` must be a name");
  if (!(Number.isInteger(every) && every > 0)) throw invalidArgument("`store.every` must be a positive integer");
}
