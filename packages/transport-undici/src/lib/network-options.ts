import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import {
  environmentProxy,
  type NetworkOptions,
  parseProxy,
  type ProxyServer,
  TransportError,
} from "@headrace/core/transport";

/** The network options, checked and ready to use. */
export interface Network {
  /** The proxy for a URL; looked up at each call with `environment`. */
  proxyFor(url: URL): ProxyServer | undefined;
  /** The address to use for a name, where one was given. */
  addressOf(host: string, port: number): string | undefined;
  readonly unixSocket: string | undefined;
  /** Made at the first use, then kept. */
  secureContext(): SecureContext;
  /** With the same authorities, but without the client certificate, which is not for a proxy. */
  proxySecureContext(): SecureContext;
  readonly insecure: boolean;
  readonly httpVersion: "1.1" | "2" | "h2c";
  readonly userAgent: string | undefined;
}

const names = ["proxy", "unixSocket", "ca", "cert", "key", "insecure", "httpVersion", "resolve", "userAgent"] as const;

/** Refuses every network option: a caller's dispatcher has its own. */
export function refuseNetworkOptions(options: NetworkOptions): void {
  for (const name of names) {
    if (name === "userAgent" || options[name] === undefined || options[name] === false) continue;
    throw new TransportError("unsupported", `the option ${name} has no effect on a given dispatcher: set it up there`);
  }
}

/**
 * Checks the network options.
 *
 * @throws `unsupported` for what undici cannot do, `invalid-argument` for what makes no sense; never with a value in it
 */
export function readNetworkOptions(options: NetworkOptions): Network {
  const { proxy = false, unixSocket, insecure = false, userAgent, httpVersion = "1.1" } = options;
  if (httpVersion === "3")
    throw new TransportError("unsupported", "undici has no HTTP/3: use @headrace/transport-curl");
  if (!["1.1", "2", "h2c"].includes(httpVersion)) throw invalid("httpVersion", "one of 1.1, 2 and h2c");
  if (unixSocket !== undefined && (typeof unixSocket !== "string" || !unixSocket))
    throw invalid("unixSocket", "a path");
  if (unixSocket !== undefined && proxy !== false)
    throw new TransportError("invalid-argument", "the options proxy and unixSocket exclude each other");
  if (userAgent !== undefined && !/^[\t\x20-\x7e\x80-\xff]*$/.test(userAgent))
    throw invalid("userAgent", "a header value");
  const fixed = proxy === false || proxy === "environment" ? undefined : parseProxy(proxy);
  return {
    proxyFor: proxy === "environment" ? (url) => environmentProxy(url, process.env) : () => fixed,
    addressOf: readAddresses(options.resolve),
    unixSocket,
    ...readCertificates(options),
    insecure,
    httpVersion,
    userAgent,
  };
}

function readAddresses(resolve: Record<string, string> = {}): Network["addressOf"] {
  const addresses = new Map<string, string>();
  for (const [name, address] of Object.entries(resolve)) {
    const bare = address.replace(/^\[|\]$/g, "");
    if (!isIP(bare)) throw invalid("resolve", "names with an IP address each");
    addresses.set(name.toLowerCase(), bare);
  }
  return (host, port) => addresses.get(`${host}:${port}`) ?? addresses.get(host);
}

function readCertificates({ ca, cert, key }: NetworkOptions): Pick<Network, "secureContext" | "proxySecureContext"> {
  if ((cert === undefined) !== (key === undefined)) throw invalid("cert", "given together with key");
  const pem = (value: string | Uint8Array): Buffer => Buffer.from(value as Uint8Array);
  const authorities = ca === undefined ? {} : { ca: pem(ca) };
  const identity = cert === undefined || key === undefined ? {} : { cert: pem(cert), key: pem(key) };
  const secureContext = once(() => contextOf({ ...authorities, ...identity }));
  const proxySecureContext = once(() => contextOf(authorities));
  if (ca !== undefined && !authorities.ca?.includes("-----BEGIN")) throw invalid("ca", "PEM certificates");
  if (ca !== undefined || cert !== undefined) secureContext();
  return { secureContext, proxySecureContext };
}

function contextOf(options: { ca?: Buffer; cert?: Buffer; key?: Buffer }): SecureContext {
  try {
    return createSecureContext(options);
  } catch {
    throw new TransportError(
      "invalid-argument",
      "the options ca, cert and key are not PEM certificates with their key",
    );
  }
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

function invalid(name: string, wanted: string): TransportError {
  return new TransportError("invalid-argument", `the option ${name} must be ${wanted}`);
}
