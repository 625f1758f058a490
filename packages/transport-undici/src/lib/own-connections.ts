import { codeOfNodeError, type ResponseSink, startConnectClock, type TransportRequest } from "@headrace/core/transport";
import type { Dispatcher } from "undici";
import { createConnection, StaleConnection, type Connection } from "./connection.ts";
import { ConnectionPool } from "./connection-pool.ts";
import { dispatchOptions } from "./dispatch-options.ts";
import type { Connections } from "./given-dispatcher.ts";
import { proxyAuthorization } from "./http-tunnel.ts";
import { openSocket, type Dialer, type Route } from "./open-socket.ts";
import { portOf } from "./port-of.ts";
import { isSafe } from "./is-safe.ts";
import { UndiciExchange } from "./undici-exchange.ts";

/** How one exchange is to be sent. */
interface Plan {
  readonly route: Route;
  readonly options: Dispatcher.DispatchOptions;
}

/** Sends over connections of our own, kept in a pool. */
export class OwnConnections implements Connections {
  readonly #dialer: Dialer;
  readonly #userAgent: string;
  readonly #pool = new ConnectionPool();
  /** Connections that may turn out to be HTTP/2: the next exchanges wait for them. */
  readonly #opening = new Map<string, Promise<Connection>>();
  /** Of the connection opened last: undici parses an origin that is a string, for each. */
  #origin: URL | undefined;

  constructor(dialer: Dialer, userAgent: string) {
    this.#dialer = dialer;
    this.#userAgent = userAgent;
  }

  start(request: TransportRequest, sink: ResponseSink): UndiciExchange {
    const plan = this.#plan(request);
    let repeated = false;
    const exchange: UndiciExchange = new UndiciExchange(request, sink, {
      release: (connection) => this.#pool.give(connection),
      drop: (connection) => this.#pool.drop(connection),
      repeat: (connection, error) => {
        if (repeated || !connection.used || !mayRepeat(exchange, connection, error)) return false;
        repeated = true;
        if (connection.wire) this.#pool.drop(connection);
        void this.#connect(exchange, plan);
        return true;
      },
    });
    const connection = this.#pool.take(plan.route.key);
    if (connection) {
      connection.used = true;
      exchange.dispatch(connection, connection.client, plan.options);
    } else {
      void this.#connect(exchange, plan);
    }
    return exchange;
  }

  close(end: boolean): Promise<void> {
    return this.#pool.close(end);
  }

  #plan(request: TransportRequest): Plan {
    const { url, headers } = request;
    const proxy = this.#dialer.network.proxyFor(url);
    const to = { protocol: url.protocol, host: url.hostname.replace(/^\[|\]$/g, ""), port: portOf(url), proxy };
    const options = dispatchOptions(request, this.#userAgent);
    if (!proxy || proxy.scheme.startsWith("socks5") || url.protocol === "https:") {
      return { route: { ...to, key: `${url.origin} ${proxy ? JSON.stringify(proxy) : ""}` }, options };
    }
    // RFC 9112 section 3.2.2: where there is no tunnel, a proxy is given the target in absolute form.
    const authorization = proxyAuthorization(proxy);
    const fields = [...(options.headers as string[])];
    if (!headers.has("host")) fields.push("host", url.host);
    if (authorization !== undefined) fields.push("proxy-authorization", authorization);
    return { route: { ...to, key: JSON.stringify(proxy) }, options: { ...options, path: url.href, headers: fields } };
  }

  async #connect(exchange: UndiciExchange, plan: Plan): Promise<void> {
    try {
      const opened = this.#opening.get(plan.route.key);
      const shared = opened && (await this.#shared(opened, exchange, plan));
      if (exchange.over && !shared) return;
      const connection = shared ?? (await this.#open(exchange, plan));
      if (exchange.over) this.#pool.give(connection);
      else exchange.dispatch(connection, connection.client, plan.options);
    } catch (error) {
      exchange.fail(error);
    }
  }

  #open(exchange: UndiciExchange, { route, options }: Plan): Promise<Connection> {
    const { undici, network } = this.#dialer;
    const { key, proxy } = route;
    const tcp = network.unixSocket === undefined && proxy?.scheme !== "https";
    const opened = openSocket(this.#dialer, route, exchange).then((socket) => {
      if (this.#origin?.origin !== options.origin) this.#origin = new URL(String(options.origin));
      const connection = createConnection(undici, key, { socket, origin: this.#origin as URL, tcp });
      this.#pool.add(connection);
      return connection;
    });
    if (network.httpVersion !== "1.1") {
      this.#opening.set(key, opened);
      const done = (): void => void (this.#opening.get(key) === opened && this.#opening.delete(key));
      opened.then(done, done);
    }
    return opened;
  }

  /** Waits for a connection that is being opened, which may turn out to be one for all; no longer than it may take to connect. */
  async #shared(
    opened: Promise<Connection>,
    exchange: UndiciExchange,
    { route }: Plan,
  ): Promise<Connection | undefined> {
    await new Promise<void>((resolve, reject) => {
      const stopClock = startConnectClock(exchange.request.connectTimeout, `${route.host}:${route.port}`, reject);
      const go = (): void => {
        stopClock();
        resolve();
      };
      opened.then(go, go);
      exchange.giveUp = go;
    });
    return this.#pool.take(route.key);
  }
}

/**
 * A reused connection may have been closed by the server just now. What was not written yet goes out on a
 * fresh one; what was, once more at most, and only by a safe method (RFC 9110 section 9.2.2). Over HTTP/2
 * undici has done that already.
 */
function mayRepeat({ started, request }: UndiciExchange, { wire }: Connection, error: unknown): boolean {
  if (!started) return true;
  const lost = error instanceof StaleConnection || (wire !== undefined && codeOfNodeError(error) === "reset");
  return lost && isSafe(request.method);
}
