import { HeadraceError } from "./headrace-error.ts";

/** How long each part of an exchange may take, in ms; 0 or `Infinity`: no limit. Kept alike on every transport. */
export interface Timeouts {
  /**
   * Opening a connection, look-up, proxy and TLS handshake included, for each hop. Default 10 000 where
   * the transport has `supports.connectTimeout`; asking it of one that has not is `unsupported`.
   */
  connect?: number | undefined;
  /**
   * From the call to the final response's head; connecting, upload and redirects count. Each attempt has its own.
   * Default: none; 300 000 for blocking calls.
   */
  head?: number | undefined;
  /** From the head to the first event. Default: none. */
  firstEvent?: number | undefined;
  /** Between one piece of body and the next (see `idleCounts`). Default: none. */
  idle?: number | undefined;
  /** From the call to the last byte, wall time, attempts and all. Default: none. */
  total?: number | undefined;
}

type Clock = "head" | "first-event" | "idle" | "total" | "limit";

/** `setTimeout` takes a signed 32-bit number of ms and fires at once above it: a longer delay is a chain. */
const LONGEST_DELAY = 2 ** 31 - 1;

const names = {
  head: "response head",
  "first-event": "first event",
  idle: "idle",
  total: "total",
};

/**
 * The clocks that core keeps over one call: `head`, `firstEvent`, `idle` and `total`. Deadlines on a
 * monotonic clock; `watch` drives them with one timer, a blocking call polls `remaining` and `expire`.
 *
 * `firstEvent` and `idle` stand still between `hold` and `release` and then restart at zero.
 */
export class Clocks {
  readonly #timeouts: Timeouts;
  readonly #idleCounts: "bytes" | "events";
  readonly #deadlines = new Map<Clock, number>();
  #limitReason: unknown;
  #held = false;
  #sawEvent = false;
  #onExpire: ((reason: unknown) => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  constructor(timeouts: Timeouts = {}, idleCounts: "bytes" | "events" = "bytes") {
    this.#timeouts = timeouts;
    this.#idleCounts = idleCounts;
    this.#set("total", timeouts.total);
  }

  /** A request goes out (again): the head clock starts, those of the last attempt are gone. */
  start(): void {
    this.rest();
    this.#held = false;
    this.#set("head", this.#timeouts.head);
  }

  /** The final head is here. */
  headArrived(): void {
    this.#deadlines.delete("head");
    this.#set("first-event", this.#timeouts.firstEvent);
    this.#set("idle", this.#timeouts.idle);
  }

  /** A piece of body has been taken: the time that its reader took is not the server's. */
  bytesTaken(): void {
    if (this.#idleCounts === "bytes" || this.#sawEvent) this.#touch();
    this.#sawEvent = false;
  }

  /** An event was dispatched. */
  eventDispatched(): void {
    if (this.#deadlines.size > 0) this.#deadlines.delete("first-event");
    this.#sawEvent = true;
    if (this.#idleCounts === "events") this.#touch();
  }

  /** The consumer holds the transport back. */
  hold(): void {
    this.#held = true;
  }

  /** The consumer goes on. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#deadlines.has("first-event")) this.#set("first-event", this.#timeouts.firstEvent);
    if (this.#deadlines.has("idle")) this.#set("idle", this.#timeouts.idle);
  }

  /** What is left of this response is not waited for beyond `ms`: then the exchange ends with `reason`. */
  limit(ms: number, reason: unknown): void {
    this.#deadlines.delete("first-event");
    this.#deadlines.delete("idle");
    this.#limitReason = reason;
    this.#set("limit", ms);
  }

  /** Lifts `limit`. */
  unlimit(): void {
    this.#deadlines.delete("limit");
  }

  /** Between two attempts only `total` runs. */
  rest(): void {
    for (const clock of ["head", "first-event", "idle", "limit"] as const) this.#deadlines.delete(clock);
  }

  /** Ms until the next clock runs out; `Infinity` with none, 0 or less when one has. */
  remaining(): number {
    return this.#next().at - performance.now();
  }

  /** What the exchange ends with, once `remaining` is 0 or less. */
  expired(): unknown {
    const { clock } = this.#next();
    if (clock === "limit") return this.#limitReason;
    const key = clock === "first-event" ? "firstEvent" : clock;
    return timeoutError(clock, this.#timeouts[key] ?? 0);
  }

  /** Calls `onExpire` with the reason when a clock runs out, until `unwatch`. */
  watch(onExpire: (reason: unknown) => void): void {
    this.#onExpire = onExpire;
    this.#arm();
  }

  unwatch(): void {
    this.#onExpire = undefined;
    clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }

  #touch(): void {
    if (this.#deadlines.has("idle")) this.#deadlines.set("idle", performance.now() + (this.#timeouts.idle ?? 0));
  }

  #set(clock: Clock, ms: number | undefined): void {
    if (ms !== undefined && ms > 0 && ms !== Infinity) this.#put(clock, performance.now() + ms);
  }

  #put(clock: Clock, at: number): void {
    this.#deadlines.set(clock, at);
    if (this.#onExpire && at < this.#timerAt) this.#arm();
  }

  #next(): { clock: Clock; at: number } {
    const next: { clock: Clock; at: number } = { clock: "total", at: Infinity };
    for (const [clock, at] of this.#deadlines) {
      if (this.#held && (clock === "idle" || clock === "first-event")) continue;
      if (at < next.at) Object.assign(next, { clock, at });
    }
    return next;
  }

  // The timer is set once and looks again when it fires: a deadline that has moved on since costs nothing until then.
  #arm(): void {
    clearTimeout(this.#timer);
    this.#timerAt = this.#next().at;
    if (this.#timerAt === Infinity) return;
    const delay = Math.min(Math.max(Math.ceil(this.#timerAt - performance.now()), 1), LONGEST_DELAY);
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  #look(): void {
    if (this.remaining() <= 0) {
      this.#onExpire?.(this.expired());
      return;
    }
    this.#arm();
  }
}

function timeoutError(phase: Exclude<Clock, "limit">, ms: number): HeadraceError {
  const what = phase === "idle" ? `nothing for ${ms} ms` : `not within ${ms} ms`;
  return new HeadraceError("timeout", `${names[phase]} timeout: ${what}`, { phase });
}
