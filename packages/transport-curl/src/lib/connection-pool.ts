import { performance } from "node:perf_hooks";
import { setTimeout } from "node:timers";
import { Share } from "./curl-constants.ts";
import type { EasyTemplate } from "./easy-template.ts";
import { IdleConnections } from "./idle-connections.ts";
import type { Libcurl } from "./libcurl.ts";
import type { Transfer } from "./transfer.ts";

/** How long connections that nobody uses stay open. libcurl itself would not reuse one older than this. */
const idleMs = 118_000;
/** Pools without an exchange that keep their connections, in a thread. */
const keptPools = 64;
/**
 * Exchanges on one share handle. libcurl (7.88.1) looks through all of its connections three times for each exchange
 * that ends: of 1000 that end at once, one costs a sixth less than with 256 on each handle.
 */
const usersOfShare = 64;
/** How long a handle keeps its connections that nobody uses, while there are others. As long as undici does. */
const surplusMs = 4000;

/** A share handle of libcurl: connections, names and TLS sessions of some of a transport's exchanges. */
export interface ConnectionShare {
  readonly handle: bigint;
  readonly users: Set<Transfer>;
  readonly idle: IdleConnections;
  /** When the last of its users left, on the monotonic clock. */
  leftAt: number;
}

/**
 * The connections, names and TLS sessions of one transport. All transports of a thread run on one multi handle,
 * and share handles keep them apart: none may use a connection that another opened with other certificates,
 * proxies or addresses.
 *
 * A handle is made at the first exchange, and more while there are very many. Those are freed when idle for seconds, and
 * the last when idle for long, or when many other pools are used after it, so transports that are never closed hold
 * neither memory nor descriptors. They are made again when needed.
 */
export class ConnectionPool {
  /** Pools that an exchange has left, the last one at the end. Some are in use again. */
  static readonly #left = new Set<ConnectionPool>();
  static #leftLast: ConnectionPool | undefined;

  /** What all of its requests are copies of. */
  readonly template: EasyTemplate;
  readonly #curl: Libcurl;
  readonly #shares = new Set<ConnectionShare>();
  #closing: Promise<void> | undefined;
  #freed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;
  #surplusTimer: NodeJS.Timeout | undefined;

  constructor(curl: Libcurl, template: EasyTemplate) {
    this.#curl = curl;
    this.template = template;
  }

  /** Closes the connections of all pools that no exchange uses. */
  static freeIdle(): void {
    for (const pool of ConnectionPool.#left) pool.#freeIfIdle();
  }

  /** What an exchange with `origin` is to run on, kept until `release`. */
  acquire(user: Transfer, origin: string): ConnectionShare {
    const share = this.#find(origin) ?? this.#open();
    share.users.add(user);
    return share;
  }

  /** The exchange is over, and the easy handle that used it freed. */
  release(user: Transfer, share: ConnectionShare): void {
    share.users.delete(user);
    if (share.users.size > 0) return;
    if (this.#closing) return this.#freeIfIdle();
    share.leftAt = performance.now();
    if (this.#shares.size > 1) this.#surplusTimer ??= setTimeout(() => this.#freeSurplus(), surplusMs).unref();
    this.#timer = (this.#timer ?? setTimeout(() => this.#freeIfIdle(), idleMs).unref()).refresh();
    if (ConnectionPool.#leftLast !== this) this.#becomeLast();
  }

  /** The exchanges that are not over. */
  users(): Transfer[] {
    return [...this.#shares].flatMap(({ users }) => [...users]);
  }

  #becomeLast(): void {
    const left = ConnectionPool.#left;
    ConnectionPool.#leftLast = this;
    left.delete(this);
    left.add(this);
    const [oldest] = left;
    if (left.size <= keptPools || oldest === undefined) return;
    left.delete(oldest);
    oldest.#freeIfIdle();
  }

  /** Closes its connections as soon as no exchange uses any, and resolves then. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => (this.#freed = resolve));
    this.#freeIfIdle();
    return this.#closing;
  }

  /** One with room, best with a connection to reuse. */
  #find(origin: string): ConnectionShare | undefined {
    let found: ConnectionShare | undefined;
    for (const share of this.#shares) {
      if (share.users.size >= usersOfShare) continue;
      if (share.idle.has(origin)) return share;
      found ??= share;
    }
    return found;
  }

  #open(): ConnectionShare {
    const handle = this.#curl.shareInit();
    if (handle === null) throw new Error("curl_share_init failed");
    for (const what of [Share.connect, Share.dns, Share.sslSession]) this.#curl.shareAdd(handle, what);
    const share: ConnectionShare = { handle, users: new Set(), idle: new IdleConnections(), leftAt: 0 };
    this.#shares.add(share);
    return share;
  }

  #free(share: ConnectionShare): void {
    this.#shares.delete(share);
    this.#curl.shareCleanup(share.handle);
  }

  /** Frees one share at a time, so that closing all of their connections does not hold the event loop. */
  #freeSurplus(): void {
    this.#surplusTimer = undefined;
    const left = [...this.#shares].filter(({ users }) => users.size === 0);
    const now = performance.now();
    const surplus = this.#shares.size > 1 ? left.find(({ leftAt }) => now - leftAt >= surplusMs) : undefined;
    if (surplus !== undefined) this.#free(surplus);
    if (left.length === 0 || this.#shares.size === 1) return;
    this.#surplusTimer = setTimeout(() => this.#freeSurplus(), surplus === undefined ? surplusMs : 1).unref();
  }

  #freeIfIdle(): void {
    if ([...this.#shares].every(({ users }) => users.size === 0)) this.#freeAll();
  }

  #freeAll(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#surplusTimer);
    this.#timer = this.#surplusTimer = undefined;
    ConnectionPool.#left.delete(this);
    if (ConnectionPool.#leftLast === this) ConnectionPool.#leftLast = undefined;
    for (const share of this.#shares) this.#free(share);
    this.template.free();
    this.#freed();
  }
}
