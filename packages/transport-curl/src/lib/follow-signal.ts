import type { Delivery } from "./delivery.ts";

/**
 * Has the exchange end when the signal is aborted. Were the transfer itself the listener, it would outlive the next
 * garbage collections of the young generation (Node 26), and that grow to 64 MiB.
 *
 * @returns what stops that
 */
export function followSignal(signal: AbortSignal, delivery: Delivery): () => void {
  const abort = (): void => delivery.fail(signal.reason);
  signal.addEventListener("abort", abort);
  return () => signal.removeEventListener("abort", abort);
}
