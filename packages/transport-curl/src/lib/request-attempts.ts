import type { ConnectionShare } from "./connection-pool.ts";
import { Info } from "./curl-constants.ts";
import type { TransferContext } from "./transfer.ts";

/** RFC 9110 section 9.2.1. */
const safeMethods: readonly string[] = ["GET", "HEAD", "OPTIONS"];

interface RequestAttemptsInit {
  readonly share: ConnectionShare;
  /** Of the request's URL. */
  readonly origin: string;
  readonly method: string;
}

/**
 * How often a request has gone out, on which connections, and whether it may once more: libcurl repeats one
 * by itself when a reused connection dies (contract, section 2).
 */
export class RequestAttempts {
  /** How often it has gone out. */
  count = 0;
  /** It was held back: something had arrived on the idle connection that was to carry it. */
  heldBack = false;
  readonly #context: TransferContext;
  readonly #share: ConnectionShare;
  readonly #origin: string;
  readonly #isSafe: boolean;
  #localPort = 0;
  /** `CURLINFO_NUM_CONNECTS` when the request last went out. */
  #connects = 0;

  constructor(context: TransferContext, { share, origin, method }: RequestAttemptsInit) {
    this.#context = context;
    this.#share = share;
    this.#origin = origin;
    this.#isSafe = safeMethods.includes(method);
  }

  /** Whether it may be on a connection that others have used. */
  get mayReuse(): boolean {
    const { thread, settings } = this.#context;
    if (!thread.knowsAttempts) return this.#isSafe;
    const direct = settings.proxy === undefined && settings.unixSocket === undefined;
    return !direct || settings.httpVersion !== "1.1" || this.#share.idle.has(this.#origin);
  }

  /** The connection stands, and the request is about to go out. @returns whether it must not */
  mustNotGo(easy: bigint | undefined, localPort: number): boolean {
    this.#localPort = localPort;
    const sockets = this.#share.idle.taken(this.#origin, localPort);
    this.heldBack = easy !== undefined && this.#isDesynchronised(easy, sockets);
    return this.heldBack || ++this.count > (this.#isSafe ? 2 : 1);
  }

  /**
   * Whether the connection was used before and has something to read although nothing was asked: libcurl would
   * take it for the response (RFC 9112 section 9.3). Streams of HTTP/2 have numbers, and there it is ordinary.
   */
  #isDesynchronised(easy: bigint, sockets: ReadonlySet<number>): boolean {
    const { thread, settings } = this.#context;
    const { hasInput } = thread.curl;
    if (!hasInput) return false;
    const connects = thread.curl.getLong(easy, Info.numConnects);
    const reused = connects === this.#connects;
    this.#connects = connects;
    if (!reused) return false;
    // Of several Unix domain sockets it may be one that an exchange since then has not told of.
    return sockets.size === 0 ? settings.httpVersion === "1.1" : [...sockets].some(hasInput);
  }

  /** It goes on a connection of its own now. Nothing of it has gone out, so it may be of any method. */
  startAgain(): void {
    this.heldBack = false;
    this.#connects = 0;
  }

  /** The exchange has ended in order: its connection, if it stays open, is idle. @returns its socket, else -1 */
  noteIdle(easy: bigint): number {
    const { thread } = this.#context;
    const socket = thread.curl.activeSocket(easy);
    if (socket >= 0 && thread.knowsAttempts) this.#share.idle.left(this.#origin, this.#localPort, socket);
    return socket;
  }

  /**
   * Whether the peer refused the stream unprocessed (RFC 9113 section 8.7): the last attempt was stopped before it
   * went out, and if one before it also had a connection of its own, it was not repeated because a reused
   * connection died.
   */
  wasRefused(easy: bigint): boolean {
    return this.count > 1 && this.#context.thread.curl.getLong(easy, Info.numConnects) > 1;
  }
}
