import { hostnameOf } from "./proxy-server.ts";
import { TransportError } from "./transport-error.ts";

/** A host, or `*` for all, and a port. No sign before it: libcurl would take one for an instruction. */
const form = /^(\*|\[[\da-f:.]+\]|[^\s:/?#@\\[\],*+-][^\s:/?#@\\[\],*]*)(?::(\d{1,5}))?$/i;

/**
 * Reads the option `resolve`. Names are compared as `URL` has them; one with a port comes before one without, and both
 * before `*`, which is any name.
 *
 * @returns finds the address for a host without brackets and a port
 * @throws `invalid-argument`
 */
export function readResolve(
  resolve: Readonly<Record<string, string>> = {},
): (host: string, port: number) => string | undefined {
  if (typeof resolve !== "object" || resolve === null) throw invalid();
  const addresses = new Map<string, string>();
  for (const [name, address] of Object.entries(resolve)) {
    const [, host = "", port] = form.exec(name) ?? [];
    const hostname = host === "*" ? host : hostnameOf(host);
    if (hostname === undefined) throw invalid();
    const key = withoutBrackets(hostname);
    addresses.set(port === undefined ? key : keyOf(key, Number(port)), checkAddress(address));
  }
  return (host, port) => {
    if (addresses.size === 0) return undefined;
    const keys = [keyOf(host, port), host, keyOf("*", port), "*"];
    return addresses.get(keys.find((key) => addresses.has(key)) ?? "");
  };
}

/** No host has a blank in it; an IPv6 address has colons. */
function keyOf(host: string, port: number): string {
  return `${host} ${port}`;
}

function checkAddress(address: string): string {
  if (typeof address !== "string") throw invalid();
  const bare = withoutBrackets(address);
  const isIPv4 = /^\d+(?:\.\d+){3}$/.test(bare) && hostnameOf(bare) === bare;
  // RFC 4007 section 11: a link-local address has a zone, which URLs have not.
  const isIPv6 = /^[\da-f:.]+(?:%[\w.-]+)?$/i.test(bare) && hostnameOf(`[${bare.replace(/%.*/, "")}]`) !== undefined;
  if (!isIPv4 && !isIPv6) throw invalid();
  return bare;
}

function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

function invalid(): TransportError {
  return new TransportError("invalid-argument", "the option resolve must map host or host:port to an IP address");
}
