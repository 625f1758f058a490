import type { ServerSentEvent } from "./event-stream-parser.ts";

/** Events waiting beyond this hold the transport back. One piece of body is taken whole, however many it has. */
const HIGH_WATER_MARK = 64;

type Result = IteratorResult<ServerSentEvent, undefined>;
interface Waiter {
  /** Kept from being collected while it waits. */
  holder: unknown;
  resolve: (result: Result) => void;
  reject: (reason: unknown) => void;
}

/** From the transport that pushes to the loop that pulls: bounded, in order, the end last. */
export class EventQueue {
  #events: ServerSentEvent[] = [];
  #taken = 0;
  #waiters: Waiter[] = [];
  #end: { reason: unknown } | "done" | undefined;
  #room: { promise: Promise<void>; resolve: () => void } | undefined;

  push(event: ServerSentEvent): void {
    if (this.#waiters.length === 0) this.#events.push(event);
    else this.#waiters.shift()?.resolve({ value: event, done: false });
  }

  /** A promise while the queue is full: one for all that wait, settled when it has been emptied. */
  room(): Promise<void> | undefined {
    if (this.#events.length - this.#taken < HIGH_WATER_MARK) return undefined;
    if (!this.#room) {
      let resolve = (): void => {};
      const promise = new Promise<void>((done) => (resolve = done));
      this.#room = { promise, resolve };
    }
    return this.#room.promise;
  }

  /** What is queued is still taken, then the end: in good order, or with `reason`. The first end holds. */
  end(failure?: { reason: unknown }): void {
    this.#end ??= failure ?? "done";
    if (this.#waiters.length === 0) return;
    const [first, ...rest] = this.#waiters.splice(0);
    if (this.#end === "done") first?.resolve(done);
    else first?.reject(this.#end.reason);
    this.#end = "done";
    for (const waiter of rest) waiter.resolve(done);
  }

  get isEmpty(): boolean {
    return this.#events.length === this.#taken;
  }

  /** Drops what is queued, if anything is, and ends with `reason` instead. Returns whether anything was. */
  fail(reason: unknown): boolean {
    const dropped = this.clear();
    if (dropped) this.#end = { reason };
    return dropped;
  }

  /** Nothing more is taken: what is queued is dropped. Returns whether anything was. */
  clear(): boolean {
    const dropped = !this.isEmpty;
    this.#events = [];
    this.#taken = 0;
    this.#makeRoom();
    return dropped;
  }

  /** The first of the events that wait, if one does. */
  take(): ServerSentEvent | undefined {
    const event = this.#events[this.#taken];
    if (!event) return undefined;
    this.#taken++;
    if (this.#taken === this.#events.length) this.clear();
    else if (this.#taken >= HIGH_WATER_MARK) this.#forgetTaken();
    return event;
  }

  /** @param holder kept alive until the promise settles */
  next(holder?: unknown): Promise<Result> {
    const event = this.take();
    if (event) return Promise.resolve({ value: event, done: false });
    if (this.#end === undefined)
      return new Promise((resolve, reject) => this.#waiters.push({ holder, resolve, reject }));
    const end = this.#end;
    this.#end = "done";
    return end === "done" ? Promise.resolve(done) : Promise.reject(end.reason);
  }

  // A queue that is never empty must not keep what was taken; moving at most as many as were taken is linear.
  #forgetTaken(): void {
    if (this.#taken * 2 < this.#events.length) return;
    this.#events = this.#events.slice(this.#taken);
    this.#taken = 0;
  }

  #makeRoom(): void {
    this.#room?.resolve();
    this.#room = undefined;
  }
}

const done: Result = { value: undefined, done: true };
