import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { environmentProxy, type NetworkOptions, parseProxy, TransportError } from "@headrace/core/transport";
import { type Authority, openHttpTunnel, openSocksTunnel, type ProxyServer } from "./reference-tunnel.ts";

/** A connection to the origin, or to what stands in for it. */
export interface Connection {
  readonly socket: Socket;
  /** The proxy that takes plain requests in absolute form. */
  readonly forwarder: ProxyServer | undefined;
  readonly isHttp2: boolean;
}

/**
 * Opens a connection: TCP or a Unix domain socket, the proxy's handshakes, TLS.
 *
 * @param opened takes every socket as soon as there is one, for who must destroy them
 */
export async function openConnection(url: URL, options: NetworkOptions, opened: Socket[]): Promise<Connection> {
  const isSecure = url.protocol === "https:";
  const origin = { host: url.hostname.replace(/^\[(.*)\]$/, "$1"), port: Number(url.port || (isSecure ? 443 : 80)) };
  const proxy = proxyFor(url, options);
  const own = (socket: Socket): Socket => {
    opened.push(socket);
    return socket.on("error", () => {});
  };
  let socket = own(openTcp(proxy ?? origin, options));
  await happens(socket, "connect", connectError);
  if (proxy?.scheme === "https") socket = await secure(own, socket, proxy.host, { ca: options.ca });
  const isForwarder = proxy?.scheme.startsWith("http") === true && !isSecure;
  if (proxy?.scheme.startsWith("socks") === true) await openSocksTunnel(socket, proxy, addressed(origin, options));
  else if (proxy !== undefined && isSecure) await openHttpTunnel(socket, proxy, origin);
  if (isSecure) socket = await secure(own, socket, origin.host, options);
  const isHttp2 = options.httpVersion === "h2c" || ("alpnProtocol" in socket && socket.alpnProtocol === "h2");
  return { socket, forwarder: isForwarder ? proxy : undefined, isHttp2 };
}

/** The proxy that the options name for a URL. */
export function proxyFor(url: URL, { proxy = false }: NetworkOptions): ProxyServer | undefined {
  if (proxy === "environment") return environmentProxy(url, process.env);
  return proxy === false ? undefined : parseProxy(proxy);
}

/** The same authority, at the address that `resolve` gives its name. */
function addressed({ host, port }: Authority, { resolve = {} }: NetworkOptions): Authority {
  return { host: resolve[`${host}:${port}`] ?? resolve[host] ?? host, port };
}

function openTcp(to: Authority, options: NetworkOptions): Socket {
  if (options.unixSocket === undefined) return connect({ ...addressed(to, options), noDelay: true });
  // Node would cut a longer path short, and look a name up for one in an abstract namespace.
  const isTooLong = Buffer.byteLength(options.unixSocket) > 107;
  if (isTooLong) throw new TransportError("connect", "The path of the Unix domain socket is too long");
  return connect({ path: options.unixSocket });
}

/** TLS over a connection that stands: to the origin, or to a proxy. */
async function secure(
  own: (socket: Socket) => Socket,
  socket: Socket,
  host: string,
  {
    ca,
    cert,
    key,
    insecure = false,
    httpVersion,
  }: { [Name in keyof NetworkOptions]: NetworkOptions[Name] | undefined },
): Promise<Socket> {
  const identity = { ...(ca && { ca: pem(ca) }), ...(cert && { cert: pem(cert) }), ...(key && { key: pem(key) }) };
  const secured = connectTls({
    socket,
    host,
    servername: isIP(host) === 0 ? host : "",
    ALPNProtocols: httpVersion === "2" ? ["h2", "http/1.1"] : ["http/1.1"],
    rejectUnauthorized: !insecure,
    ...identity,
  });
  await happens(own(secured), "secureConnect", handshakeError);
  return secured;
}

function pem(text: string | Uint8Array): string {
  return typeof text === "string" ? text : Buffer.from(text).toString("latin1");
}

async function happens(socket: Socket, event: string, fail: (cause: unknown) => TransportError): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once(event, resolve);
    socket.once("error", (error) => reject(fail(error)));
    socket.once("close", () => reject(fail(undefined)));
  });
}

function handshakeError(cause: unknown): TransportError {
  return new TransportError("tls", "The TLS handshake failed", { phase: "connect", cause });
}

function connectError(cause: unknown): TransportError {
  const { syscall, code = "failed" } = (cause ?? {}) as NodeJS.ErrnoException;
  if (syscall === "getaddrinfo") return new TransportError("dns", "The host name was not found", { cause });
  return new TransportError("connect", `No connection: ${code}`, { cause });
}
