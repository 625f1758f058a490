import { HeadraceError } from "../headrace-error.ts";

const lookEvery = 5000;
/** Wall time that the monotonic clock did not see: it stands still while a machine is suspended. */
const unseen = 5000;
/** Where the monotonic clock runs on, a timer this late says the same, but for a throttled page. */
const lateness = 30_000;

/**
 * Notices, within 5 s of waking, that the machine was asleep: what connections it had are gone or will be, and
 * nothing says so. Keeps neither the process nor the target alive.
 */
export class SleepWatch<T extends object> {
  /** Set once the machine has slept. */
  cause: HeadraceError | undefined;
  readonly #target: WeakRef<T>;
  readonly #onWake: (target: T) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #wall: number = Date.now();
  #monotonic: number = performance.now();

  /** @param target what `onWake` is called with; once it is collected there is nothing to watch for */
  constructor(target: T, onWake: (target: T) => void) {
    this.#target = new WeakRef(target);
    this.#onWake = onWake;
    this.#timer = setInterval(() => this.#look(), lookEvery);
    (this.#timer as { unref?: () => void }).unref?.();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    const wallPassed = Date.now() - this.#wall;
    const passed = performance.now() - this.#monotonic;
    this.#wall += wallPassed;
    this.#monotonic += passed;
    const awake = this.#target.deref();
    if (!awake) return this.stop();
    const isPage = "document" in globalThis;
    if (wallPassed - passed < unseen && (isPage || passed < lookEvery + lateness)) return;
    this.stop();
    this.cause = new HeadraceError("timeout", "the machine was asleep: the connection is made anew", { phase: "idle" });
    this.#onWake(awake);
  }
}
