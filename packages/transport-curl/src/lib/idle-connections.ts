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

  /** Whether there may be one. */
  has(origin: string): boolean {
    return this.#ports.has(origin);
  }

  /** A request is about to go out from a port. If that is not an idle one's, libcurl has found none alive. */
  taken(origin: string, port: number): void {
    const ports = this.#ports.get(origin);
    if (ports?.delete(port) !== true || ports.size === 0) this.#ports.delete(origin);
  }

  /** An exchange has ended well, and its connection may stay. */
  left(origin: string, port: number): void {
    const ports = this.#ports.get(origin) ?? new Set();
    this.#ports.set(origin, ports.add(port));
  }

  clear(): void {
    this.#ports.clear();
  }
}
