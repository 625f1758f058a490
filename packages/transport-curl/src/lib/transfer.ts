import { performance } from "node:perf_hooks";
import type { ProxyServer, ResponseSink, TransportRequest } from "@headrace/core/transport";
import { BodyIntake } from "./body-intake.ts";
import type { ConnectionPool, ConnectionShare } from "./connection-pool.ts";
import { Option } from "./curl-constants.ts";
import type { CurlThread } from "./curl-thread.ts";
import { Delivery, type DeliveryOwner, type Ending } from "./delivery.ts";
import { EarlyAnswer } from "./early-answer.ts";
import { followSignal } from "./follow-signal.ts";
import { allowReuse, keepsReset, type NetworkSettings } from "./network-options.ts";
import { prepareRequest } from "./prepare-request.ts";
import { RequestAttempts } from "./request-attempts.ts";
import { persists, ResponseHeadReader, type ReceivedHead } from "./response-head.ts";
import type { TransferDriver } from "./transfer-driver.ts";
import { abortedByCallback, outcomeOf, type TransferStart } from "./transfer-outcome.ts";

/** What the transfers of a transport have in common. */
export interface TransferContext {
  readonly thread: CurlThread;
  readonly pool: ConnectionPool;
  readonly settings: NetworkSettings;
}

/** What a transfer is made of. */
export interface TransferInit {
  readonly driver: TransferDriver;
  readonly request: TransportRequest;
  readonly sink: ResponseSink;
  /** Told when the exchange is over, and how it ended: `undefined` for a proven end. */
  readonly settled: (failure: Delivery["failure"]) => void;
}

/**
 * One exchange on libcurl: an easy handle, its callbacks, and what they find. Callbacks only note and copy;
 * whatever calls libcurl or the sink happens after they have returned.
 */
export class Transfer implements DeliveryOwner {
  readonly id: number;
  readonly thread: CurlThread;
  readonly driver: TransferDriver;
  readonly delivery: Delivery;
  readonly body: BodyIntake;
  /** Waits for a turn: the driver's note. */
  isScheduled = false;
  easy: bigint | undefined;
  readonly #context: TransferContext;
  readonly #settled: TransferInit["settled"];
  /** Stops following the signal. */
  #unfollow: (() => void) | undefined;
  readonly #share: ConnectionShare;
  readonly #attempts: RequestAttempts;
  readonly #reader: ResponseHeadReader;
  #start: TransferStart | undefined;
  #proxy: ProxyServer | undefined;
  #earlyAnswer: EarlyAnswer | undefined;
  /** What a callback found wrong. */
  #failure: { readonly error: unknown } | undefined;
  #ending: Ending | undefined;

  constructor(context: TransferContext, { driver, request, sink, settled }: TransferInit) {
    const { thread, pool, settings } = context;
    const { origin } = request.url;
    this.#context = context;
    this.thread = thread;
    this.driver = driver;
    this.#settled = settled;
    this.#share = pool.acquire(this, origin);
    this.#attempts = new RequestAttempts(context, { share: this.#share, origin, method: request.method });
    this.#reader = new ResponseHeadReader(request.method, settings.httpVersion === "1.1");
    this.body = new BodyIntake(this);
    this.id = thread.register(this);
    this.delivery = new Delivery(sink, thread.arena, this);
  }

  get blocking(): boolean {
    return this.driver.blocking;
  }

  /** Whether nothing more of the response is wanted. */
  get isOver(): boolean {
    return this.#failure !== undefined || this.delivery.over;
  }

