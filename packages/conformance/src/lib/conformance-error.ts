/** Why a case failed: what was expected and what came, then, once the case has ended, its wire log. */
export class ConformanceError extends Error {
  readonly expected: string;
  readonly received: string;

  constructor(expected: string, received: string, options?: { cause?: unknown }) {
    super(`expected: ${expected}\n  received: ${received}`, options);
    this.name = "ConformanceError";
    this.expected = expected;
    this.received = received;
  }
}
