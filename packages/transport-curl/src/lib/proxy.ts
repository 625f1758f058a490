import { BlockList, isIP, isIPv4 } from "node:net";
import { TransportError } from "@headrace/core/transport";

const schemes = ["http", "https", "socks5", "socks5h"] as const;
type ProxyScheme = (typeof schemes)[number];

/** A proxy as libcurl takes it: without credentials in the URL. Strings are one character a byte. */
export interface Proxy {
  readonly scheme: ProxyScheme;
  /** `scheme://host:port`. */
  readonly url: string;
  readonly username: string | null;
  readonly password: string | null;
}

/** libcurl's own. Given explicitly, so that one string means one proxy on every transport. */
const defaultPorts: Record<ProxyScheme, number> = { http: 1080, https: 443, socks5: 1080, socks5h: 1080 };

const proxyUrl = /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:([^@/]*)@)?(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?\/?$/i;

/**
 * Reads a proxy URL, by hand: `URL` drops a port 80 that was written. Without a scheme it is `http`.
 *
 * @throws `unsupported` for another scheme, `invalid-argument`; neither repeats the value, which may carry a password
 */
export function parseProxy(value: string): Proxy {
  const match = proxyUrl.exec(value.trim());
  if (!match) throw new TransportError("invalid-argument", "proxy is not a URL, such as http://proxy.example:3128");
  const [, given = "http", userinfo, host = "", port] = match;
  const scheme = schemes.find((known) => known === given.toLowerCase());
  if (!scheme) throw new TransportError("unsupported", `proxy has none of the schemes ${schemes.join(", ")}`);
  const number = port === undefined ? defaultPorts[scheme] : Number(port);
  if (number < 1 || number > 65_535) throw new TransportError("invalid-argument", "proxy has a port that cannot be");
  return { scheme, url: `${scheme}://${host}:${number}`, ...credentials(userinfo) };
}

function credentials(userinfo: string | undefined): Pick<Proxy, "username" | "password"> {
  if (userinfo === undefined || userinfo === "") return { username: null, password: null };
  const colon = userinfo.indexOf(":");
  const [username, password] = colon < 0 ? [userinfo, ""] : [userinfo.slice(0, colon), userinfo.slice(colon + 1)];
  return { username: decode(username), password: decode(password) };
}

/** Percent-decodes into bytes, one character each. What is not an escape stays as it is. */
function decode(text: string): string {
  return text.replaceAll(/%([\da-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/**
 * The proxy that the environment names for a URL, by curl's rules: `http_proxy` (not `HTTP_PROXY`, which a
 * CGI client can set), `https_proxy` or `HTTPS_PROXY`, then `all_proxy` or `ALL_PROXY`; `no_proxy` or
 * `NO_PROXY` takes names out. An empty one is as good as none.
 */
export function proxyForUrl(url: URL, env: NodeJS.ProcessEnv): string | undefined {
  const own = url.protocol === "https:" ? env["https_proxy"] || env["HTTPS_PROXY"] : env["http_proxy"];
  const proxy = own || env["all_proxy"] || env["ALL_PROXY"];
  const excluded = env["no_proxy"] || env["NO_PROXY"] || "";
  return !proxy || isExcluded(url, excluded) ? undefined : proxy;
}

function isExcluded(url: URL, excluded: string): boolean {
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return excluded.split(/[\s,]+/).some((entry) => entry !== "" && matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (isIP(host) !== 0) return matchesAddress(entry, host, port);
  const [name = "", wantedPort] = entry
    .replace(/^\*?\./, "")
    .replace(/\.$/, "")
    .split(":");
  return (wantedPort === undefined || wantedPort === port) && (host === name || host.endsWith(`.${name}`));
}

/** Addresses, with a port or as a CIDR block. */
function matchesAddress(entry: string, host: string, port: string): boolean {
  const [, address = "", wantedPort] = /^\[?([^\]]*?)\]?(?:(?<=\]|^[\d.]+):(\d+))?$/.exec(entry) ?? [];
  const [network = "", prefix] = address.split("/");
  if (isIP(network) !== isIP(host) || (wantedPort !== undefined && wantedPort !== port)) return false;
  const family = isIPv4(host) ? "ipv4" : "ipv6";
  const list = new BlockList();
  const bits = prefix === undefined ? (family === "ipv4" ? 32 : 128) : Number(prefix);
  if (!Number.isInteger(bits) || bits < 0 || bits > (family === "ipv4" ? 32 : 128)) return false;
  list.addSubnet(network, bits, family);
  return list.check(host, family);
}
