import { connect as connectTcp, isIP, type Socket } from "node:net";
import { type ProxyServer, startConnectClock } from "@headrace/core/transport";
import { toConnectError } from "./codes.ts";
import type { Undici } from "./load-undici.ts";
import type { Network } from "./network-options.ts";
import { openHttpTunnel } from "./http-tunnel.ts";
import { socketEvent } from "./socket-event.ts";
import { openSocksTunnel } from "./socks-tunnel.ts";

/** Where a connection goes to, and through what. */
export interface Route {
  /** Connections of equal key are interchangeable. */
  readonly key: string;
  readonly protocol: string;
  /** Without brackets. */
  readonly host: string;
  readonly port: number;
  readonly proxy: ProxyServer | undefined;
}

/** Who waits for a connection. */
export interface Waiting {
  readonly request: { readonly connectTimeout: number };
  /** While the connection is being opened: gives it up. */
  giveUp: (() => void) | undefined;
}

/** How connections are opened. */
export interface Dialer {
  readonly network: Network;
  readonly undici: Undici;
}

const ignore = (): void => {};

/**
 * Opens a connection: look-up, TCP, the proxy's handshake, TLS. One timer covers all of it, and when that
 * fires or it is given up, the socket is destroyed at once.
 *
 * undici's own connector is not used: its timer is coarse (300 ms fired at 1006, run), and an abort does
 * not reach it.
 *
 * @throws `dns`, `connect`, `proxy`, `tls`, `timeout` with phase `connect`; anything when it was given up
 */
export async function openSocket(dialer: Dialer, route: Route, waiting: Waiting): Promise<Socket> {
  let current: Socket | undefined;
  let stopped: { reason: unknown } | undefined;
  const stop = (reason: unknown): void => {
    stopped ??= { reason };
    current?.destroy();
  };
  const stopClock = startConnectClock(waiting.request.connectTimeout, `${route.host}:${route.port}`, stop);
  waiting.giveUp = () => stop(undefined);
  const own = <T extends Socket>(socket: T): T => {
    current = socket.on("error", ignore);
    if (stopped) socket.destroy();
    return socket;
  };
  try {
    return await run(dialer, route, own);
  } catch (error) {
    current?.destroy();
    throw stopped ? stopped.reason : error;
  } finally {
    stopClock();
    waiting.giveUp = undefined;
  }
}

type Own = <T extends Socket>(socket: T) => T;

async function run(dialer: Dialer, route: Route, own: Own): Promise<Socket> {
  const { network } = dialer;
  const { proxy, host, port } = route;
  const tls = route.protocol === "https:";
  let socket = await openTcp(network, proxy ?? route, own);
  if (proxy?.scheme === "https")
    socket = await secure(own, socket, { host: proxy.host, context: network.proxySecureContext() });
  if (proxy?.scheme.startsWith("socks5")) {
    const address = proxy.scheme === "socks5" ? network.addressOf(host, port) : undefined;
    await openSocksTunnel(socket, proxy, { host: address ?? host, port });
  } else if (proxy && tls) {
    socket = own(await openHttpTunnel(dialer.undici, socket, { proxy, host, port }));
  }
  if (!tls) return network.httpVersion === "h2c" ? Object.assign(socket, { alpnProtocol: "h2" }) : socket;
  return secure(own, socket, {
    host,
    context: network.secureContext(),
    insecure: network.insecure,
    alpn: network.httpVersion === "2" ? ["h2", "http/1.1"] : ["http/1.1"],
  });
}

async function openTcp(network: Network, { host, port }: { host: string; port: number }, own: Own): Promise<Socket> {
  const { unixSocket } = network;
  const options =
    unixSocket === undefined ? { host: network.addressOf(host, port) ?? host, port } : { path: unixSocket };
  const socket = own(connectTcp({ ...options, noDelay: true, keepAlive: true, keepAliveInitialDelay: 60_000 }));
  try {
    await socketEvent(socket, "connect");
  } catch (error) {
    throw toConnectError(error, "tcp", unixSocket === undefined ? `${host}:${port}` : "the Unix domain socket");
  }
  return socket;
}

interface Secure {
  readonly host: string;
  readonly context: ReturnType<Network["secureContext"]>;
  readonly insecure?: boolean;
  readonly alpn?: string[];
}

async function secure(
  own: Own,
  socket: Socket,
  { host, context, insecure = false, alpn = ["http/1.1"] }: Secure,
): Promise<Socket> {
  // Loaded when it is needed: undici does so itself, but not the import of this package.
  const { connect: connectTls } = process.getBuiltinModule("node:tls");
  const secured = own(
    connectTls({
      socket,
      host,
      // RFC 6066 section 3: an address is no server name.
      servername: isIP(host) ? "" : host,
      secureContext: context,
      ALPNProtocols: alpn,
      // Written out: the default follows NODE_TLS_REJECT_UNAUTHORIZED.
      rejectUnauthorized: !insecure,
    }),
  );
  try {
    await socketEvent(secured, "secureConnect");
  } catch (error) {
    throw toConnectError(error, "tls", host);
  }
  return secured;
}
