import { isMainThread } from "node:worker_threads";
import { TransportError } from "@headrace/core/transport";
import type { BodyIntake } from "./body-intake.ts";
import { ByteArena } from "./byte-arena.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { Option } from "./curl-constants.ts";
import { createMultiLoop } from "./create-multi-loop.ts";
import { ErrorTexts } from "./error-texts.ts";
import { Http2Transfers } from "./http2-transfers.ts";
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
  /** What libcurl says of transfers that failed, by their number. */
  readonly texts: ErrorTexts;
  readonly http2: Http2Transfers;
  /** Whether libcurl says when a request goes out, and lets it be stopped. */
  readonly knowsAttempts: boolean;
  readonly #onBody: bigint;
  readonly #onHeader: bigint;
  readonly #onPreRequest: bigint;
  /** In the main thread: only there sockets are watched that libcurl may close by itself. */
  readonly #onClose: bigint | undefined;
  /** By number, from 1 on. */
  readonly #transfers: (Transfer | undefined)[] = [undefined];
  readonly #freeIds: number[] = [];
  #writeBuffer: WriteBuffer | undefined;
  #driver: TransferDriver | undefined;
  #loop: MultiLoop | undefined;

  private constructor(curl: Libcurl) {
    this.curl = curl;
    this.arena = new ByteArena(curl);
    this.texts = new ErrorTexts(curl);
    this.http2 = new Http2Transfers(this.texts);
    this.knowsAttempts = curl.versionNumber >= preRequestSince;
    this.#onBody = curl.registerData(
      (address, size, count, id) => this.#transfers[id]?.body.onBody(address, size * count) ?? 0,
    );
    this.#onHeader = curl.registerData(
      (address, size, count, id) => this.#transfers[id]?.onHeader(address, size * count) ?? 0,
    );
    this.#onPreRequest = curl.registerPreRequest((id, localPort) => this.#transfers[id]?.onPreRequest(localPort) ?? 1);
    const { closeSocket } = curl;
    if (closeSocket !== undefined && isMainThread)
      this.#onClose = curl.registerCloseSocket((socket) => {
        this.#loop?.sockets?.drop(socket);
        return closeSocket(socket);
      });
    process.once("exit", () => (isMainThread ? this.#loop?.sockets?.dispose() : this.#dispose()));
  }

  /** The thread's own for `curl`. */
  static of(curl: Libcurl): CurlThread {
    const found = this.#threads.get(curl) ?? new CurlThread(curl);
    this.#threads.set(curl, found);
    return found;
  }

  /** @returns the number that callbacks know the transfer by */
  register(transfer: Transfer): number {
    const id = this.#freeIds.pop() ?? this.#transfers.length;
    this.#transfers[id] = transfer;
    return id;
  }

  /** libcurl knows the transfer no more. */
  unregister(transfer: Transfer): void {
    const { id } = transfer;
    this.http2.delete(transfer);
    this.#transfers[id] = undefined;
    this.#freeIds.push(id);
  }

  /** Has libcurl call back, with a number that `setId` gives. */
  setFunctions(setopt: Setopt): void {
    setopt.pointer(Option.writeFunction, this.#onBody);
    setopt.pointer(Option.headerFunction, this.#onHeader);
    if (this.knowsAttempts) setopt.pointer(Option.preReqFunction, this.#onPreRequest);
    if (this.#onClose !== undefined) setopt.pointer(Option.closeSocketFunction, this.#onClose);
  }

  /** Has libcurl call back with the number of a transfer, and say there what is wrong with it. */
  setId({ curl, easy }: Setopt, id: number): void {
    curl.setId(easy, Option.private, id);
    curl.setId(easy, Option.writeData, id);
    curl.setId(easy, Option.headerData, id);
    if (this.knowsAttempts) curl.setId(easy, Option.preReqData, id);
    curl.setId(easy, Option.errorBuffer, this.texts.clear(id));
  }

  /** Has libcurl call back for each piece of body. */
  setWriteFunction(easy: bigint, id: number): void {
    this.curl.setPointer(easy, Option.writeFunction, this.#onBody);
    this.curl.setId(easy, Option.writeData, id);
  }

  /** The easy handle of a transfer is about to be freed. */
  forget({ body }: Transfer): void {
    this.#writeBuffer?.takeBack(body);
  }

  /** Makes the buffer that is lent, where that is possible. Not from inside libcurl: it overflows koffi's stack. */
  prepareBuffer(): void {
    if (this.curl.stdio !== undefined) this.#writeBuffer ??= new WriteBuffer(this.curl, this.curl.stdio);
  }

  /** Has libcurl write what follows of a body to memory, if there is a buffer. */
  lendBuffer(body: BodyIntake): void {
    this.#writeBuffer?.lend(body);
  }

  /** libcurl has been left. */
  written(): void {
    this.#writeBuffer?.collect();
    this.http2.lookSoon();
  }

  /** Tells the transfer of an easy handle that it has ended. */
  done(easy: bigint, code: number): void {
    this.#transfers[this.curl.idOf(easy)]?.onDone(code);
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
    for (const transfer of this.#transfers) transfer?.delivery.fail(ended);
    this.#loop?.dispose();
    this.#writeBuffer?.dispose();
    ConnectionPool.freeIdle();
    for (const callback of [this.#onBody, this.#onHeader, this.#onPreRequest]) this.curl.koffi.unregister(callback);
  }
}
