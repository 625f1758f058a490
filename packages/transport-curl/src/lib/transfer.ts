import { performance } from "node:perf_hooks";
import { TransportError, type ResponseSink, type TransportRequest } from "@headrace/core/transport";
import { errorOfCurlFailure, scrub, type CurlFailure } from "./codes.ts";
import type { ConnectionPool } from "./connection-pool.ts";
import { Info, Option, writeFunctionPause } from "./curl-constants.ts";
import type { CurlThread } from "./curl-thread.ts";
import { Delivery, type DeliveryOwner, type Ending } from "./delivery.ts";
import type { NetworkSettings } from "./network-options.ts";
import { prepareRequest, type RequestLists } from "./prepare-request.ts";
import { ResponseHeadReader } from "./response-head.ts";
import { createEasy } from "./setopt.ts";
import type { TransferDriver } from "./transfer-driver.ts";

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
/** `CURLPAUSE_RECV`. */
const pauseReceiving = 1;
/** RFC 9110 section 9.2.1. */
const safeMethods: readonly string[] = ["GET", "HEAD", "OPTIONS"];
const errorBufferSize = 256;
/** `CURLE_ABORTED_BY_CALLBACK`: of `onPreRequest`. */
const abortedByCallback = 42;

/**
 * One exchange on libcurl: an easy handle, its callbacks, and what they find. Callbacks only note and copy;
 * whatever calls libcurl or the sink happens after they have returned.
 */
export class Transfer implements DeliveryOwner {
  readonly id: number;
  readonly delivery: Delivery;
  readonly #init: TransferInit;
  readonly #reader = new ResponseHeadReader();
  readonly #errorBuffer = Buffer.alloc(errorBufferSize);
  readonly #started = performance.now();
  #easy: bigint | undefined;
  #lists: RequestLists | undefined;
  /** How often the request went out: libcurl repeats one by itself when a reused connection dies. */
  #attempts = 0;
  #localPort = 0;
  /** `CURLINFO_NUM_CONNECTS` when the request last went out. */
  #connects = 0;
  /** The request was held back: something had arrived on the idle connection that was to carry it. */
  #heldBack = false;
  #pausedInCurl = false;
  /** What a callback found wrong. */
  #failure: { readonly error: unknown } | undefined;
  #ending: Ending | undefined;
  #bodyIgnored = false;

  constructor(init: TransferInit) {
    this.#init = init;
    this.id = init.thread.register(this);
    this.delivery = new Delivery(init.sink, init.thread.arena, { owner: this, blocking: init.driver.blocking });
  }

