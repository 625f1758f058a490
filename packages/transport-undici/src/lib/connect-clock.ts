import { clearImmediate, setImmediate } from "node:timers";
import { TransportError } from "@headrace/core/transport";

/** More would fire at once. */
const MAX_DELAY = 2 ** 31 - 1;

/** A look-up's answer, the refusal of a first address, and a connection are there to be read one after another. */
const TURNS = 3;

/**
 * Calls `expire` with `timeout` after so many ms; 0 is never (contract 8).
 *
 * When the event loop was busy, its timers come before what has arrived meanwhile is read. So the loop turns, which
 * takes no time where nothing has come, before the clock decides.
 *
 * @returns stops the clock
 */
export function startConnectClock(
  ms: number,
  { host, port }: { readonly host: string; readonly port: number },
  expire: (reason: TransportError) => void,
): () => void {
  let timer: NodeJS.Timeout | undefined;
  let turn: NodeJS.Immediate | undefined;
  const message = `connect timeout: no connection to ${host}:${port} within ${ms} ms`;
  const timeOut = (turns: number): void => {
    if (turns > 0) turn = setImmediate(timeOut, turns - 1);
    else expire(new TransportError("timeout", message, { phase: "connect" }));
  };
  const wait = (rest: number): void => {
    timer = setTimeout(() => (rest > MAX_DELAY ? wait(rest - MAX_DELAY) : timeOut(TURNS)), Math.min(rest, MAX_DELAY));
  };
  if (ms > 0) wait(ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(turn);
  };
}
