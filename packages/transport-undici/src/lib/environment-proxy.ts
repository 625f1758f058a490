import { BlockList, isIP } from "node:net";
import { portOf } from "./port-of.ts";
import { parseProxy, type Proxy } from "./proxy.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Finds the proxy that the environment names for a URL, as curl does: `https_proxy` and `all_proxy` in
 * lower case, else upper; `http_proxy` in lower case only, since a CGI server sets HTTP_PROXY from a request's header.
 *
 * @throws what `parseProxy` throws, where the variable is no proxy URL
 */
export function environmentProxy(url: URL, environment: Environment): Proxy | undefined {
  const get = (name: string): string | undefined => environment[name] || environment[name.toUpperCase()];
  const text = (url.protocol === "http:" ? environment["http_proxy"] : get("https_proxy")) || get("all_proxy");
  if (!text || isExempt(url, get("no_proxy") ?? "")) return undefined;
  return parseProxy(text);
}

/**
 * Whether `no_proxy` names this URL's host: `*`, a name (and all below it, also with a leading `.` or `*.`),
 * an address, or a network as 10.0.0.0/8. With a port an entry is for that alone: a.test:8080, [::1]:80.
 */
function isExempt(url: URL, noProxy: string): boolean {
  const host = url.hostname.replace(/^\[|\]$|\.$/g, "");
  const port = portOf(url);
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .some((entry) => {
      if (entry === "*") return true;
      const [, bracketed, bare = entry, only = port] = /^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/.exec(entry) ?? [];
      const pattern = (bracketed ?? bare).replace(/^\*?\.|\.$/g, "");
      if (pattern === "" || Number(only) !== port) return false;
      return pattern === host || (isIP(host) ? isInNetwork(host, pattern) : host.endsWith(`.${pattern}`));
    });
}

function isInNetwork(address: string, network: string): boolean {
  const family = isIP(address);
  const width = family === 4 ? 32 : 128;
  const [base = "", bits = String(width)] = network.split("/");
  if (!/^\d+$/.test(bits) || isIP(base) !== family || Number(bits) > width) return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(base, Number(bits), type);
  return list.check(address, type);
}
