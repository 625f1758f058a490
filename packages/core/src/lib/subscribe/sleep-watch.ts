import { HeadraceError } from "../headrace-error.ts";

const lookEvery = 5000;
/** Wall time that the monotonic clock did not see: it stands still while a machine is suspended. */
const unseen = 5000;
/** Where the monotonic clock runs on, a timer this late says the same, but for a throttled page. */
const lateness = 30_000;

/** All that watch: one timer is enough, while there are any. */
const watches = /* @__PURE__ */ new Set<SleepWatch>();
let timer: ReturnType<typeof setInterval> | undefined;
/** Both clocks, as they were looked at last. */
let wall = 0;
let monotonic = 0;

/**
 * Notices, within 5 s of waking, that the machine was asleep: what connections it had are gone or will be, and
 * nothing says so. Keeps neither the process nor the sleeper alive.
 */
export class SleepWatch {
  /** Set once the machine has slept. */
  cause: HeadraceError | undefined;
  readonly #sleeper: WeakRef<{ end(): void }>;

  /** @param sleeper ended when the machine has slept; once it is collected there is nothing to watch for */
  constructor(sleeper: { end(): void }) {
    this.#sleeper = new WeakRef(sleeper);
    if (hasSlept()) lookAll(true); // Before this one came.
    watches.add(this);
    timer ??= start();
  }

  stop(): void {
    watches.delete(this);
    if (watches.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  }

  /** Ends the sleeper if the machine has slept, and itself where there is none any more. */
  look(slept: boolean): void {
    const sleeper = this.#sleeper.deref();
    if (sleeper && !slept) return;
    this.stop();
    this.cause = new HeadraceError("timeout", "the machine was asleep: the connection is made anew", { phase: "idle" });
    sleeper?.end();
  }
}

function start(): ReturnType<typeof setInterval> {
  const started = setInterval(() => lookAll(hasSlept()), lookEvery);
  (started as { unref?: () => void }).unref?.();
  return started;
}

function lookAll(slept: boolean): void {
  for (const watch of watches) watch.look(slept);
}

/** Since this was asked before. */
function hasSlept(): boolean {
  const wallPassed = Date.now() - wall;
  const passed = performance.now() - monotonic;
  wall += wallPassed;
  monotonic += passed;
  return wallPassed - passed >= unseen || (!("document" in globalThis) && passed >= lookEvery + lateness);
}
