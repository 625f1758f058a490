import { performance } from "node:perf_hooks";
import { type ProxyServer, TransportError, type ResponseSink, type TransportRequest } from "@headrace/core/transport";
import { errorOfCurlFailure, scrub, type CurlFailure } from "./codes.ts";
import type { ConnectionPool, ConnectionShare } from "./connection-pool.ts";
import { Info, Option, writeFunctionPause } from "./curl-constants.ts";
import type { CurlThread } from "./curl-thread.ts";
import { Delivery, type DeliveryOwner, type Ending } from "./delivery.ts";
import { isAnsweredEarly } from "./early-answer.ts";
import { allowReuse, type NetworkSettings } from "./network-options.ts";
import { prepareRequest, type RequestLists } from "./prepare-request.ts";
import { RequestAttempts } from "./request-attempts.ts";
import { ResponseHeadReader } from "./response-head.ts";
import { createEasy } from "./setopt.ts";
import type { TransferDriver } from "./transfer-driver.ts";
import type { Writer } from "./write-buffer.ts";

/** What a transfer is made of. */
export interface TransferInit {
  readonly thread: CurlThread;
  readonly driver: TransferDriver;
  readonly pool: ConnectionPool;
  readonly settings: NetworkSettings;
  readonly request: TransportRequest;
  readonly sink: ResponseSink;
  /** Told when the exchange is over; `delivery.failure` says how. */
  readonly settled: (transfer: Transfer) => void;
}

/** What is read ahead of a sink that holds back, before the connection stops being read. */
const highWater = 256 * 1024;
/** So many pieces as small as this, between two deliveries, are better written to memory than called back for. */
const manyPieces = 8;
const smallPiece = 2048;
/** `CURLPAUSE_RECV`. */
const pauseReceiving = 1;
const errorBufferSize = 256;
/** `CURLE_ABORTED_BY_CALLBACK`: of `onPreRequest`. */
const abortedByCallback = 42;

/**
 * One exchange on libcurl: an easy handle, its callbacks, and what they find. Callbacks only note and copy;
 * whatever calls libcurl or the sink happens after they have returned.
 */
export class Transfer implements DeliveryOwner, Writer {
  readonly id: number;
  readonly delivery: Delivery;
  readonly #init: TransferInit;
  readonly #reader: ResponseHeadReader;
  readonly #errorBuffer = Buffer.alloc(errorBufferSize);
  readonly #started = performance.now();
  #easy: bigint | undefined;
  #lists: RequestLists | undefined;
  readonly #share: ConnectionShare;
  readonly #attempts: RequestAttempts;
  #proxy: ProxyServer | undefined;
  #pausedInCurl = false;
  /** Small pieces since the last delivery. */
  #smallPieces = 0;
  /** Bytes of body. */
  #received = 0;
  /** What a callback found wrong. */
  #failure: { readonly error: unknown } | undefined;
  #ending: Ending | undefined;
  #bodyIgnored = false;

  constructor(init: TransferInit) {
    this.#init = init;
    const { request, settings } = init;
    this.#share = init.pool.acquire(this, request.url.origin);
    this.#attempts = new RequestAttempts({ ...init, share: this.#share });
    this.#reader = new ResponseHeadReader({ method: request.method, http1Only: settings.httpVersion === "1.1" });
    this.id = init.thread.register(this);
    this.delivery = new Delivery(init.sink, init.thread.arena, { owner: this, blocking: init.driver.blocking });
  }

