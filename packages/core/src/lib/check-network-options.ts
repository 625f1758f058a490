import { environmentProxy } from "./proxy-environment.ts";
import { parseProxy, type ProxyServer } from "./proxy-server.ts";
import { readCertificates, type Certificates } from "./read-certificates.ts";
import { readResolve } from "./read-resolve.ts";
import { refuseNetworkOptions } from "./refuse-network-options.ts";
import type { NetworkOptions, Transport } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** Network options, checked and ready to use. */
export interface NetworkSettings extends Certificates {
  /** The one given; `undefined` for none. */
  readonly proxy: ProxyServer | "environment" | undefined;
  /**
   * The proxy for a URL, `undefined` for none; with `proxy: "environment"` looked up at each call.
   *
   * @throws `unsupported`, `invalid-argument` for what a variable of the environment says
   */
  proxyFor(url: URL): ProxyServer | undefined;
  /** The address that `resolve` gives a name, without brackets; `undefined` for none. `host` is without brackets, too. */
  addressOf(host: string, port: number): string | undefined;
  readonly unixSocket: string | undefined;
  readonly insecure: boolean;
  readonly httpVersion: "1.1" | "2" | "3" | "h2c";
  /** The caller's; the default is the transport's. */
  readonly userAgent: string | undefined;
}

/** What is looked up in the host at the moment of use. */
interface Host {
  readonly process?: { readonly env?: Readonly<Record<string, string | undefined>> };
}

/**
 * Checks the network options of a transport: alike for all, so that a mistake gets the same error everywhere.
 *
 * @param transport its name, for messages, and what it `supports`
 * @throws `unsupported` for what is not declared, `invalid-argument` for what makes no sense; never with a value in it,
 * which may be a credential
 */
export function checkNetworkOptions(
  options: NetworkOptions,
  transport: Pick<Transport, "name" | "supports">,
): NetworkSettings {
  refuseNetworkOptions(options, transport);
  const asked = whatIsAsked(options);
  const { proxy, unixSocket, userAgent, httpVersion = "1.1", insecure = false } = asked;
  if (!["1.1", "2", "3", "h2c"].includes(httpVersion)) throw invalid("httpVersion", "one of 1.1, 2, 3 and h2c");
  if (unixSocket !== undefined && (typeof unixSocket !== "string" || /^$|\0/.test(unixSocket)))
    throw invalid("unixSocket", "a path");
  if (unixSocket !== undefined && proxy !== undefined)
    throw new TransportError("invalid-argument", "the options proxy and unixSocket exclude each other");
  // RFC 9110 section 5.5; one character is one byte.
  if (userAgent !== undefined && (typeof userAgent !== "string" || !/^[\t\x20-\x7e\x80-\xff]*$/.test(userAgent)))
    throw invalid("userAgent", "a field value, without characters that HTTP does not allow");
  return {
    ...readProxy(proxy, transport),
    addressOf: readResolve(asked.resolve),
    unixSocket,
    ...readCertificates(asked),
    insecure,
    httpVersion,
    userAgent,
  };
}

/** `undefined` and `false` ask for nothing. */
function whatIsAsked(options: NetworkOptions): NetworkOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined && value !== false));
}

function readProxy(
  proxy: NetworkOptions["proxy"],
  { name, supports }: Pick<Transport, "name" | "supports">,
): Pick<NetworkSettings, "proxy" | "proxyFor"> {
  const supported = (server: ProxyServer | undefined): ProxyServer | undefined => {
    if (server && !supports.proxy?.includes(server.scheme))
      throw new TransportError("unsupported", `${name} cannot use a proxy over ${server.scheme}`);
    return server;
  };
  if (proxy === "environment")
    return { proxy, proxyFor: (url) => supported(environmentProxy(url, (globalThis as Host).process?.env ?? {})) };
  const server = proxy === undefined || proxy === false ? undefined : supported(parseProxy(proxy));
  return { proxy: server, proxyFor: () => server };
}

/** Error for an option that makes no sense. */
function invalid(option: string, wanted: string): TransportError {
  return new TransportError("invalid-argument", `the option ${option} must be ${wanted}`);
}
