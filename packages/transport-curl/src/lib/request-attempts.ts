import type { TransportRequest } from "@headrace/core/transport";
import type { ConnectionShare } from "./connection-pool.ts";
import { Info } from "./curl-constants.ts";
import type { CurlThread } from "./curl-thread.ts";
import type { NetworkSettings } from "./network-options.ts";

/** RFC 9110 section 9.2.1. */
const safeMethods: readonly string[] = ["GET", "HEAD", "OPTIONS"];

interface RequestAttemptsInit {
  readonly thread: CurlThread;
  readonly share: ConnectionShare;
  readonly settings: NetworkSettings;
  readonly request: TransportRequest;
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
  readonly #init: RequestAttemptsInit;
  #localPort = 0;
  /** `CURLINFO_NUM_CONNECTS` when the request last went out. */
  #connects = 0;

  constructor(init: RequestAttemptsInit) {
    this.#init = init;
  }

  /** Whether it may be on a connection that others have used. */
  get mayReuse(): boolean {
    const { thread, share, request, settings } = this.#init;
    if (!thread.knowsAttempts) return safeMethods.includes(request.method);
    const direct = settings.proxy === undefined && settings.unixSocket === undefined;
    return !direct || settings.httpVersion !== "1.1" || share.idle.has(request.url.origin);
  }

  /** The connection stands, and the request is about to go out. @returns whether it must not */
  mustNotGo(easy: bigint | undefined, localPort: number): boolean {
    const { share, request } = this.#init;
    this.#localPort = localPort;
    const sockets = share.idle.taken(request.url.origin, localPort);
    this.heldBack = easy !== undefined && this.#isDesynchronised(easy, sockets);
    return this.heldBack || ++this.count > (safeMethods.includes(request.method) ? 2 : 1);
  }

  /**
   * Whether the connection was used before and has something to read although nothing was asked: libcurl would
   * take it for the response (RFC 9112 section 9.3). Streams of HTTP/2 have numbers, and there it is ordinary.
   */
  #isDesynchronised(easy: bigint, sockets: ReadonlySet<number>): boolean {
    const { thread, settings } = this.#init;
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

  /** The exchange has ended in order: its connection is idle. */
  noteIdle(easy: bigint): void {
    const { thread, share, request } = this.#init;
    if (!thread.knowsAttempts) return;
    const socket = thread.curl.activeSocket(easy);
    if (socket >= 0) share.idle.left(request.url.origin, this.#localPort, socket);
  }

  /**
   * Whether the peer refused the stream unprocessed (RFC 9113 section 8.7): the last attempt was stopped before it
   * went out, and if one before it also had a connection of its own, it was not repeated because a reused
   * connection died.
   */
  wasRefused(easy: bigint): boolean {
    return this.count > 1 && this.#init.thread.curl.getLong(easy, Info.numConnects) > 1;
  }
}
