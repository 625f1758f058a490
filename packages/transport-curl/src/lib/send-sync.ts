import { TransportError } from "@headrace/core/transport";
import type { CurlThread } from "./curl-thread.ts";
import { addTransfer, createMulti, drainMessages, type Messages } from "./multi-loop.ts";
import type { TransferDriver } from "./transfer-driver.ts";
import type { Transfer } from "./transfer.ts";

const longestWait = 1000;

/**
 * Drives one exchange in the calling thread, on a multi handle of its own: `curl_multi_perform`, then the
 * sink, then `curl_multi_poll`. Nothing else of the thread runs meanwhile.
 */
export class BlockingDriver implements TransferDriver {
  readonly blocking = true;
  readonly #thread: CurlThread;
  readonly #multi: bigint;
  readonly #init: Messages;

  constructor(thread: CurlThread) {
    this.#thread = thread;
    this.#multi = createMulti(thread.curl);
    this.#init = { curl: thread.curl, done: (easy, code) => thread.done(easy, code) };
  }

  run(command: () => void): void {
    command();
  }

  add(easy: bigint): void {
    addTransfer(this.#multi, easy, this.#init);
  }

  remove(easy: bigint): void {
    this.#thread.curl.multiRemove(this.#multi, easy);
  }

  resume(easy: bigint): void {
    this.#thread.curl.easyPause(easy, 0);
  }

  schedule(): void {}
  idle(): void {}
  settled(): void {}

  /**
   * Runs the transfer until it is over.
   *
   * @param nextWait see `Transport.sendSync`: what it throws ends the exchange
   */
  drive(transfer: Transfer, nextWait: () => number): void {
    const { curl } = this.#thread;
    const { delivery } = transfer;
    const wait = (): number => {
      try {
        return clampWait(nextWait());
      } catch (error) {
        delivery.fail(error);
        return 0;
      }
    };
    while (!delivery.over) {
      curl.multiPerform(this.#multi);
      this.#thread.written();
      this.#thread.http2.look();
      drainMessages(this.#multi, this.#init);
      transfer.turn();
      if (delivery.over) return;
      const ms = wait();
      if (delivery.over) return;
      curl.multiPoll(this.#multi, Math.ceil(ms));
      wait();
    }
  }

  dispose(): void {
    this.#thread.curl.multiCleanup(this.#multi);
  }
}

/** @throws `internal` for what is no number: waiting 0 ms for it would spin */
function clampWait(ms: number): number {
  const clamped = Math.max(0, Math.min(ms, longestWait));
  if (Number.isNaN(clamped)) throw new TransportError("internal", "nextWait did not return a number");
  return clamped;
}
