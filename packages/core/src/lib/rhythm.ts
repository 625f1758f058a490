/** The least limit and the least time of listening, in ms, and how many intervals make a rhythm. */
const FLOOR = 15_000;
const INTERVALS = 3;

/** The longest interval that a stream has had, and what limit follows from it. */
export class Rhythm {
  #since: number | undefined;
  #last = 0;
  #longest = 0;
  #intervals = 0;

  /** Listening begins, or goes on after a pause that was not the stream's. */
  listen(): void {
    this.#last = performance.now();
    this.#since ??= this.#last;
  }

  heard(): void {
    const now = performance.now();
    const interval = now - this.#last;
    this.#last = now;
    this.#longest = Math.max(this.#longest, interval);
    if (interval >= 1) this.#intervals++; // What comes in one burst has no rhythm.
  }

  /** In ms; undefined while there is no rhythm yet. */
  get limit(): number | undefined {
    const heardLongEnough = this.#since !== undefined && this.#last - this.#since >= FLOOR;
    return heardLongEnough && this.#intervals >= INTERVALS ? Math.max(FLOOR, 3 * this.#longest) : undefined;
  }
}
