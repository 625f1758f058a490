import { lookup } from "node:dns/promises";
import { isIP, isIPv6, type Socket } from "node:net";
import { type ProxyServer, TransportError } from "@headrace/core/transport";
import { toConnectError } from "./codes.ts";
import { socketEvent } from "./socket-event.ts";

const VERSION = 5;
const replies: Record<number, string> = {
  1: "general failure",
  2: "not allowed by its rules",
  3: "network unreachable",
  4: "host unreachable",
  5: "connection refused",
  6: "TTL expired",
  7: "command not supported",
  8: "address type not supported",
};

/**
 * Asks a SOCKS5 proxy for a tunnel (RFC 1928, with user and password as RFC 1929) over a connection to it.
 *
 * With `socks5` the name is looked up here, with `socks5h` by the proxy.
 *
 * @throws `proxy` where it refuses or is none, `dns`
 */
export async function openSocksTunnel(
  socket: Socket,
  proxy: ProxyServer,
  target: { host: string; port: number },
): Promise<void> {
  const address = proxy.scheme === "socks5" && !isIP(target.host) ? await resolve(target.host) : target.host;
  const encoded = encodeAddress(address);
  if (!encoded) throw refused(proxy, "the host name is over 255 bytes, more than SOCKS has room for");
  try {
    await authenticate(socket, proxy);
    socket.write(Buffer.concat([Buffer.of(VERSION, 1, 0), encoded, Buffer.of(target.port >> 8, target.port & 0xff)]));
    const [, reply = 0, , type] = await read(socket, 4);
    if (reply !== 0) throw refused(proxy, replies[reply] ?? `reply ${reply}`);
    const length = type === 1 ? 4 : type === 4 ? 16 : ((await read(socket, 1))[0] ?? 0);
    await read(socket, length + 2);
  } catch (cause) {
    throw isOurs(cause)
      ? cause
      : new TransportError("proxy", `the proxy ${proxy.host}:${proxy.port} gave up during SOCKS`, { cause });
  }
}

async function authenticate(socket: Socket, proxy: ProxyServer): Promise<void> {
  const { credentials } = proxy;
  socket.write(credentials === undefined ? Buffer.of(VERSION, 1, 0) : Buffer.of(VERSION, 2, 0, 2));
  const [version, method] = await read(socket, 2);
  if (version !== VERSION) throw refused(proxy, "it does not speak SOCKS5");
  if (method === 0) return;
  if (method !== 2 || credentials === undefined) throw refused(proxy, "it wants another authentication");
  const user = Buffer.from(credentials.username, "latin1");
  const secret = Buffer.from(credentials.password, "latin1");
  if (user.length > 255 || secret.length > 255) throw refused(proxy, "user or password is over 255 bytes");
  socket.write(Buffer.concat([Buffer.of(1, user.length), user, Buffer.of(secret.length), secret]));
  const [, status] = await read(socket, 2);
  if (status !== 0) throw refused(proxy, "wrong user or password");
}

/** ATYP and DST.ADDR of RFC 1928, section 5; `undefined` for a name over 255 bytes, whose length has one byte. */
export function encodeAddress(host: string): Buffer | undefined {
  if (isIPv6(host)) return Buffer.concat([Buffer.of(4), ipv6Bytes(host)]);
  if (isIP(host)) return Buffer.of(1, ...host.split(".").map(Number));
  const name = Buffer.from(host);
  return name.length > 255 ? undefined : Buffer.concat([Buffer.of(3, name.length), name]);
}

function ipv6Bytes(address: string): Buffer {
  // `URL` writes the last 32 bits in hexadecimal too, where they were given as an IPv4 address.
  const canonical = new URL(`http://[${address.replace(/%.*$/, "")}]`).hostname.slice(1, -1);
  const [head = "", tail] = canonical.split("::");
  const words = (text: string): number[] => (text === "" ? [] : text.split(":").map((word) => parseInt(word, 16)));
  const start = words(head);
  const end = tail === undefined ? [] : words(tail);
  const all = [...start, ...Array.from({ length: 8 - start.length - end.length }, () => 0), ...end];
  return Buffer.from(all.flatMap((word) => [word >> 8, word & 0xff]));
}

/** Takes all that is there: to listen for `readable` with bytes in the buffer calls back at once, for ever. */
async function read(socket: Socket, length: number): Promise<Buffer> {
  let bytes = Buffer.of();
  while (bytes.length < length) {
    const more = socket.read() as Buffer | null;
    if (more) bytes = Buffer.concat([bytes, more]);
    else if (socket.readableEnded || socket.destroyed) throw new Error("the connection was closed");
    else await socketEvent(socket, "readable", "end");
  }
  if (bytes.length > length) socket.unshift(bytes.subarray(length));
  return bytes.subarray(0, length);
}

async function resolve(host: string): Promise<string> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    throw toConnectError(error, "tcp", host);
  }
}

function refused({ host, port }: ProxyServer, reason: string): TransportError {
  return new TransportError("proxy", `the proxy ${host}:${port} refused: ${reason}`);
}

function isOurs(error: unknown): error is TransportError {
  return error instanceof Error && error.name === "HeadraceError";
}
