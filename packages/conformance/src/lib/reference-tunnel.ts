import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { isIP, type Socket } from "node:net";
import { type parseProxy, TransportError } from "@headrace/core/transport";

/** A proxy, as core reads its URL. */
export type ProxyServer = ReturnType<typeof parseProxy>;

/** A host, IPv6 without brackets, and a port. */
export interface Authority {
  readonly host: string;
  readonly port: number;
}

/** `Proxy-Authorization`, where the proxy's URL had a user (RFC 7617). */
export function proxyAuthorization({ credentials }: ProxyServer): string | undefined {
  if (credentials === undefined) return undefined;
  return `Basic ${btoa(`${credentials.username}:${credentials.password}`)}`;
}

/** Asks an HTTP proxy for a tunnel (RFC 9110 section 9.3.6). What ends the asking without a 2xx is `proxy`. */
export async function openHttpTunnel(socket: Socket, proxy: ProxyServer, { host, port }: Authority): Promise<void> {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const authorization = proxyAuthorization(proxy);
  const fields = [
    `Host: ${authority}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization}`]),
  ];
  socket.write([`CONNECT ${authority} HTTP/1.1`, ...fields, "", ""].join("\r\n"), "latin1");
  let head = "";
  while (!head.endsWith("\r\n\r\n") && head.length < 262_144) head += (await take(socket, 1)).toString("latin1");
  const status = Number(/^HTTP\/1\.[01] ([1-5]\d\d)[ \r]/.exec(head)?.[1]);
  if (Number.isNaN(status)) throw new TransportError("proxy", "The proxy did not answer CONNECT with HTTP/1");
  // RFC 9110 9.3.6: Content-Length and Transfer-Encoding of a 2xx answer to CONNECT mean nothing.
  if (status < 200 || status > 299) throw new TransportError("proxy", `The proxy answered ${status}`, { status });
}

/** Asks a SOCKS5 proxy for a tunnel (RFC 1928; RFC 1929 where there are credentials). */
export async function openSocksTunnel(socket: Socket, proxy: ProxyServer, origin: Authority): Promise<void> {
  const { scheme, credentials } = proxy;
  socket.write(credentials === undefined ? Buffer.of(5, 1, 0) : Buffer.of(5, 2, 0, 2));
  const [version, method = 0xff] = await take(socket, 2);
  if (version !== 5 || (method !== 0 && method !== 2)) throw refused("it does not speak SOCKS5, or not to us");
  if (method === 2 && credentials !== undefined) {
    const [user, password] = [credentials.username, credentials.password].map((text) => counted(text));
    socket.write(Buffer.concat([Buffer.of(1), user ?? counted(""), password ?? counted("")]));
    if ((await take(socket, 2))[1] !== 0) throw refused("it did not take the credentials");
  }
  const port = Buffer.of(origin.port >> 8, origin.port & 255);
  const address = scheme === "socks5h" ? origin.host : await addressOf(origin.host);
  socket.write(Buffer.concat([Buffer.of(5, 1, 0), encodeAddress(address), port]));
  const [, reply, , kind] = await take(socket, 4);
  if (reply !== 0) throw refused(`reply ${reply}`);
  await take(socket, (kind === 1 ? 4 : kind === 4 ? 16 : ((await take(socket, 1))[0] ?? 0)) + 2);
}

async function addressOf(host: string): Promise<string> {
  if (isIP(host) !== 0) return host;
  try {
    return (await lookup(host)).address;
  } catch (cause) {
    throw new TransportError("dns", "The host name was not found", { cause });
  }
}

/** ATYP and DST.ADDR (RFC 1928 section 5). */
function encodeAddress(host: string): Buffer {
  if (isIP(host) === 4) return Buffer.of(1, ...host.split(".").map(Number));
  if (isIP(host) !== 6) return Buffer.concat([Buffer.of(3), counted(host)]);
  const [start = [], end = []] = host.split("::").map((half) => half.split(":").filter((word) => word !== ""));
  const words = [...start, ...Array.from({ length: 8 - start.length - end.length }, () => "0"), ...end];
  return Buffer.concat([Buffer.of(4), ...words.map((word) => Buffer.from(word.padStart(4, "0"), "hex"))]);
}

function counted(text: string): Buffer {
  return Buffer.concat([Buffer.of(text.length), Buffer.from(text, "latin1")]);
}

/** The next bytes of a proxy's answer; what comes behind them stays in the socket. */
async function take(socket: Socket, count: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (let missing = count; missing > 0;) {
    const bytes = socket.read(Math.min(missing, socket.readableLength)) as Buffer | null;
    if (bytes !== null) {
      parts.push(bytes);
      missing -= bytes.length;
    } else if (socket.readableEnded || socket.destroyed) throw refused("it ended the connection");
    else await more(socket);
  }
  return Buffer.concat(parts);
}

async function more(socket: Socket): Promise<void> {
  const ending = new AbortController();
  const events = ["readable", "end", "close"].map((event) => once(socket, event, { signal: ending.signal }));
  for (const event of events) event.catch(() => {});
  try {
    await Promise.race(events);
  } catch (cause) {
    throw new TransportError("proxy", "The proxy broke the connection", { cause });
  } finally {
    ending.abort();
  }
}

function refused(why: string): TransportError {
  return new TransportError("proxy", `The proxy refused: ${why}`);
}
