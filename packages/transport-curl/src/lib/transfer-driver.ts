import type { Transfer } from "./transfer.ts";

/** What drives a transfer: the thread's loop, or a blocking call. */
export interface TransferDriver {
  readonly blocking: boolean;
  run(command: () => void): void;
  add(easy: bigint): void;
  remove(easy: bigint): void;
  resume(easy: bigint): void;
  /** An exchange has ended, and its connection is idle. */
  idle(socket: number): void;
  /** Something waits to be delivered: `turn` is to be called, in a macrotask of its own. */
  schedule(transfer: Transfer): void;
  /** An exchange that had been added is over. */
  settled(): void;
}
