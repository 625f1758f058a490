import { BlockList, isIP } from "node:net";
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
  if (!text || isExempt(url.hostname.replace(/^\[|\]$/g, ""), get("no_proxy") ?? "")) return undefined;
  return parseProxy(text);
}

/** Whether `no_proxy` names this host: `*`, a name (and all below it), an address, or a network as 10.0.0.0/8. */
function isExempt(host: string, noProxy: string): boolean {
  return noProxy.split(/[\s,]+/).some((entry) => {
    const pattern = entry
      .toLowerCase()
      .replace(/^\.|\.$/g, "")
      .replace(/^\[|\]$/g, "");
    if (pattern === "") return false;
    if (pattern === "*" || pattern === host) return true;
    return isIP(host) ? isInNetwork(host, pattern) : host.replace(/\.$/, "").endsWith(`.${pattern}`);
  });
}

function isInNetwork(address: string, network: string): boolean {
  const [base = "", bits = ""] = network.split("/");
  const family = isIP(base);
  if (!/^\d+$/.test(bits) || family === 0 || family !== isIP(address) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const type = family === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(base, Number(bits), type);
  return list.check(address, type);
}
