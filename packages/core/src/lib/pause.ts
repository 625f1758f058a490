import type { CallController } from "./call-controller.ts";

/** The longest delay that `setTimeout` takes: above it, it fires at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** Waits, and rejects with the reason as soon as the call is aborted. */
export function pause(ms: number, call: CallController): Promise<void> {
  return new Promise((resolve, reject) => {
    if (call.aborted) return reject(call.reason);
    const wait = (left: number): ReturnType<typeof setTimeout> =>
      setTimeout(
        () => {
          if (left > LONGEST_DELAY) {
            timer = wait(left - LONGEST_DELAY);
            return;
          }
          call.onAbort = undefined;
          resolve();
        },
        Math.min(left, LONGEST_DELAY),
      );
    let timer = wait(ms);
    call.onAbort = (reason) => {
      clearTimeout(timer);
      reject(reason);
    };
  });
}
