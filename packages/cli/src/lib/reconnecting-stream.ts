import { type EventStreamInit, type Reconnection, type ServerSentEvent, subscribe } from "@headrace/core";

/** One response's options, and what becomes of each event: as `forEachEvent` takes them. */
export interface ReconnectingInit extends EventStreamInit {
  signal: AbortSignal;
  onEvent(event: ServerSentEvent, stop: () => void): Promise<void> | undefined;
}

/**
 * `forEachEvent` over as many connections as it takes: `attempts` is how many in a row may bring no event.
 *
 * @throws as `subscribe` does
 */
export async function streamReconnecting(
  url: string,
  { attempts, onEvent, ...init }: ReconnectingInit,
  onRetry: (reconnection: Reconnection) => void,
): Promise<void> {
  let stopped = false;
  const stop = (): void => void (stopped = true);
  for await (const event of subscribe(url, { ...init, retry: { maxAttempts: attempts }, onRetry })) {
    const pending = onEvent(event, stop);
    if (pending) await unlessAborted(pending, init.signal);
    if (stopped) break;
  }
}

/** Waits for `pending`, but not when the call is over: output that nobody reads never settles. */
function unlessAborted(pending: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
    const settled = (): void => signal.removeEventListener("abort", onAbort);
    void pending.then(resolve, reject).finally(settled);
  });
}
