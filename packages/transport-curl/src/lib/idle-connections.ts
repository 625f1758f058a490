/**
 * Which origins may have a connection to reuse. libcurl looks through all connections to an origin, busy ones
 * too, for each new exchange: with 9000 streams open that is 1.4 ms of the event loop each, six times what
 * the rest of opening one costs. Told that there is none to find (`CURLOPT_FRESH_CONNECT`) it does not look.
 *
 * It may name one that libcurl has closed meanwhile, never miss one that it has not.
 */
export class IdleConnections {
  /** Local ports, by origin. */
  readonly #ports = new Map<string, Set<number>>();
  /** Sockets, by local port: one each, but for Unix domain sockets, all of which have port 0. */
  readonly #sockets = new Map<number, Set<number>>();

  /** Whether there may be one. */
  has(origin: string): boolean {
    return this.#ports.has(origin);
  }

  /**
   * A request is about to go out from a port. If that is not an idle one's, libcurl has found none alive.
   *
   * @returns the sockets, one of which it is; none where it was not idle
   */
  taken(origin: string, port: number): ReadonlySet<number> {
    const sockets = this.#sockets.get(port) ?? new Set();
    this.#sockets.delete(port);
    const ports = this.#ports.get(origin);
    if (ports?.delete(port) !== true || ports.size === 0) {
      for (const dead of ports ?? []) this.#sockets.delete(dead);
      this.#ports.delete(origin);
    }
    return sockets;
  }

  /** An exchange has ended well, and its connection stays. */
  left(origin: string, port: number, socket: number): void {
    const ports = this.#ports.get(origin) ?? new Set();
    this.#ports.set(origin, ports.add(port));
    const sockets = this.#sockets.get(port) ?? new Set();
    this.#sockets.set(port, sockets.add(socket));
  }

  clear(): void {
    this.#ports.clear();
    this.#sockets.clear();
  }
}
