import { setImmediate } from "node:timers";
import type { MultiLoop } from "./multi-loop.ts";
import type { TransferDriver } from "./transfer-driver.ts";
import type { Transfer } from "./transfer.ts";

/**
 * Delivers when libcurl has read a socket, and at the latest in a macrotask that follows. That one comes in any
 * case: Node 26 runs no microtasks after a poll callback.
 */
export class LoopDriver implements TransferDriver {
  readonly blocking = false;
  readonly loop: MultiLoop;
  readonly #scheduled: Transfer[] = [];
  #isScheduled = false;
  #delivering = false;

  constructor(createLoop: (arrived: () => void) => MultiLoop) {
    this.loop = createLoop(() => this.#deliver());
  }

  run(command: () => void): void {
    this.loop.run(command);
  }

  add(easy: bigint): void {
    this.loop.hold();
    this.loop.add(easy);
  }

  settled(): void {
    this.loop.release();
  }

  remove(easy: bigint): void {
    this.loop.remove(easy);
  }

  resume(easy: bigint): void {
    this.loop.resume(easy);
  }

  idle(socket: number): void {
    this.loop.sockets?.keep(socket);
  }

  schedule(transfer: Transfer): void {
    if (!transfer.isScheduled) this.#scheduled.push(transfer);
    transfer.isScheduled = true;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#deliver();
    });
  }

  #deliver(): void {
    if (this.#delivering) return;
    this.#delivering = true;
    let turns = 0;
    try {
      // Transfers that are scheduled meanwhile have theirs, too.
      for (const transfer of this.#scheduled) {
        turns++;
        transfer.isScheduled = false;
        transfer.turn();
      }
    } finally {
      this.#scheduled.splice(0, turns);
      this.#delivering = false;
    }
  }
}
