import { HeadraceError } from "../headrace-error.ts";

const lookEvery = 5000;
/** Wall time that the monotonic clock did not see: it stands still while a machine is suspended. */
const unseen = 5000;
/** Where the monotonic clock runs on, a timer this late says the same, but for a throttled page. */
const lateness = 30_000;

/** A watch over the machine's sleep. */
export interface SleepWatch {
  /** Set once the machine has slept. */
  readonly cause: HeadraceError | undefined;
  stop(): void;
}

/**
 * Notices, within 5 s of waking, that the machine was asleep: what connections it had are gone or will be, and
 * nothing says so. Keeps neither the process nor the target alive.
 *
 * @param target what `onWake` is called with; once it is collected there is nothing to watch for
 */
export function watchForSleep<T extends object>(target: T, onWake: (target: T) => void): SleepWatch {
  const weak = new WeakRef(target);
  let cause: HeadraceError | undefined;
  let [wall, monotonic] = [Date.now(), performance.now()];
  const look = (): void => {
    const [wallPassed, passed] = [Date.now() - wall, performance.now() - monotonic];
    [wall, monotonic] = [wall + wallPassed, monotonic + passed];
    const awake = weak.deref();
    if (!awake) return stop();
    const isPage = "document" in globalThis;
    if (wallPassed - passed < unseen && (isPage || passed < lookEvery + lateness)) return;
    stop();
    cause = new HeadraceError("timeout", "the machine was asleep: the connection is made anew", { phase: "idle" });
    onWake(awake);
  };
  const timer: unknown = setInterval(look, lookEvery);
  const stop = (): void => clearInterval(timer as ReturnType<typeof setInterval>);
  (timer as { unref?: () => void }).unref?.();
  return {
    get cause() {
      return cause;
    },
    stop,
  };
}
