import type { Socket } from "node:net";
import { watchHiddenReset } from "@headrace/core/transport";
import type { buildConnector, Client } from "undici";
import type { Undici } from "./load-undici.ts";
import { MAX_HEAD_SIZE, ResponseWire } from "./response-wire.ts";

/** How long an idle connection is kept where the server does not say (Keep-Alive: timeout), in ms. undici's own default. */
const KEEP_ALIVE = 4_000;

/** How many exchanges share an HTTP/2 connection: what RFC 9113 section 6.5.2 recommends that servers allow at least. */
const MAX_STREAMS = 100;

/** The connection was gone before the server took the request. */
export class StaleConnection extends Error {}

/**
 * One connection and the undici `Client` on it, which never opens another.
 *
 * One connection a client, instead of undici's `Agent`, so that each exchange knows its socket: whether it
 * is reused, what it failed with, and what to destroy.
 */
export interface Connection {
  readonly key: string;
  readonly client: Client;
  readonly socket: Socket;
  /** Absent over HTTP/2, where exchanges share the connection. */
  readonly wire: ResponseWire | undefined;
  /** Whether an exchange has been made on it before. */
  used: boolean;
  /** What the socket failed with first: undici goes on to report its own conclusion. */
  failure: Error | undefined;
  /** Over HTTP/2 the exchanges on it: told when undici asks for another socket, as after GOAWAY, for there will be none. */
  readonly exchanges: Set<{ strand(): void }> | undefined;
}

/** Whether an HTTP/2 connection can take one exchange more. */
export function hasRoom({ client }: Connection): boolean {
  return client.stats.size < MAX_STREAMS;
}

/** A connection as it comes from the connector. */
interface Opened {
  readonly socket: Socket;
  readonly origin: URL;
  /** Whether the socket, or what is below its TLS, is TCP. */
  readonly tcp: boolean;
}

/** Puts a `Client` on an open socket. Over TLS it speaks what ALPN agreed on. */
export function createConnection({ Client }: Undici, key: string, { socket, origin, tcp }: Opened): Connection {
  const http2 = "alpnProtocol" in socket && socket.alpnProtocol === "h2";
  const wire = http2 ? undefined : new ResponseWire(socket);
  const client = new Client(origin, {
    connect: connectOnce(socket, () => connection),
    allowH2: http2,
    // Over HTTP/2 it matters after GOAWAY alone: undici would let what is left wait for the streams under way.
    pipelining: http2 ? MAX_STREAMS : 1,
    // Core keeps the clocks.
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: KEEP_ALIVE,
    maxHeaderSize: MAX_HEAD_SIZE,
    ...(http2 && { h2Options: { pingInterval: 0, maxConcurrentStreams: MAX_STREAMS } }),
  });
  const exchanges = http2 ? new Set<{ strand(): void }>() : undefined;
  const connection: Connection = { key, client, socket, wire, used: false, failure: undefined, exchanges };
  const fail = (error: Error): void => {
    connection.failure ??= error;
    if (socket.destroyed) return;
    // Node does not end a socket whose TLS fails later on. What had come may still wait to be read.
    if (wire) socket.push(null);
    else socket.destroy();
  };
  socket.once("error", fail);
  if (tcp) watchHiddenReset(socket, fail);
  return connection;
}

/** A connector for one socket. undici looks for that only after the connector has returned. */
function connectOnce(socket: Socket, connection: () => Connection): buildConnector.connector {
  let given = false;
  return (_options, callback) =>
    queueMicrotask(() => {
      if (!given && !socket.destroyed) {
        given = true;
        return callback(null, socket);
      }
      const { exchanges } = connection();
      // With streams under way undici would ask again and again.
      if (exchanges) for (const exchange of exchanges) exchange.strand();
      else callback(new StaleConnection("the connection was closed"), null);
    });
}