  /** Sends the request. @throws `invalid-argument`, `unsupported` */
  start(request: TransportRequest): void {
    const { thread, pool, settings } = this.#context;
    try {
      const proxy = (this.#proxy = settings.proxyFor(request.url));
      this.easy = pool.template.copy((setopt) => {
        const lists = prepareRequest(setopt, request, { settings, proxy });
        this.#start = { request, lists, time: performance.now() };
        setopt.pointer(Option.share, this.#share.handle);
        thread.setId(setopt, this.id);
        if (!this.#attempts.mayReuse) setopt.long(Option.freshConnect, 1);
      });
    } catch (error) {
      this.#start?.lists.free();
      thread.unregister(this);
      pool.release(this, this.#share);
      throw error;
    }
    this.#unfollow = followSignal(request.signal, this.delivery);
    if (settings.httpVersion !== "1.1") thread.http2.add(this);
    this.driver.add(this.easy);
  }

  // Callbacks, from inside libcurl.

  onHeader(address: number, length: number): number {
    if (this.isOver) return 0;
    try {
      const head = this.#reader.push(this.thread.curl.latin1(address, length));
      if (head !== undefined) this.#onHead(head);
      return length;
    } catch (error) {
      return this.refuse(error);
    }
  }

  /** The connection stands, and the request is about to go out. @returns 0 to let it */
  onPreRequest(localPort: number): number {
    return this.isOver || this.#reader.isComplete || this.#attempts.mustNotGo(this.easy, localPort) ? 1 : 0;
  }

  /** Notes what is wrong. @returns what tells libcurl to end the transfer */
  refuse(error: unknown): number {
    this.#failure ??= { error };
    return 0;
  }

  #onHead(head: ReceivedHead): void {
    if (this.#start === undefined) return;
    const { request } = this.#start;
    if (this.easy !== undefined && persists(head)) allowReuse(this.thread.curl, this.easy, this.#context.settings);
    this.delivery.head({ url: request.url.href, ...head });
    this.#earlyAnswer = EarlyAnswer.of(request, head);
    // A 205 has no content (RFC 9110 section 15.3.6), but libcurl reads it like any other.
    this.body.use = head.status === 205 && head.headers.get("content-length") !== "0" ? "ignore" : "deliver";
    this.driver.schedule(this);
    if (this.easy !== undefined) this.thread.curl.setPointer(this.easy, Option.httpHeader, null);
    this.#freeStart();
  }

  // Outside libcurl.

  /** The transfer has ended: libcurl says so. */
  onDone(code: number): void {
    if (code === abortedByCallback && this.#attempts.heldBack && !this.delivery.over) return this.#startAgain();
    if (code === 0 && this.easy !== undefined && this.#reader.isHttp1) this.#leaveConnection(this.easy);
    this.#ending ??= { ...this.#outcome(code), trailers: this.#reader.trailers() };
    this.#free();
    this.driver.schedule(this);
  }

  #leaveConnection(easy: bigint): void {
    const socket = this.#attempts.noteIdle(easy);
    if (socket >= 0) this.driver.idle(socket);
  }

  #startAgain(): void {
    const { easy, driver } = this;
    if (easy === undefined) return;
    this.#attempts.startAgain();
    driver.remove(easy);
    this.thread.curl.setLong(easy, Option.freshConnect, 1);
    driver.add(easy);
    // It had been added before.
    driver.settled();
  }

  /** Delivers what has arrived. */
  turn(): void {
    if (this.#ending) this.delivery.end(this.#ending);
    else if (this.body.use === "ignore" || this.#isAnsweredEarly()) this.delivery.end({});
    this.delivery.flush();
    this.body.delivered();
  }

  #isAnsweredEarly(): boolean {
    if (this.#earlyAnswer === undefined || this.easy === undefined) return false;
    return this.#earlyAnswer.isHere(this.thread.curl, this.easy, this.body.received);
  }

  drained(): void {
    this.body.resume();
  }

  settled(): void {
    this.#unfollow?.();
    this.#unfollow = undefined;
    this.#settled(this.delivery.failure);
    this.driver.run(() => {
      this.#free();
      this.#context.pool.release(this, this.#share);
    });
    this.driver.settled();
  }

  #freeStart(): void {
    this.#start?.lists.free();
    this.#start = undefined;
  }

  /** Gives back the easy handle; one that was still under way loses its connection. */
  #free(): void {
    const { easy, thread, driver } = this;
    if (easy === undefined) return;
    this.easy = undefined;
    thread.forget(this);
    if (this.#ending === undefined && keepsReset(thread.curl, this.#context.settings)) this.#resetStream(easy);
    else driver.remove(easy);
    thread.curl.easyCleanup(easy);
    thread.unregister(this);
    this.#freeStart();
  }

  /**
   * The RST_STREAM of a transfer that is removed would wait until the connection is used again. So a connection with no other stream is closed, and one with others is made to send by holding
   * those for a moment. Which are on it cannot be known: all are held.
   */
  #resetStream(easy: bigint): void {
    this.thread.curl.setLong(easy, Option.forbidReuse, 1);
    this.driver.remove(easy);
    this.nudgeShare();
  }

  /** Has libcurl look at each transfer that may be on the same connection. Inside `driver.run`. */
  nudgeShare(): void {
    for (const other of this.#share.users) if (other.#attempts.count > 0) other.body.nudge();
  }

  #outcome(code: number): Ending {
    if (this.#failure) return { error: this.#failure.error };
    return outcomeOf(code, {
      context: this.#context,
      id: this.id,
      easy: this.easy,
      attempts: this.#attempts,
      reader: this.#reader,
      proxy: this.#proxy,
      start: this.#start,
    });
  }
}
