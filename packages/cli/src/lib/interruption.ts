/** Why a call was aborted by a signal of the system. */
export class Interruption {
  /** 130 for SIGINT, 143 for SIGTERM. */
  readonly exitCode: number;
  constructor(exitCode: number) {
    this.exitCode = exitCode;
  }
}

/** Aborts `controller` with an `Interruption` on Ctrl-C and SIGTERM; a second one ends the process. Returns how to stop listening. */
export function abortOnSignals(controller: AbortController): () => void {
  const listeners = (
    [
      ["SIGINT", 130],
      ["SIGTERM", 143],
    ] as const
  ).map(([name, exitCode]) => {
    const listener = (): void => {
      if (controller.signal.aborted) process.exit(exitCode);
      controller.abort(new Interruption(exitCode));
    };
    process.on(name, listener);
    return () => void process.off(name, listener);
  });
  return () => listeners.forEach((stop) => stop());
}
