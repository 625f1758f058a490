import type { Socket } from "node:net";
import { type ProxyServer, TransportError } from "@headrace/core/transport";
import type { Undici } from "./load-undici.ts";

/** What to tunnel to, through which proxy. */
export interface Tunnel {
  readonly proxy: ProxyServer;
  readonly host: string;
  readonly port: number;
}

/**
 * Asks an HTTP proxy for a tunnel (RFC 9110 section 9.3.6) over a connection to it.
 *
 * @returns the same connection, now the tunnel
 * @throws `proxy`, with the status where it answered
 */
export async function openHttpTunnel(
  { Client }: Undici,
  socket: Socket,
  { proxy, host, port }: Tunnel,
): Promise<Socket> {
  const authority = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  const authorization = proxyAuthorization(proxy);
  const client = new Client(`http://${authority}`, {
    connect: (_options, callback) => queueMicrotask(() => callback(null, socket)),
    headersTimeout: 0,
    allowH2: false,
  });
  return new Promise((resolve, reject) => {
    client.dispatch(
      {
        method: "CONNECT",
        path: authority,
        headers: { host: authority, ...(authorization !== undefined && { "proxy-authorization": authorization }) },
      },
      {
        onRequestStart() {},
        onRequestUpgrade(_controller, status, _headers, tunnel) {
          if (status >= 200 && status < 300) return resolve(tunnel as Socket);
          tunnel.destroy();
          reject(
            new TransportError("proxy", `the proxy ${proxy.host}:${proxy.port} answered CONNECT with ${status}`, {
              status,
            }),
          );
        },
        onResponseError(_controller, cause) {
          const message = `the proxy ${proxy.host}:${proxy.port} did not answer CONNECT: ${cause.message}`;
          // A parser's error carries the bytes it stumbled on, where a proxy may have echoed the credential.
          reject(new TransportError("proxy", message, cause.name === "HTTPParserError" ? {} : { cause }));
        },
      },
    );
  });
}

/** The value of Proxy-Authorization (RFC 7617), where the proxy has a user. */
export function proxyAuthorization({ credentials }: ProxyServer): string | undefined {
  if (!credentials) return undefined;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`, "latin1").toString("base64")}`;
}
