import { TransportError } from "@headrace/core/transport";

/** A look-up's answer, the refusal of a first address, and a connection are there to be read one after another. */
const TURNS = 3;

/**
 * Stops an exchange with `timeout` after so many ms; 0 is never (contract 8).
 *
 * When the event loop was busy, its timers come before what has arrived meanwhile is read. So the loop turns, which
 * takes no time where nothing has come, before the clock decides.
 *
 * @returns stops the clock
 */
export function startConnectClock(ms: number, stop: AbortController): () => void {
  if (ms === 0) return () => {};
  let turn: NodeJS.Immediate | undefined;
  const timeOut = (turns: number): void => {
    if (turns > 0) turn = setImmediate(timeOut, turns - 1);
    else stop.abort(new TransportError("timeout", `no connection within ${ms} ms`, { phase: "connect" }));
  };
  // Node would fire a delay above 2^31-1 ms at once.
  const timer = setTimeout(timeOut, Math.min(ms, 2 ** 31 - 1), TURNS);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
