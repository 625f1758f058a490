/** A promise that a case opens when it wants what waits for it to go on. */
export interface Gate {
  readonly opened: Promise<void>;
  open(): void;
  fail(error: unknown): void;
}

/** Makes a closed gate. */
export function createGate(): Gate {
  let open = (): void => {};
  let fail = (_error: unknown): void => {};
  const opened = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  opened.catch(() => {});
  return { opened, open: () => open(), fail: (error) => fail(error) };
}