  /** Sends the request. @throws `invalid-argument`, `unsupported` */
  start(): void {
    const { thread, pool, driver, request, settings } = this.#init;
    try {
      const proxy = (this.#proxy = settings.proxyFor(request.url));
      this.#easy = createEasy(thread.curl, (setopt) => {
        this.#lists = prepareRequest(setopt, request, { settings, proxy });
        setopt.pointer(Option.share, this.#share.handle);
        thread.curl.setBytes(setopt.easy, Option.errorBuffer, this.#errorBuffer);
        thread.setCallbacks(setopt, this.id);
        if (!this.#attempts.mayReuse) setopt.long(Option.freshConnect, 1);
      });
    } catch (error) {
      this.#lists?.free();
      thread.unregister(this);
      pool.release(this, this.#share);
      throw error;
    }
    driver.add(this.#easy);
  }

  // Callbacks, from inside libcurl.

  onHeader(address: number, length: number): number {
    if (this.#failure || this.delivery.over) return 0;
    try {
      if (this.#reader.push(this.#init.thread.curl.latin1(address, length))) this.#onHead();
      return length;
    } catch (error) {
      return this.#refuse(error);
    }
  }

  onBody(address: number, length: number): number {
    if (this.delivery.queued >= highWater && !this.#failure && !this.delivery.over) {
      this.#pausedInCurl = true;
      return writeFunctionPause;
    }
    const taken = this.#take(address, length);
    if (taken > 0 && length < smallPiece && ++this.#smallPieces === manyPieces) this.#init.thread.lendBuffer(this);
    return taken;
  }

  writtenAt(address: number, length: number): number {
    const taken = this.#take(address, length);
    if (this.delivery.queued >= highWater) this.#pause();
    return taken;
  }

  #take(address: number, length: number): number {
    if (this.#failure || this.delivery.over) return 0;
    if (this.#bodyIgnored || length === 0) return length;
    try {
      if (!this.#reader.head)
        return this.#refuse(new TransportError("protocol", "the response has a body before its head"));
      this.#received += length;
      this.delivery.take(address, length);
      this.#init.driver.schedule(this);
      return length;
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** The connection stands, and the request is about to go out. @returns 0 to let it */
  onPreRequest(localPort: number): number {
    return this.#attempts.mustNotGo(this.#easy, localPort) ? 1 : 0;
  }

  #refuse(error: unknown): number {
    this.#failure ??= { error };
    return 0;
  }

  #onHead(): void {
    const { request, driver } = this.#init;
    const head = this.#reader.head;
    if (!head) return;
    // RFC 9112 section 6.1: after chunks in HTTP/1.0 the connection is closed.
    const faulty = head.httpVersion === "1.0" && head.headers.has("transfer-encoding");
    if (this.#easy !== undefined && !faulty) allowReuse(this.#init.thread.curl, this.#easy, this.#init.settings);
    this.delivery.head({ url: request.url.href, ...head });
    // A 205 has no content (RFC 9110 section 15.3.6), but libcurl reads it like any other.
    this.#bodyIgnored = head.status === 205 && head.headers.get("content-length") !== "0";
    driver.schedule(this);
  }

  // Outside libcurl.

  /** The transfer has ended: libcurl says so. */
  onDone(code: number): void {
    if (code === abortedByCallback && this.#attempts.heldBack && !this.delivery.over) return this.#startAgain();
    const http1 = this.#reader.head?.httpVersion?.startsWith("1.") === true;
    if (code === 0 && http1 && this.#easy !== undefined) this.#attempts.noteIdle(this.#easy);
    this.#ending ??= { ...this.#outcome(code), trailers: this.#reader.trailers() };
    this.#free();
    this.#init.driver.schedule(this);
  }

  #startAgain(): void {
    const { thread, driver } = this.#init;
    const easy = this.#easy;
    if (easy === undefined) return;
    this.#attempts.startAgain();
    driver.remove(easy);
    thread.curl.setLong(easy, Option.freshConnect, 1);
    driver.add(easy);
    // It had been added before.
    driver.settled();
  }

  written(bytes: Uint8Array): void {
    if (this.#failure || this.delivery.over || this.#easy === undefined) return;
    this.#received += bytes.length;
    this.delivery.takeBytes(bytes);
    this.#init.driver.schedule(this);
    if (this.delivery.queued >= highWater) this.#pause();
  }

  /** stdio cannot pause, as `onBody` can. What libcurl has read by now, it keeps. */
  #pause(): void {
    if (this.#easy === undefined || this.#pausedInCurl) return;
    this.#pausedInCurl = true;
    this.#init.thread.curl.easyPause(this.#easy, pauseReceiving);
  }

  setWriteFile(file: number): void {
    if (this.#easy === undefined) return;
    this.#init.thread.curl.setPointer(this.#easy, Option.writeFunction, null);
    this.#init.thread.curl.setId(this.#easy, Option.writeData, file);
  }

  restoreWriteFunction(): void {
    if (this.#easy !== undefined) this.#init.thread.setWriteFunction(this.#easy, this.id);
  }

  /** Delivers what has arrived. */
  turn(): void {
    if (this.#ending) this.delivery.end(this.#ending);
    else if (this.#bodyIgnored || this.#isAnsweredEarly()) this.delivery.end({});
    this.delivery.flush();
    if (this.#smallPieces >= manyPieces) this.#init.thread.prepareBuffer();
    this.#smallPieces = 0;
  }

  #isAnsweredEarly(): boolean {
    if (this.#easy === undefined) return false;
    const { thread, request } = this.#init;
    return isAnsweredEarly(thread.curl, this.#easy, { request, head: this.#reader.head, received: this.#received });
  }

  drained(): void {
    if (!this.#pausedInCurl || this.#easy === undefined) return;
    this.#pausedInCurl = false;
    this.#init.driver.resume(this.#easy);
  }

  settled(): void {
    this.#init.thread.unregister(this);
    this.#init.driver.run(() => this.#free());
    this.#init.driver.settled();
    this.#init.settled(this);
  }

  /** Gives back the easy handle; one that was still under way loses its connection. */
  #free(): void {
    const easy = this.#easy;
    if (easy === undefined) return;
    const { thread, driver, pool } = this.#init;
    this.#easy = undefined;
    thread.forget(easy);
    if (this.#ending === undefined && this.#init.settings.httpVersion !== "1.1") this.#resetStream(easy);
    else driver.remove(easy);
    thread.curl.easyCleanup(easy);
    this.#lists?.free();
    pool.release(this, this.#share);
  }

  /**
   * libcurl 7.88.1 keeps the RST_STREAM of a transfer that is removed to itself until the connection is used
   * again. So a connection with no other stream is closed, and one with others is made to send by holding
   * those for a moment, which has to update their windows. Which are on it cannot be known: all are held.
   */
  #resetStream(easy: bigint): void {
    const { thread, driver } = this.#init;
    thread.curl.setLong(easy, Option.forbidReuse, 1);
    driver.remove(easy);
    for (const { flushableEasy: other } of this.#share.users) {
      if (other === undefined) continue;
      thread.curl.easyPause(other, pauseReceiving);
      thread.curl.easyPause(other, 0);
    }
  }

  /** The easy handle of a stream that can be held for a moment, and be on the same connection. */
  get flushableEasy(): bigint | undefined {
    return this.#pausedInCurl || this.#attempts.count === 0 ? undefined : this.#easy;
  }

  #outcome(code: number): Ending {
    if (this.#failure) return { error: this.#failure.error };
    if (code === 0 && this.#reader.head) return {};
    if (code === 0)
      return {
        error: new TransportError("reset", "the connection ended inside the response's head", { phase: "head" }),
      };
    return { error: errorOfCurlFailure(this.#describe(code)) };
  }

  #describe(code: number): CurlFailure {
    const { thread, request, settings } = this.#init;
    const easy = this.#easy;
    const long = (info: number): number => (easy === undefined ? 0 : thread.curl.getLong(easy, info));
    const said = this.#errorBuffer.toString("latin1", 0, this.#errorBuffer.indexOf(0));
    return {
      code,
      text: code === abortedByCallback ? "not sent again" : scrub(said, this.#proxy?.credentials),
      osErrno: long(Info.osErrno),
      connectStatus: long(Info.httpConnectCode),
      proxyError: long(Info.proxyError),
      tunnel: thread.knowsAttempts && isTunnel(this.#proxy, request.url),
      unixSocket: settings.unixSocket !== undefined,
      connected: this.#attempts.count > 0 || this.#reader.started,
      connectTimedOut: request.connectTimeout > 0 && performance.now() - this.#started >= request.connectTimeout - 5,
      headComplete: this.#reader.head !== undefined,
      framing: this.#reader.framing,
      hasLength: this.#reader.head?.headers.has("content-length") === true,
      refused: easy !== undefined && this.#attempts.wasRefused(easy),
    };
  }
}

function isTunnel(proxy: ProxyServer | undefined, { protocol }: URL): boolean {
  return proxy !== undefined && (protocol === "https:" || proxy.scheme.startsWith("socks"));
}
