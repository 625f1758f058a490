/**
 * What a callback or a sink returned, where that is to be waited for. Whatever else it returns is ignored, as
 * `process.stdout.write` returns `false`.
 */
export function promiseOf(returned: unknown): Promise<void> | undefined {
  if (typeof returned !== "object" || returned === null) return undefined;
  return typeof (returned as { then?: unknown }).then === "function"
    ? Promise.resolve(returned as PromiseLike<void>)
    : undefined;
}
