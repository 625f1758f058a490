import { inspect, types } from "node:util";
import type { ResponseHead, ResponseSink } from "@headrace/core/transport";
import { firstDifference } from "./pattern.ts";
import type { WireLog } from "./wire-log.ts";

/** What a case adds to the recording: it may look, throw, or hold the transport back with a promise. */
export interface RecordingSinkHooks {
  readonly onHead?: (head: ResponseHead) => void;
  /** @param bytes a copy */
  readonly onBody?: (bytes: Uint8Array) => void | Promise<void>;
  readonly onTrailers?: (trailers: Headers) => void;
  /** Compare the body with the made-up one of `patternBytes` instead of keeping it. */
  readonly pattern?: boolean;
}

/** What the sink is told of the exchange it belongs to. */
export interface RecordingSinkOptions extends RecordingSinkHooks {
  readonly signal: AbortSignal;
  readonly log: WireLog;
  /** Called after every call of the sink was recorded. */
  readonly onChange: () => void;
}

const overwrite = 0xaa;

/**
 * A sink that records everything it is given, and every call that the contract forbids (section 3). It
 * overwrites the bytes it was lent before it returns: whoever reads them later reads garbage.
 */
export class RecordingSink implements ResponseSink {
  received: ResponseHead | undefined;
  receivedTrailers: Headers | undefined;
  readonly pieces: Uint8Array[] = [];
  bytesReceived = 0;
  /** Index of the first byte that is not the made-up body's, with `pattern`; -1 for none. */
  firstDifference = -1;
  readonly violations: string[] = [];
  /** Whether `send` has returned its promise, and whether that has settled: set by who called it. */
  sendReturned = false;
  settled = false;

  readonly #options: RecordingSinkOptions;
  #inside = false;
  #pending = false;
  #threw = false;

  constructor(options: RecordingSinkOptions) {
    this.#options = options;
  }

  head(head: ResponseHead): void {
    const { log, onChange, onHead } = this.#options;
    this.#guarded("head", () => {
      if (typeof head?.status !== "number") this.#refuse("head() takes a status", head?.status);
      if (typeof head.headers?.get !== "function") this.#refuse("head() takes Headers", head.headers);
      if (this.received !== undefined) this.violations.push("head() was called twice");
      this.received = head;
      log.note("client", `head ${head.status}`);
      onChange();
      onHead?.(head);
    });
  }

  body(bytes: Uint8Array): void | Promise<void> {
    const { log, onChange, onBody } = this.#options;
    return this.#guarded("body", () => {
      if (!types.isUint8Array(bytes)) this.#refuse("body() takes a Uint8Array", bytes);
      const copy = new Uint8Array(bytes);
      bytes.fill(overwrite);
      log.note("client", "body", copy);
      this.#record(copy);
      onChange();
      return onBody?.(copy);
    });
  }

  trailers(trailers: Headers): void {
    const { log, onChange, onTrailers } = this.#options;
    this.#guarded("trailers", () => {
      if (this.receivedTrailers !== undefined) this.violations.push("trailers() was called twice");
      this.receivedTrailers = trailers;
      log.note("client", "trailers");
      onChange();
      onTrailers?.(trailers);
    });
  }

  #refuse(due: string, given: unknown): never {
    const isObject = typeof given === "object" && given !== null;
    const kind = isObject ? Object.prototype.toString.call(given).slice("[object ".length, -1) : undefined;
    const told = `${due}, not ${kind ?? inspect(given, { maxStringLength: 40 })}`;
    this.violations.push(told);
    throw new TypeError(told);
  }

  #record(bytes: Uint8Array): void {
    if (bytes.length === 0) this.violations.push("body() was given no bytes");
    if (this.#options.pattern !== true) this.pieces.push(bytes);
    else if (this.firstDifference === -1) {
      const at = firstDifference(bytes, this.bytesReceived);
      if (at !== -1) this.firstDifference = this.bytesReceived + at;
    }
    this.bytesReceived += bytes.length;
  }

  /** Lets a call through and notes whether it was allowed at this moment. */
  #guarded<T extends void | Promise<void>>(method: keyof ResponseSink, call: () => T): T {
    this.#check(method);
    this.#inside = true;
    try {
      const result = call();
      if (!isThenable(result)) return result;
      this.#pending = true;
      const over = (): void => void (this.#pending = false);
      result.then(over, over);
      return result;
    } catch (error) {
      this.#threw = true;
      throw error;
    } finally {
      this.#inside = false;
    }
  }

  #check(method: keyof ResponseSink): void {
    const broken = (rule: string): void => {
      this.violations.push(`${method}() was called ${rule}`);
      this.#options.log.note("client", `${method}() ${rule}`);
    };
    if (!this.sendReturned) broken("before send() had returned its promise");
    if (this.settled) broken("after send() had settled");
    else if (this.#options.signal.aborted) broken("after the abort");
    if (this.#inside) broken("inside another call of the sink");
    if (this.#pending) broken("before the promise of the last body() had settled");
    if (this.#threw) broken("after the sink had thrown");
    if (method !== "head" && this.received === undefined) broken("before head()");
    if (method === "body" && this.receivedTrailers !== undefined) broken("after trailers()");
  }
}

/** Also a promise of another realm; whoever is given it comes after the one who looked here. */
function isThenable<T>(value: T): value is T & PromiseLike<void> {
  return typeof (value as { then?: unknown } | undefined | null)?.then === "function";
}
