import { hostnameOf, parseProxy, type ProxyServer } from "./proxy-server.ts";

/**
 * Finds the proxy that variables of the environment name for a URL, by curl's rules.
 *
 * `http_proxy` is for `http:` URLs, in lower case only: a CGI server sets `HTTP_PROXY` from a header of its
 * client. `https_proxy` is for `https:`, `all_proxy` for both where the other is not set; these two and
 * `no_proxy` are read in lower case, else in upper. An empty variable is as good as none.
 *
 * `no_proxy` lists, between commas or blanks, what goes without a proxy (curl's lib/noproxy.c):
 *
 * - `*`: everything;
 * - `example.com`, `.example.com` and `*.example.com`: that name and all below it, in any case, a final dot
 *   of either not counted;
 * - `192.0.2.1`, `::1`: that address, however it is written;
 * - `10.0.0.0/8`, `fd00::/8`: the addresses of that network, where the URL has an address.
 *
 * curl knows no `*` in a list, no `*.`, and blanks only beside commas; others do, and so it is here. As with
 * them an entry may have a port, for which alone it then is: `example.com:8080`, `[::1]:8080`.
 *
 * @param environment such as `process.env`
 * @throws what `parseProxy` throws, naming the variable
 */
export function environmentProxy(
  url: URL,
  environment: Readonly<Record<string, string | undefined>>,
): ProxyServer | undefined {
  const either = (name: string): string[] => [name, name.toUpperCase()];
  const set = (names: readonly string[]): string | undefined => names.find((name) => environment[name]);
  const own = url.protocol === "https:" ? either("https_proxy") : ["http_proxy"];
  const name = set([...own, ...either("all_proxy")]);
  const exempt = set(either("no_proxy"));
  if (name === undefined || (exempt !== undefined && isExempt(url, environment[exempt] ?? ""))) return undefined;
  return parseProxy(environment[name] ?? "", `the environment variable ${name}`);
}

function isExempt(url: URL, list: string): boolean {
  const host = url.hostname.replace(/\.$/, "");
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return list.split(/[\s,]+/).some((entry) => entry === "*" || isNamed(entry, host, port));
}

function isNamed(entry: string, host: string, port: string): boolean {
  const [address = "", width] = entry.split("/");
  // With several colons and no brackets it is an IPv6 address alone.
  const [, written = address, only = port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(address) ?? [];
  const bare = written.replace(/^\*?\.|\.$/g, "");
  const name = hostnameOf(bare.includes(":") && !bare.startsWith("[") ? `[${bare}]` : bare);
  if (name === undefined || Number(only) !== Number(port)) return false;
  return width === undefined ? host === name || host.endsWith(`.${name}`) : isInNetwork(host, name, width);
}

function isInNetwork(host: string, network: string, width: string): boolean {
  const [wanted, had] = [bitsOf(network), bitsOf(host)];
  if (wanted.length !== had.length || !/^\d{1,3}$/.test(width) || Number(width) > wanted.length) return false;
  return wanted !== "" && wanted.slice(0, Number(width)) === had.slice(0, Number(width));
}

/** The bits of an address in `URL`'s spelling, as digits; `""` for a name. */
function bitsOf(hostname: string): string {
  const binary = (numbers: readonly number[], width: number): string =>
    numbers.map((number) => number.toString(2).padStart(width, "0")).join("");
  if (/^\d+(?:\.\d+){3}$/.test(hostname)) return binary(hostname.split(".").map(Number), 8);
  if (!hostname.startsWith("[")) return "";
  const [start, end] = hostname.slice(1, -1).split("::");
  const words = (text = ""): number[] => (text === "" ? [] : text.split(":").map((word) => Number.parseInt(word, 16)));
  const [first, last] = [words(start), words(end)];
  return binary([...first, ...Array.from({ length: 8 - first.length - last.length }, () => 0), ...last], 16);
}
