/** The longest delay that `setTimeout` takes: above it, it fires at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Waits, and rejects with `signal.reason` as soon as that is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal.reason as Error);
    };
    const wait = (left: number): ReturnType<typeof setTimeout> =>
      setTimeout(
        () => {
          if (left > LONGEST_DELAY) {
            timer = wait(left - LONGEST_DELAY);
            return;
          }
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
        Math.min(left, LONGEST_DELAY),
      );
    let timer = wait(ms);
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
