/** A case's leave to run, from `CaseGate`. */
export interface GatePass {
  /** Whether another case has run at the same time. */
  wasAccompanied: boolean;
  /** Says that the case is over. */
  leave(): void;
}

interface Waiting {
  readonly alone: boolean;
  admit(pass: GatePass): void;
}

/** Lets cases run side by side, and those that must be alone, alone. First come, first served: none waits for ever. */
export class CaseGate {
  readonly #inside = new Set<GatePass>();
  readonly #waiting: Waiting[] = [];
  #isAlone = false;

  /** Resolves when the case may run. */
  enter(alone: boolean): Promise<GatePass> {
    return new Promise((admit) => {
      this.#waiting.push({ alone, admit });
      this.#admitThoseInFront();
    });
  }

  #admitThoseInFront(): void {
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoomFor(next); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#isAlone = next.alone;
      const pass = { wasAccompanied: false, leave: () => this.#leave(pass) };
      this.#inside.add(pass);
      if (this.#inside.size > 1) for (const each of this.#inside) each.wasAccompanied = true;
      next.admit(pass);
    }
  }

  #hasRoomFor({ alone }: Waiting): boolean {
    return this.#inside.size === 0 || !(alone || this.#isAlone);
  }

  #leave(pass: GatePass): void {
    this.#inside.delete(pass);
    this.#admitThoseInFront();
  }
}
