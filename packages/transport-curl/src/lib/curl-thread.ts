import { setImmediate } from "node:timers";
import { isMainThread } from "node:worker_threads";
import { TransportError } from "@headrace/core/transport";
import { ByteArena } from "./byte-arena.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Option } from "./curl-constants.ts";
import { createMultiLoop } from "./create-multi-loop.ts";
import type { Libcurl } from "./libcurl.ts";
import type { MultiLoop } from "./multi-loop.ts";
import type { Setopt } from "./setopt.ts";
import type { TransferDriver } from "./transfer-driver.ts";
import type { Transfer } from "./transfer.ts";

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
    curl.setPointer(easy, Option.writeFunction, this.#onBody);
    curl.setId(easy, Option.writeData, id);
    curl.setPointer(easy, Option.headerFunction, this.#onHeader);
    curl.setId(easy, Option.headerData, id);
    if (this.knowsAttempts) {
      curl.setPointer(easy, Option.preReqFunction, this.#onPreRequest);
      curl.setId(easy, Option.preReqData, id);
    }
    const transfer = this.#transfers.get(id);
    if (transfer) this.#easies.set(easy, transfer);
  }

  /** The easy handle is about to be freed. */
  forget(easy: bigint): void {
    this.#easies.delete(easy);
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
    this.#loop = createMultiLoop({ curl: this.curl, done: (easy, code) => this.done(easy, code) });
    return new LoopDriver(this.#loop);
  }

  /** What a worker thread that ends would leave to the process: open sockets, and callbacks, of which koffi has 8192. */
  #dispose(): void {
    const ended = new TransportError("closed", "the thread has ended");
    for (const transfer of this.#transfers.values()) transfer.delivery.fail(ended);
    this.#loop?.dispose();
    ConnectionPool.freeIdle();
    for (const callback of [this.#onBody, this.#onHeader, this.#onPreRequest]) this.curl.koffi.unregister(callback);
  }
}

/** Delivers in batches, one `setImmediate` each: Node 26 runs no microtasks after a poll callback. */
class LoopDriver implements TransferDriver {
  readonly blocking = false;
  readonly #loop: MultiLoop;
  #scheduled = new Set<Transfer>();

  constructor(loop: MultiLoop) {
    this.#loop = loop;
  }

  run(command: () => void): void {
    this.#loop.run(command);
  }

  add(easy: bigint): void {
    this.#loop.hold();
    this.#loop.add(easy);
  }

  settled(): void {
    this.#loop.release();
  }

  remove(easy: bigint): void {
    this.#loop.remove(easy);
  }

  resume(easy: bigint): void {
    this.#loop.resume(easy);
  }

  schedule(transfer: Transfer): void {
    if (this.#scheduled.size === 0) setImmediate(() => this.#flush());
    this.#scheduled.add(transfer);
  }

  #flush(): void {
    const transfers = this.#scheduled;
    this.#scheduled = new Set();
    for (const transfer of transfers) transfer.turn();
  }
}
