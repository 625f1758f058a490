/** Ends an exchange early and in good order: thrown in the sink, or the reason of an abort. */
export const END: unique symbol = Symbol("ended by the reader");

/** Carries what a user's callback threw past everything that would take it for an error of ours. */
export class Thrown {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

/** Calls a user's callback so that what it throws comes out as it is. */
export function callUser<A extends unknown[], R>(callback: (...args: A) => R, ...args: A): R {
  try {
    return callback(...args);
  } catch (value) {
    throw new Thrown(value);
  }
}
