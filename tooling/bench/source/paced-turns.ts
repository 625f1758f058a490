/** Something that has writes left: writes one; false when that was the last. */
export type Turn = () => boolean;

/** Gives turns at a rate, in total, to all who ask: a timer each millisecond, which makes up for what it missed. */
export class PacedTurns {
  readonly #rate: number;
  readonly #waiting: Turn[] = [];
  #timer: NodeJS.Timeout | undefined;
  #started = 0;
  #given = 0;

  /** `rate` turns a second. */
  constructor(rate: number) {
    this.#rate = rate;
  }

  add(turn: Turn): void {
    this.#waiting.push(turn);
    if (this.#timer !== undefined) return;
    this.#started = performance.now();
    this.#given = 0;
    this.#timer = setInterval(() => this.#giveDue(), 1);
  }

  #giveDue(): void {
    const due = Math.floor(((performance.now() - this.#started) * this.#rate) / 1000);
    const count = due - this.#given;
    this.#given = due;
    const round = this.#waiting.splice(0, count);
    for (let given = 0; given < count && round.length > 0; given += 1) {
      const turn = round.shift();
      if (turn?.()) round.push(turn);
    }
    this.#waiting.push(...round);
    if (this.#waiting.length > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
