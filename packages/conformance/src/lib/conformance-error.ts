/**
 * How a failure was found. `observed`: by something that came, or by what had not come when something later had.
 * `waited`: nothing came, and a wait ran out; a busy machine looks the same for a while.
 */
export type FoundBy = "observed" | "waited";

/** Why a case failed: what was expected and what came, then, once the case has ended, its wire log. */
export class ConformanceError extends Error {
  readonly expected: string;
  readonly received: string;
  readonly how: FoundBy;

  /** @param how default `observed` */
  constructor(expected: string, received: string, options: { cause?: unknown; how?: FoundBy } = {}) {
    super(`expected: ${expected}\n  received: ${received}`, "cause" in options ? { cause: options.cause } : {});
    this.name = "ConformanceError";
    this.expected = expected;
    this.received = received;
    this.how = options.how ?? "observed";
  }
}
