import { setImmediate } from "node:timers";
import { isNotHttp2 } from "./codes.ts";
import type { ErrorTexts } from "./error-texts.ts";
import type { Transfer } from "./transfer.ts";

/**
 * The transfers of a thread that may run over HTTP/2.
 *
 * Where a server's frames are none nghttp2 gives the connection up. libcurl 8 says so to the server, by GOAWAY, and in
 * the text of a transfer, but it ends none until something more arrives, which may be never (like curl/curl#16535). So
 * it is made to look at them.
 */
export class Http2Transfers {
  readonly #texts: ErrorTexts;
  readonly #transfers = new Set<Transfer>();
  #isScheduled = false;

  constructor(texts: ErrorTexts) {
    this.#texts = texts;
  }

  add(transfer: Transfer): void {
    this.#transfers.add(transfer);
  }

  delete(transfer: Transfer): void {
    this.#transfers.delete(transfer);
  }

  /** Looks in a macrotask that follows, if there are any: once, however often libcurl has been called until then. */
  lookSoon(): void {
    if (this.#isScheduled || this.#transfers.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.look();
    });
  }

  /** Has libcurl look at what it has given up. */
  look(): void {
    for (const transfer of this.#transfers) {
      const { id, driver } = transfer;
      if (!this.#texts.has(id) || !isNotHttp2(this.#texts.read(id))) continue;
      this.#transfers.delete(transfer);
      driver.run(() => transfer.nudgeShare());
    }
  }
}
