let last: Promise<void> = Promise.resolve();

/**
 * Runs `work` with these variables in the environment of the process (`undefined`: not set), then puts back
 * what was there. Who calls it meanwhile waits.
 */
export async function withEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  work: () => Promise<void>,
): Promise<void> {
  const before = last;
  let over = (): void => {};
  last = new Promise<void>((resolve) => (over = resolve));
  await before;
  const saved = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]));
  try {
    set(variables);
    await work();
  } finally {
    set(saved);
    over();
  }
}

/** Takes away before it sets: on Windows `http_proxy` and `HTTP_PROXY` are one variable. */
function set(variables: Readonly<Record<string, string | undefined>>): void {
  for (const name of Object.keys(variables)) delete process.env[name];
  for (const [name, value] of Object.entries(variables)) if (value !== undefined) process.env[name] = value;
}
