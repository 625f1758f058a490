import { validateHeaderValue } from "node:http";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { TransportError, type NetworkOptions } from "@headrace/core/transport";

/** The network options, checked and ready to use. */
export interface NetworkSettings {
  readonly secureContext: SecureContext;
  readonly rejectUnauthorized: boolean;
  readonly unixSocket: string | undefined;
  readonly userAgent: string | undefined;
  /** The address to use for a name, where one was given. */
  addressOf(name: string, port: string): string | undefined;
}

/**
 * Checks the network options.
 *
 * @throws `unsupported` for what node:http cannot do, `invalid-argument` for what makes no sense; never with a value in it
 */
export function readNetworkOptions(options: NetworkOptions): NetworkSettings {
  const { proxy = false, httpVersion = "1.1", unixSocket, userAgent } = options;
  if (proxy !== false) throw new TransportError("unsupported", "node:http has no proxies: use another transport");
  if (httpVersion !== "1.1") throw new TransportError("unsupported", "node:http speaks HTTP/1.1 only");
  if (unixSocket === "") throw invalid("unixSocket", "a path");
  if (userAgent !== undefined)
    attempt(() => validateHeaderValue("user-agent", userAgent), "userAgent", "a header value");
  return {
    secureContext: readCertificates(options),
    rejectUnauthorized: !options.insecure,
    unixSocket,
    userAgent,
    addressOf: readAddresses(options.resolve),
  };
}

function readAddresses(resolve: Record<string, string> = {}): NetworkSettings["addressOf"] {
  const addresses = new Map<string, string>();
  for (const [name, address] of Object.entries(resolve)) {
    const bare = address.replace(/^\[|\]$/g, "");
    if (!isIP(bare)) throw invalid("resolve", "names with an IP address each");
    addresses.set(name.toLowerCase(), bare);
  }
  return (name, port) => addresses.get(`${name}:${port}`) ?? addresses.get(name);
}

function readCertificates({ ca, cert, key }: NetworkOptions): SecureContext {
  if ((cert === undefined) !== (key === undefined)) throw invalid("cert", "given together with key");
  const pem = (value: string | Uint8Array): Buffer => Buffer.from(value as Uint8Array);
  const authorities = ca === undefined ? {} : { ca: pem(ca) };
  // Node takes anything for authorities, and its own for an empty string.
  if (ca !== undefined && !pem(ca).includes("-----BEGIN")) throw invalid("ca", "PEM certificates");
  const identity = cert === undefined || key === undefined ? {} : { cert: pem(cert), key: pem(key) };
  return attempt(() => createSecureContext({ ...authorities, ...identity }), "cert", "a PEM certificate with its key");
}

/** The cause is left out: it may tell the key. */
function attempt<T>(make: () => T, name: string, wanted: string): T {
  try {
    return make();
  } catch {
    throw invalid(name, wanted);
  }
}

function invalid(name: string, wanted: string): TransportError {
  return new TransportError("invalid-argument", `the option ${name} must be ${wanted}`);
}
