import { TransportError } from "@headrace/core/transport";
import { Option, writeFunctionPause } from "./curl-constants.ts";
import type { Transfer } from "./transfer.ts";
import type { Writer } from "./write-buffer.ts";

/** What is read ahead of a sink that holds back, before the connection stops being read. */
const highWater = 256 * 1024;
/** So many pieces as small as this, between two deliveries, are better written to memory than called back for. */
const manyPieces = 8;
const smallPiece = 2048;
/** `CURLPAUSE_RECV`. */
const pauseReceiving = 1;

/**
 * A transfer's body on its way from libcurl to the delivery: by a callback for each piece, or by the buffer that is
 * lent. Stops libcurl where the sink holds back.
 */
export class BodyIntake implements Writer {
  /** In bytes. */
  received = 0;
  /** libcurl holds the transfer until it is resumed. */
  paused = false;
  /** What becomes of it. Before the head there must be none. */
  use: "refuse" | "deliver" | "ignore" = "refuse";
  readonly #transfer: Transfer;
  /** Small pieces since the last delivery. */
  #smallPieces = 0;

  constructor(transfer: Transfer) {
    this.#transfer = transfer;
  }

  // From inside libcurl.

  /** The write function. @returns how many bytes it took */
  onBody(address: number, length: number): number {
    const { delivery, isOver, thread } = this.#transfer;
    if (delivery.queued >= highWater && !isOver) {
      this.paused = true;
      return writeFunctionPause;
    }
    const taken = this.#take(address, length);
    if (taken > 0 && length < smallPiece && ++this.#smallPieces === manyPieces) thread.lendBuffer(this);
    return taken;
  }

  writtenAt(address: number, length: number): number {
    const taken = this.#take(address, length);
    if (this.#transfer.delivery.queued >= highWater) this.#pause();
    return taken;
  }

  #take(address: number, length: number): number {
    const transfer = this.#transfer;
    if (transfer.isOver) return 0;
    if (this.use === "ignore" || length === 0) return length;
    try {
      if (this.use === "refuse") throw new TransportError("protocol", "the response has a body before its head");
      this.received += length;
      transfer.delivery.take(address, length);
      transfer.driver.schedule(transfer);
      return length;
    } catch (error) {
      return transfer.refuse(error);
    }
  }

  // Outside libcurl.

  written(bytes: Uint8Array): void {
    const transfer = this.#transfer;
    if (transfer.isOver || transfer.easy === undefined) return;
    this.received += bytes.length;
    transfer.delivery.takeBytes(bytes);
    transfer.driver.schedule(transfer);
    if (transfer.delivery.queued >= highWater) this.#pause();
  }

  /** stdio cannot pause, as `onBody` can. What libcurl has read by now, it keeps. */
  #pause(): void {
    const { easy, thread } = this.#transfer;
    if (easy === undefined || this.paused) return;
    this.paused = true;
    thread.curl.easyPause(easy, pauseReceiving);
  }

  setWriteFile(file: number): void {
    const { easy, thread } = this.#transfer;
    if (easy === undefined) return;
    thread.curl.setPointer(easy, Option.writeFunction, null);
    thread.curl.setId(easy, Option.writeData, file);
  }

  restoreWriteFunction(): void {
    const { easy, thread, id } = this.#transfer;
    if (easy !== undefined) thread.setWriteFunction(easy, id);
  }

  /** What had arrived has been delivered. */
  delivered(): void {
    if (this.#smallPieces >= manyPieces) this.#transfer.thread.prepareBuffer();
    this.#smallPieces = 0;
  }

  /** Lets libcurl go on, where it was held. */
  resume(): void {
    const { easy, driver } = this.#transfer;
    if (!this.paused || easy === undefined) return;
    this.paused = false;
    driver.resume(easy);
  }

  /**
   * Holds the transfer for a moment, if it is not held: over HTTP/2 it then has to update its window, and libcurl sends
   * what else waits on the connection.
   */
  nudge(): void {
    const { easy, thread } = this.#transfer;
    if (easy === undefined || this.paused) return;
    thread.curl.easyPause(easy, pauseReceiving);
    thread.curl.easyPause(easy, 0);
  }
}
