import { TransportError } from "@headrace/core/transport";
import { Transfer, type TransferContext, type TransferInit } from "./transfer.ts";

/** The exchanges of one transport, and its closing. */
export class Exchanges {
  readonly #context: TransferContext;
  #closed = false;

  constructor(context: TransferContext) {
    this.#context = context;
  }

  /**
   * Starts an exchange, which follows its signal.
   *
   * @throws `closed`, `signal.reason`, or what is wrong with the request, with nothing sent
   */
  open(init: TransferInit): Transfer {
    const { signal } = init.request;
    if (this.#closed) throw closedError();
    if (signal.aborted) throw signal.reason;
    const transfer = new Transfer(this.#context, init);
    transfer.start(init.request);
    return transfer;
  }

  /** See `Transport.close`. */
  async close(force: boolean): Promise<void> {
    this.#closed = true;
    const { pool } = this.#context;
    const closed = pool.close();
    if (force) for (const transfer of pool.users()) transfer.delivery.fail(closedError());
    await closed;
  }
}

function closedError(): Error {
  return new TransportError("closed", "the transport was closed");
}
