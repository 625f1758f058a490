import { inspect, isDeepStrictEqual } from "node:util";
import { ConformanceError } from "./conformance-error.ts";
import { describeBytes } from "./wire-log.ts";

/** Fails unless the two are the same, deeply; `what` names the thing in the failure. */
export function expectEqual<T>(what: string, received: T, expected: T): void {
  if (isDeepStrictEqual(received, expected)) return;
  throw new ConformanceError(`${what} ${show(expected)}`, show(received));
}

/** Fails unless the value is one of those allowed. */
export function expectOneOf<T>(what: string, received: T, allowed: readonly T[]): void {
  if (allowed.some((candidate) => isDeepStrictEqual(candidate, received))) return;
  throw new ConformanceError(`${what} ${allowed.map(show).join(" or ")}`, show(received));
}

/** Fails unless `holds`. */
export function expectThat(holds: boolean, expected: string, received: unknown): void {
  if (!holds) throw new ConformanceError(expected, show(received));
}

/** Fails unless the bytes are the same. */
export function expectBytes(what: string, received: Uint8Array, expected: Uint8Array): void {
  if (Buffer.compare(received, expected) === 0) return;
  throw new ConformanceError(`${what} ${describeBytes(expected)}`, describeBytes(received));
}

function show(value: unknown): string {
  if (typeof value === "string" && value.length > 300) return `${JSON.stringify(value.slice(0, 300))}…`;
  return inspect(value, { depth: 3, breakLength: Number.POSITIVE_INFINITY, maxStringLength: 300, maxArrayLength: 20 });
}
