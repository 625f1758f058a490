/** What is waited for, unless the signal is aborted first: then it rejects with the reason. Values pass at once. */
export async function untilAborted<T>(awaited: T | PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const abort = (): void => reject(signal.reason as Error);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true, signal: settled.signal });
  });
  try {
    return await Promise.race([awaited, aborted]);
  } finally {
    settled.abort();
  }
}
