import { isMainThread } from "node:worker_threads";
import { TransportError } from "@headrace/core/transport";
import { ByteArena } from "./byte-arena.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Option } from "./curl-constants.ts";
import { createMultiLoop } from "./create-multi-loop.ts";
import type { Libcurl } from "./libcurl.ts";
import { LoopDriver } from "./loop-driver.ts";
import type { MultiLoop } from "./multi-loop.ts";
import type { Setopt } from "./setopt.ts";
import type { TransferDriver } from "./transfer-driver.ts";
import type { Transfer } from "./transfer.ts";
import { WriteBuffer } from "./write-buffer.ts";

/** `CURLOPT_PREREQFUNCTION` came with 7.80. */
const preRequestSince = 0x075000;

/**
 * What all transports of a thread share: one callback of each kind, told by a number whose it is, the
 * memory that bodies arrive in, and one multi handle. Made once for each libcurl, at the first exchange.
 */
export class CurlThread {
  static readonly #threads = new Map<Libcurl, CurlThread>();

  readonly curl: Libcurl;
  readonly arena: ByteArena;
  /** Whether libcurl says when a request goes out, and lets it be stopped. */
  readonly knowsAttempts: boolean;
  readonly #onBody: bigint;
  readonly #onHeader: bigint;
  readonly #onPreRequest: bigint;
  readonly #transfers = new Map<number, Transfer>();
  readonly #easies = new Map<bigint, Transfer>();
  #lastId = 0;
  #writeBuffer: WriteBuffer | undefined;
  #driver: TransferDriver | undefined;
  #loop: MultiLoop | undefined;

  private constructor(curl: Libcurl) {
    this.curl = curl;
    this.arena = new ByteArena(curl);
    this.knowsAttempts = curl.versionNumber >= preRequestSince;
    this.#onBody = curl.registerData(
      (address, size, count, id) => this.#transfers.get(id)?.onBody(address, size * count) ?? 0,
    );
    this.#onHeader = curl.registerData(
      (address, size, count, id) => this.#transfers.get(id)?.onHeader(address, size * count) ?? 0,
    );
    this.#onPreRequest = curl.registerPreRequest(
      (id, localPort) => this.#transfers.get(id)?.onPreRequest(localPort) ?? 1,
    );
    if (!isMainThread) process.once("exit", () => this.#dispose());
  }

  /** The thread's own for `curl`. */
  static of(curl: Libcurl): CurlThread {
    const found = this.#threads.get(curl) ?? new CurlThread(curl);
    this.#threads.set(curl, found);
    return found;
  }

  /** @returns the number that callbacks know the transfer by */
  register(transfer: Transfer): number {
    this.#transfers.set(++this.#lastId, transfer);
    return this.#lastId;
  }

  unregister({ id }: Transfer): void {
    this.#transfers.delete(id);
  }

  setCallbacks({ curl, easy }: Setopt, id: number): void {
    this.setWriteFunction(easy, id);
    curl.setPointer(easy, Option.headerFunction, this.#onHeader);
    curl.setId(easy, Option.headerData, id);
    if (this.knowsAttempts) {
      curl.setPointer(easy, Option.preReqFunction, this.#onPreRequest);
      curl.setId(easy, Option.preReqData, id);
    }
    const transfer = this.#transfers.get(id);
    if (transfer) this.#easies.set(easy, transfer);
  }

  /** Has libcurl call back for each piece of body. */
  setWriteFunction(easy: bigint, id: number): void {
    this.curl.setPointer(easy, Option.writeFunction, this.#onBody);
    this.curl.setId(easy, Option.writeData, id);
  }

  /** The easy handle is about to be freed. */
  forget(easy: bigint): void {
    const transfer = this.#easies.get(easy);
    if (transfer) this.#writeBuffer?.takeBack(transfer);
    this.#easies.delete(easy);
  }

  /** Makes the buffer that is lent, where that is possible. Not from inside libcurl: it overflows koffi's stack. */
  prepareBuffer(): void {
    if (this.curl.stdio !== undefined) this.#writeBuffer ??= new WriteBuffer(this.curl, this.curl.stdio);
  }

  /** Has libcurl write what follows of a body to memory, if there is a buffer. */
  lendBuffer(transfer: Transfer): void {
    this.#writeBuffer?.lend(transfer);
  }

  /** libcurl has been left. */
  written(): void {
    this.#writeBuffer?.collect();
  }

  /** Tells the transfer of an easy handle that it has ended. */
  done(easy: bigint, code: number): void {
    this.#easies.get(easy)?.onDone(code);
  }

  /** What drives the asynchronous transfers of this thread. */
  get driver(): TransferDriver {
    return (this.#driver ??= this.#createDriver());
  }

  #createDriver(): TransferDriver {
    const driver: LoopDriver = new LoopDriver((arrived) => {
      return createMultiLoop({
        curl: this.curl,
        done: (easy, code) => this.done(easy, code),
        written: () => this.written(),
        arrived,
      });
    });
    this.#loop = driver.loop;
    return driver;
  }

  /** What a worker thread that ends would leave to the process: open sockets, and callbacks, of which koffi has 8192. */
  #dispose(): void {
    const ended = new TransportError("closed", "the thread has ended");
    for (const transfer of this.#transfers.values()) transfer.delivery.fail(ended);
    this.#loop?.dispose();
    this.#writeBuffer?.dispose();
    ConnectionPool.freeIdle();
    for (const callback of [this.#onBody, this.#onHeader, this.#onPreRequest]) this.curl.koffi.unregister(callback);
  }
}
