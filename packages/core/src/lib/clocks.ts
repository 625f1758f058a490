import { HeadraceError } from "./headrace-error.ts";
import { Rhythm } from "./rhythm.ts";

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
  /**
   * Between one piece of body and the next (see `idleCounts`). `auto` learns the rhythm: once it has heard three
   * intervals in 15 s of stream or more, the limit is three times the longest of them, and never under 15 s. Default: none.
   */
  idle?: number | "auto" | undefined;
  /** From the call to the last byte, wall time, attempts and all. Default: none. */
  total?: number | undefined;
}

type Clock = "total" | "head" | "first-event" | "idle" | "limit";

/** A timer this late, in ms, says that the event loop was busy: what has arrived may not have been read. */
const LATE = 50;
/** A timer this late, in ms, says that the process did not run at all (a laptop asleep): nothing could arrive. */
const ASLEEP = 1000;

/** `setTimeout` takes a signed 32-bit number of ms and fires at once above it: a longer delay is a chain. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Of two that run out together the first is told. */
const clocks = ["total", "head", "first-event", "idle", "limit"] as const;

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
  /** When those that run run out, on `performance.now()`'s scale: in most calls none does. */
  #deadlines: { [clock in Clock]?: number | undefined } | undefined;
  #limitReason: unknown;
  #held = false;
  #sawEvent = false;
  readonly #rhythm: Rhythm | undefined;
  #onExpire: ((reason: unknown) => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #timerAt = Infinity;

  constructor(timeouts: Timeouts = {}, idleCounts: "bytes" | "events" = "bytes") {
    this.#timeouts = timeouts;
    this.#idleCounts = idleCounts;
    if (timeouts.idle === "auto") this.#rhythm = new Rhythm();
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
    this.#stop("head");
    this.#set("first-event", this.#timeouts.firstEvent);
    this.#listenAgain();
  }

  /** A piece of body has been taken: the time that its reader took is not the server's. */
  bytesTaken(): void {
    if (this.#idleCounts === "bytes" || this.#sawEvent) this.#touch();
    this.#sawEvent = false;
  }

  /** A piece of body had an event. */
  eventDispatched(): void {
    this.#stop("first-event");
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
    this.#restartQuiet();
  }

  /** What is left of this response is not waited for beyond `ms`: then the exchange ends with `reason`. */
  limit(ms: number, reason: unknown): void {
    this.#stop("first-event");
    this.#stop("idle");
    this.#limitReason = reason;
    this.#set("limit", ms);
  }

  /** Lifts `limit`. */
  unlimit(): void {
    this.#stop("limit");
  }

  /** Between two attempts only `total` runs. */
  rest(): void {
    for (const clock of clocks) if (clock !== "total") this.#stop(clock);
  }

  /** Ms until the next clock runs out; `Infinity` with none, 0 or less when one has. */
  remaining(): number {
    return this.#next().at - performance.now();
  }

  /** What the exchange ends with, once `remaining` is 0 or less. */
  expired(): unknown {
    const { clock } = this.#next();
    if (clock === "limit") return this.#limitReason;
    if (clock === "idle") return timeoutError(clock, this.#idle ?? 0);
    return timeoutError(clock, this.#timeouts[clock === "first-event" ? "firstEvent" : clock] ?? 0);
  }

  /** Calls `onExpire` with the reason when a clock runs out, until `unwatch`. */
  watch(onExpire: (reason: unknown) => void): void {
    this.#onExpire = onExpire;
    this.#arm();
  }

  unwatch(): void {
    this.#onExpire = undefined;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerAt = Infinity;
  }

  get #idle(): number | undefined {
    return this.#rhythm ? this.#rhythm.limit : (this.#timeouts.idle as number | undefined);
  }

  #touch(): void {
    this.#rhythm?.heard();
    if (this.#rhythm || this.#runs("idle")) this.#set("idle", this.#idle);
  }

  /** `firstEvent` and `idle` begin at zero. */
  #restartQuiet(): void {
    if (this.#runs("first-event")) this.#set("first-event", this.#timeouts.firstEvent);
    if (this.#rhythm || this.#runs("idle")) this.#listenAgain();
  }

  #listenAgain(): void {
    this.#rhythm?.listen();
    this.#set("idle", this.#idle);
  }

  #runs(clock: Clock): boolean {
    return this.#deadlines?.[clock] !== undefined;
  }

  #stop(clock: Clock): void {
    if (this.#deadlines) this.#deadlines[clock] = undefined;
  }

  #set(clock: Clock, ms: number | undefined): void {
    if (ms === undefined || ms <= 0 || ms === Infinity) return;
    const at = performance.now() + ms;
    (this.#deadlines ??= {})[clock] = at;
    if (this.#onExpire && at < this.#timerAt) this.#arm();
  }

  #next(): { clock: Clock; at: number } {
    const next: { clock: Clock; at: number } = { clock: "total", at: Infinity };
    if (!this.#deadlines) return next;
    for (const clock of clocks) {
      const at = this.#deadlines[clock] ?? Infinity;
      if (at >= next.at || (this.#held && (clock === "idle" || clock === "first-event"))) continue;
      next.clock = clock;
      next.at = at;
    }
    return next;
  }

  // The timer is set once and looks again when it fires: a deadline that has moved on since costs nothing until then.
  #arm(): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timerAt = this.#next().at;
    if (this.#timerAt === Infinity) return;
    const delay = Math.min(Math.max(Math.ceil(this.#timerAt - performance.now()), 1), LONGEST_DELAY);
    this.#timer = setTimeout(() => this.#look(), delay);
  }

  /** @param again whether it looked before, and the event loop has turned since */
  #look(again: boolean = false): void {
    const overdue = -this.remaining();
    if (overdue < 0) this.#arm();
    else if (overdue > LATE && !again) this.#lookAgain(overdue);
    else this.#onExpire?.(this.expired());
  }

  // One turn of the event loop later, in which what waits in the sockets is read.
  #lookAgain(overdue: number): void {
    if (overdue > ASLEEP && !this.#held) this.#restartQuiet();
    this.#timer = setTimeout(() => this.#look(true), 1);
  }
}

function timeoutError(phase: Exclude<Clock, "limit">, ms: number): HeadraceError {
  const what = phase === "idle" ? `nothing for ${ms} ms` : `not within ${ms} ms`;
  return new HeadraceError("timeout", `${names[phase]} timeout: ${what}`, { phase });
}
