import type { Turn } from "./paced-turns.ts";

/** What tells the time, in ms, and lets it pass. */
export interface Clock {
  readonly now: () => number;
  readonly wait: (duration: number) => void;
}

interface Volley {
  readonly interval: number;
  readonly turn: Turn;
  due: number;
}

/** While it waits nothing else is done in this process, so that it does not wait longer at a time. In ms. */
const longestWait = 1;

const cell = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the thread: an event loop's timers are a millisecond late, this is a tenth of one. */
const blocking: Clock = {
  now: () => performance.now(),
  wait: (duration) => void Atomics.wait(cell, 0, 0, duration),
};

/**
 * Gives each who asks turns at a rate of its own, on a schedule. Who got one late gets the next at most half an interval
 * early, and what was missed beyond that is not made up for: two writes at once would be another pace.
 */
export class VolleyTurns {
  readonly #clock: Clock;
  readonly #volleys = new Set<Volley>();

  constructor(clock: Clock = blocking) {
    this.#clock = clock;
  }

  /** `rate` turns a second, the first after one interval. */
  add(rate: number, turn: Turn): void {
    const interval = 1000 / rate;
    this.#volleys.add({ interval, turn, due: this.#clock.now() + interval });
    if (this.#volleys.size === 1) setImmediate(() => this.#giveDue());
  }

  #giveDue(): void {
    for (const volley of this.#volleys) this.#give(volley);
    if (this.#volleys.size === 0) return;
    const next = Math.min(...Array.from(this.#volleys, ({ due }) => due));
    this.#clock.wait(Math.min(longestWait, Math.max(0, next - this.#clock.now())));
    setImmediate(() => this.#giveDue());
  }

  #give(volley: Volley): void {
    if (this.#clock.now() < volley.due) return;
    if (volley.turn()) volley.due = Math.max(volley.due + volley.interval, this.#clock.now() + volley.interval / 2);
    else this.#volleys.delete(volley);
  }
}
