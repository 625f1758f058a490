import type { CurlThread } from "./curl-thread.ts";
import { createMulti, drainMessages } from "./multi-loop.ts";
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

  constructor(thread: CurlThread) {
    this.#thread = thread;
    this.#multi = createMulti(thread.curl);
  }

  run(command: () => void): void {
    command();
  }

  add(easy: bigint): void {
    this.#thread.curl.multiAdd(this.#multi, easy);
  }

  remove(easy: bigint): void {
    this.#thread.curl.multiRemove(this.#multi, easy);
  }

  resume(easy: bigint): void {
    this.#thread.curl.easyPause(easy, 0);
  }

  schedule(): void {}
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
        return Math.max(0, Math.min(nextWait(), longestWait));
      } catch (error) {
        delivery.fail(error);
        return 0;
      }
    };
    while (!delivery.over) {
      curl.multiPerform(this.#multi);
      drainMessages(this.#multi, { curl, done: (easy, code) => this.#thread.done(easy, code) });
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
