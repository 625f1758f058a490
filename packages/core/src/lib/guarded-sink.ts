import type { AsyncContext } from "./async-context.ts";
import { HeadraceError } from "./headrace-error.ts";
import type { Clocks } from "./clocks.ts";
import { promiseOf } from "./promise-of.ts";
import type { ResponseHead, ResponseSink } from "./transport.ts";

/** Where the guard says that the exchange is over: the first reason wins. */
export type Fail = (reason: unknown) => void;

/**
 * Stands between a transport and a sink for one hop: holds the transport to the order of calls that the
 * contract asks for (a breach is `internal`), drops what comes after the end, tells the clocks, and calls the sink in the
 * async context of the call.
 */
export class GuardedSink implements ResponseSink {
  readonly #sink: ResponseSink;
  readonly #clocks: Clocks;
  readonly #context: AsyncContext | undefined;
  readonly #fail: Fail;
  #state: "unsent" | "head" | "body" | "trailers" | "over" = "unsent";
  #busy = false;
  /** The sink's promise, while one is pending. */
  pending: Promise<void> | undefined;

  /** @param call its context is left out where that of who calls is the call's own */
  constructor(sink: ResponseSink, call: { clocks: Clocks; context?: AsyncContext | undefined }, fail: Fail) {
    this.#sink = sink;
    this.#clocks = call.clocks;
    this.#context = call.context;
    this.#fail = fail;
  }

  /** Whether the head has been taken. */
  get hasHead(): boolean {
    return this.#state === "body" || this.#state === "trailers";
  }

  /** `send` has returned its promise (or `sendSync` is being called): calls may come. */
  open(): void {
    if (this.#state === "unsent") this.#state = "head";
  }

  /** The exchange is over: what still comes is dropped. */
  close(): void {
    this.#state = "over";
  }

  head(head: ResponseHead): void {
    if (this.#state === "over") return;
    this.#demand(this.#state === "head", "head() out of order");
    this.#demand(head.status >= 200 && head.status <= 999, `head() with status ${head.status}`);
    this.#state = "body";
    this.#call(() => this.#sink.head(head));
  }

  body(bytes: Uint8Array): Promise<void> | undefined {
    if (this.#state === "over") return undefined;
    this.#demand(this.#state === "body", "body() out of order");
    this.#demand(bytes.length > 0, "body() with no bytes");
    const promise = promiseOf(this.#call(() => this.#sink.body(bytes)));
    this.#clocks.bytesTaken();
    return promise ? this.#hold(promise) : undefined;
  }

  trailers(trailers: Headers): void {
    if (this.#state === "over") return;
    this.#demand(this.#state === "body", "trailers() out of order");
    this.#state = "trailers";
    this.#call(() => this.#sink.trailers?.(trailers));
  }

  #hold(promise: Promise<void>): Promise<void> {
    this.#clocks.hold();
    this.pending = promise.then(
      () => {
        this.pending = undefined;
        this.#clocks.release();
      },
      (reason: unknown) => {
        this.#fail(reason);
        throw reason;
      },
    );
    return this.pending;
  }

  #call<T>(call: () => T): T {
    this.#demand(!this.#busy && !this.pending, "a call inside another");
    this.#busy = true;
    try {
      return this.#context ? this.#context.runInAsyncScope(call) : call();
    } catch (reason) {
      this.#fail(reason);
      throw reason;
    } finally {
      this.#busy = false;
    }
  }

  #demand(holds: boolean, breach: string): void {
    if (holds) return;
    const reason = new HeadraceError("internal", `the transport broke the contract: ${breach}`, { phase: "body" });
    this.#fail(reason);
    throw reason;
  }
}
