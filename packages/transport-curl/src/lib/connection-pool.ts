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
 * The connections, names and TLS sessions of one transport: a share handle of libcurl. All transports of a
 * thread run on one multi handle, and this keeps them apart: none may use a connection that another opened
 * with other certificates, proxies or addresses.
 *
 * It is made at the first exchange and freed when idle for long, or when many others are used after it, so
 * transports that are never closed hold neither memory nor descriptors. It makes itself again when needed.
 */
export class ConnectionPool {
  static readonly #idle = new Set<ConnectionPool>();

  readonly idle: IdleConnections = new IdleConnections();
  readonly #curl: Libcurl;
  #share: bigint | undefined;
  readonly #users = new Set<Transfer>();
  #closing: Promise<void> | undefined;
  #freed: () => void = () => {};
  #timer: NodeJS.Timeout | undefined;

  constructor(curl: Libcurl) {
    this.#curl = curl;
  }

  /** Closes the connections of all pools that no exchange uses. */
  static freeIdle(): void {
    for (const pool of ConnectionPool.#idle) pool.#free();
  }

  /** The exchanges that use it. */
  get users(): ReadonlySet<Transfer> {
    return this.#users;
  }

  /** The handle for `CURLOPT_SHARE`, kept until `release`. */
  acquire(user: Transfer): bigint {
    this.#users.add(user);
    ConnectionPool.#idle.delete(this);
    clearTimeout(this.#timer);
    return (this.#share ??= this.#open());
  }

  /** The easy handle that used it has been freed. */
  release(user: Transfer): void {
    this.#users.delete(user);
    if (this.#users.size > 0) return;
    if (this.#closing) return this.#free();
    ConnectionPool.#idle.add(this);
    this.#timer = setTimeout(() => this.#free(), idleMs).unref();
    if (ConnectionPool.#idle.size <= keptPools) return;
    const [oldest] = ConnectionPool.#idle;
    if (oldest) oldest.#free();
  }

  /** Closes its connections as soon as no exchange uses any, and resolves then. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => (this.#freed = resolve));
    if (this.#users.size === 0) this.#free();
    return this.#closing;
  }

  #open(): bigint {
    const share = this.#curl.shareInit();
    if (share === null) throw new Error("curl_share_init failed");
    for (const what of [Share.connect, Share.dns, Share.sslSession]) this.#curl.shareAdd(share, what);
    return share;
  }

  #free(): void {
    clearTimeout(this.#timer);
    ConnectionPool.#idle.delete(this);
    if (this.#share !== undefined) this.#curl.shareCleanup(this.#share);
    this.#share = undefined;
    this.idle.clear();
    this.#freed();
  }
}
