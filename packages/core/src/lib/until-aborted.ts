import type { CallController } from "./call-controller.ts";

/** What is waited for, unless the call is aborted first: then it rejects with the reason. */
export async function untilAborted<T>(awaited: T | PromiseLike<T>, call: CallController): Promise<T> {
  if (call.aborted) throw call.reason;
  const aborted = new Promise<never>((_, reject) => (call.onAbort = reject));
  try {
    return await Promise.race([awaited, aborted]);
  } finally {
    call.onAbort = undefined;
  }
}
