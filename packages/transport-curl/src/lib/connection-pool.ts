import { setTimeout } from "node:timers";
import { Share } from "./curl-constants.ts";
import { IdleConnections } from "./idle-connections.ts";
import type { Libcurl } from "./libcurl.ts";
import type { Transfer } from "./transfer.ts";

/** How long connections that nobody uses stay open. libcurl itself would not reuse one older than this. */
const idleMs = 118_000;
/** Pools without an exchange that keep their connections, in a thread. */
const keptPools = 64;
/**
 * Exchanges on one share handle. libcurl (7.88.1) looks through all of its connections several times for each
 * exchange that ends: with 5000 on one handle ending one costs fifteen times as much as with these.
 */
const usersOfShare = 256;

/** A share handle of libcurl: connections, names and TLS sessions of some of a transport's exchanges. */
export interface ConnectionShare {
  readonly handle: bigint;
  readonly users: ReadonlySet<Transfer>;
  readonly idle: IdleConnections;
}

type OpenShare = ConnectionShare & { readonly users: Set<Transfer> };

/**
 * The connections, names and TLS sessions of one transport. All transports of a thread run on one multi handle,
 * and share handles keep them apart: none may use a connection that another opened with other certificates,
 * proxies or addresses.
 *
 * A handle is made at the first exchange, and more while there are very many. The last is freed when idle for
 * long, or when many other pools are used after it, so transports that are never closed hold neither memory nor
 * descriptors. They are made again when needed.
 */
export class ConnectionPool {
  static readonly #idle = new Set<ConnectionPool>();

  readonly #curl: Libcurl;
  readonly #shares = new Set<OpenShare>();
  #closing: Promise<void> | undefined;
  #freed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(curl: Libcurl) {
    this.#curl = curl;
  }

  /** Closes the connections of all pools that no exchange uses. */
  static freeIdle(): void {
    for (const pool of ConnectionPool.#idle) pool.#freeAll();
  }

  /** What an exchange with `origin` is to run on, kept until `release`. */
  acquire(user: Transfer, origin: string): ConnectionShare {
    const share = this.#find(origin) ?? this.#open();
    share.users.add(user);
    ConnectionPool.#idle.delete(this);
    clearTimeout(this.#timer);
    return share;
  }

  /** The easy handle that used it has been freed. */
  release(user: Transfer, { handle }: ConnectionShare): void {
    for (const share of this.#shares) if (share.handle === handle) this.#left(user, share);
  }

  #left(user: Transfer, share: OpenShare): void {
    share.users.delete(user);
    if (share.users.size > 0) return;
    if (this.#shares.size > 1) return this.#free(share);
    if (this.#closing) return this.#freeAll();
    ConnectionPool.#idle.add(this);
    this.#timer = setTimeout(() => this.#freeAll(), idleMs).unref();
    if (ConnectionPool.#idle.size <= keptPools) return;
    const [oldest] = ConnectionPool.#idle;
    if (oldest) oldest.#freeAll();
  }

  /** Closes its connections as soon as no exchange uses any, and resolves then. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => (this.#freed = resolve));
    if ([...this.#shares].every(({ users }) => users.size === 0)) this.#freeAll();
    return this.#closing;
  }

  /** One with room, best with a connection to reuse. */
  #find(origin: string): OpenShare | undefined {
    let found: OpenShare | undefined;
    for (const share of this.#shares) {
      if (share.users.size >= usersOfShare) continue;
      if (share.idle.has(origin)) return share;
      found ??= share;
    }
    return found;
  }

  #open(): OpenShare {
    const handle = this.#curl.shareInit();
    if (handle === null) throw new Error("curl_share_init failed");
    for (const what of [Share.connect, Share.dns, Share.sslSession]) this.#curl.shareAdd(handle, what);
    const share: OpenShare = { handle, users: new Set(), idle: new IdleConnections() };
    this.#shares.add(share);
    return share;
  }

  #free(share: OpenShare): void {
    this.#shares.delete(share);
    this.#curl.shareCleanup(share.handle);
  }

  #freeAll(): void {
    clearTimeout(this.#timer);
    ConnectionPool.#idle.delete(this);
    for (const share of this.#shares) this.#free(share);
    this.#freed();
  }
}
