import { macrotask } from "./macrotask.ts";
import { TransportError } from "./transport-error.ts";

/** More would fire at once. */
const maxDelay = 2 ** 31 - 1;

/** A look-up's answer, the refusal of a first address, and a connection are there to be read one after another. */
const turns = 3;

/**
 * Calls `expire` with a `timeout` of phase `connect` after so many ms: the one clock of a transport (contract 8).
 *
 * When the event loop was busy, its timers come before what has arrived meanwhile is read. So the loop turns, which
 * takes no time where nothing has come, before the clock decides.
 *
 * @param ms 0 is never; more than 2^31-1 is kept as well
 * @param peer what is connected to, for the message: `host:port`
 * @returns stops the clock
 */
export function startConnectClock(ms: number, peer: string, expire: (reason: TransportError) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = ms === 0;
  const decide = (left: number): void => {
    if (stopped) return;
    if (left > 0) void macrotask().then(() => decide(left - 1));
    else
      expire(
        new TransportError("timeout", `connect timeout: no connection to ${peer} within ${ms} ms`, {
          phase: "connect",
        }),
      );
  };
  const wait = (rest: number): void => {
    timer = setTimeout(() => (rest > maxDelay ? wait(rest - maxDelay) : decide(turns)), Math.min(rest, maxDelay));
  };
  if (!stopped) wait(ms);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}
