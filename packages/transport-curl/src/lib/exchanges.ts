import { TransportError } from "@headrace/core/transport";
import type { ConnectionPool } from "./connection-pool.ts";
import type { Delivery } from "./delivery.ts";
import { Transfer, type TransferInit } from "./transfer.ts";

/** How an exchange ended: `undefined` for a proven end. */
type Outcome = Delivery["failure"];

/** The exchanges in flight of one transport, and its closing. */
export class Exchanges {
  readonly #pool: ConnectionPool;
  readonly #inFlight = new Set<Transfer>();
  #closing: Promise<unknown> | undefined;
  /** Resolves `closing` once nothing is in flight. */
  #emptied: () => void = () => {};

  constructor(pool: ConnectionPool) {
    this.#pool = pool;
  }

  /**
   * Starts an exchange and follows its signal.
   *
   * @throws `closed`, `signal.reason`, or what is wrong with the request, with nothing sent
   */
  open(init: Omit<TransferInit, "pool" | "settled">, settled: (outcome: Outcome) => void): Transfer {
    const { signal } = init.request;
    if (this.#closing) throw closedError();
    if (signal.aborted) throw signal.reason;
    const abort = (): void => transfer.delivery.fail(signal.reason);
    const transfer: Transfer = new Transfer({
      ...init,
      pool: this.#pool,
      settled: () => {
        signal.removeEventListener("abort", abort);
        this.#inFlight.delete(transfer);
        settled(transfer.delivery.failure);
        if (this.#inFlight.size === 0) this.#emptied();
      },
    });
    transfer.start();
    this.#inFlight.add(transfer);
    signal.addEventListener("abort", abort);
    return transfer;
  }

  /** See `Transport.close`. */
  async close(force: boolean): Promise<void> {
    const emptied = (): Promise<void> => new Promise((resolve) => (this.#emptied = resolve));
    this.#closing ??= Promise.all([emptied(), this.#pool.close()]);
    if (force) for (const transfer of this.#inFlight) transfer.delivery.fail(closedError());
    if (this.#inFlight.size === 0) this.#emptied();
    await this.#closing;
  }
}

function closedError(): Error {
  return new TransportError("closed", "the transport was closed");
}