  /** Sends the request. @throws `invalid-argument`, `unsupported` */
  start(): void {
    const { thread, pool, driver, request, settings } = this.#init;
    const share = pool.acquire(this);
    try {
      this.#easy = createEasy(thread.curl, (setopt) => {
        this.#lists = prepareRequest(setopt, request, settings);
        setopt.pointer(Option.share, share);
        thread.curl.setBytes(setopt.easy, Option.errorBuffer, this.#errorBuffer);
        thread.setCallbacks(setopt, this.id);
        if (!this.#mayReuse()) setopt.long(Option.freshConnect, 1);
      });
    } catch (error) {
      this.#lists?.free();
      thread.unregister(this);
      pool.release(this);
      throw error;
    }
    driver.add(this.#easy);
  }

  /** What may be on a connection that others have used. */
  #mayReuse(): boolean {
    const { thread, pool, request, settings } = this.#init;
    if (!thread.knowsAttempts) return safeMethods.includes(request.method);
    const direct = settings.proxy === undefined && settings.unixSocket === undefined;
    return !direct || settings.httpVersion !== "1.1" || pool.idle.has(request.url.origin);
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
    if (this.#failure || this.delivery.over) return 0;
    if (this.#bodyIgnored || length === 0) return length;
    if (this.delivery.queued >= highWater) {
      this.#pausedInCurl = true;
      return writeFunctionPause;
    }
    try {
      if (!this.#reader.head)
        return this.#refuse(new TransportError("protocol", "the response has a body before its head"));
      this.delivery.take(address, length);
      this.#init.driver.schedule(this);
      return length;
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** The connection stands, and the request is about to go out. @returns whether it must not */
  onPreRequest(localPort: number): number {
    this.#localPort = localPort;
    const sockets = this.#init.pool.idle.taken(this.#init.request.url.origin, localPort);
    this.#heldBack = this.#isDesynchronised(sockets);
    if (this.#heldBack) return 1;
    const limit = safeMethods.includes(this.#init.request.method) ? 2 : 1;
    return ++this.#attempts > limit ? 1 : 0;
  }

  /**
   * Whether the connection was used before and has something to read although nothing was asked: libcurl would
   * take it for the response (RFC 9112 section 9.3). Streams of HTTP/2 have numbers, and there it is ordinary.
   */
  #isDesynchronised(sockets: ReadonlySet<number>): boolean {
    const { thread, settings } = this.#init;
    const { hasInput } = thread.curl;
    if (this.#easy === undefined || !hasInput) return false;
    const connects = thread.curl.getLong(this.#easy, Info.numConnects);
    const reused = connects === this.#connects;
    this.#connects = connects;
    if (!reused) return false;
    // Of several Unix domain sockets it may be one that an exchange since then has not told of.
    return sockets.size === 0 ? settings.httpVersion === "1.1" : [...sockets].some(hasInput);
  }

  #refuse(error: unknown): number {
    this.#failure ??= { error };
    return 0;
  }

  #onHead(): void {
    const { request, driver } = this.#init;
    const head = this.#reader.head;
    if (!head) return;
    this.delivery.head({ url: request.url.href, ...head });
    // A 205 has no content (RFC 9110 section 15.3.6), but libcurl reads it like any other.
    this.#bodyIgnored = head.status === 205 && head.headers.get("content-length") !== "0";
    driver.schedule(this);
  }

  // Outside libcurl.

  /** The transfer has ended: libcurl says so. */
  onDone(code: number): void {
    if (code === abortedByCallback && this.#heldBack && !this.delivery.over) return this.#startAgain();
    if (code === 0) this.#noteIdle();
    const trailers = this.#trailers();
    this.#ending ??= { ...this.#outcome(code), trailers };
    this.#free();
    this.#init.driver.schedule(this);
  }

  #noteIdle(): void {
    const { thread, pool, request } = this.#init;
    if (!thread.knowsAttempts || this.#easy === undefined || this.#reader.head?.httpVersion?.startsWith("1.") !== true)
      return;
    const socket = thread.curl.activeSocket(this.#easy);
    if (socket >= 0) pool.idle.left(request.url.origin, this.#localPort, socket);
  }

  /** On a connection of its own. Nothing of the request has gone out, so it may be of any method. */
  #startAgain(): void {
    const { thread, driver } = this.#init;
    const easy = this.#easy;
    if (easy === undefined) return;
    this.#heldBack = false;
    this.#connects = 0;
    driver.remove(easy);
    thread.curl.setLong(easy, Option.freshConnect, 1);
    driver.add(easy);
    // It had been added before.
    driver.settled();
  }

  /** Delivers what has arrived. */
  turn(): void {
    if (this.#ending) this.delivery.end(this.#ending);
    else if (this.#bodyIgnored) this.delivery.end({});
    this.delivery.flush();
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
    pool.release(this);
  }

  /**
   * libcurl 7.88.1 keeps the RST_STREAM of a transfer that is removed to itself until the connection is used
   * again. So a connection with no other stream is closed, and one with others is made to send by holding
   * those for a moment, which has to update their windows. Which are on it cannot be known: all are held.
   */
  #resetStream(easy: bigint): void {
    const { thread, driver, pool } = this.#init;
    thread.curl.setLong(easy, Option.forbidReuse, 1);
    driver.remove(easy);
    for (const { flushableEasy: other } of pool.users) {
      if (other === undefined) continue;
      thread.curl.easyPause(other, pauseReceiving);
      thread.curl.easyPause(other, 0);
    }
  }

  /** The easy handle of a stream that can be held for a moment, and be on the same connection. */
  get flushableEasy(): bigint | undefined {
    return this.#pausedInCurl || this.#attempts === 0 ? undefined : this.#easy;
  }

  #trailers(): Headers | undefined {
    try {
      return this.#reader.trailers();
    } catch (error) {
      this.#failure ??= { error };
      return undefined;
    }
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
    const long = (info: number): number => (this.#easy === undefined ? 0 : thread.curl.getLong(this.#easy, info));
    const attempts = this.#attempts;
    const end = this.#errorBuffer.indexOf(0);
    return {
      code,
      text:
        code === abortedByCallback
          ? "not sent again"
          : scrub(this.#errorBuffer.toString("latin1", 0, end), secretsOf(settings)),
      osErrno: long(Info.osErrno),
      connectStatus: long(Info.httpConnectCode),
      proxyError: long(Info.proxyError),
      connected: attempts > 0 || this.#reader.started,
      connectTimedOut: request.connectTimeout > 0 && performance.now() - this.#started >= request.connectTimeout - 5,
      headComplete: this.#reader.head !== undefined,
      framing: this.#reader.framing(request.method),
      // The last attempt was stopped before it went out. If one before it also had a connection of its own,
      // it was not repeated because a reused connection died, but because the stream was refused.
      refused: attempts > 1 && long(Info.numConnects) > 1,
    };
  }
}

function secretsOf({ proxy }: NetworkSettings): string[] {
  if (typeof proxy !== "object") return [];
  return [proxy.password, proxy.username].filter((secret) => secret !== null);
}
