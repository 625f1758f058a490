import { TransportError } from "@headrace/core/transport";

/** A proxy, taken apart. */
export interface Proxy {
  readonly scheme: "http" | "https" | "socks5" | "socks5h";
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
}

// curl's defaults (CURLOPT_PROXYPORT), so that one string means one proxy on every transport.
const defaultPort = { http: 1080, https: 443, socks5: 1080, socks5h: 1080 };

/**
 * Takes a proxy URL apart, by hand: `URL` drops a port 80 that was written, and puts its input into its error.
 *
 * @param text as curl has it: without a scheme it is `http`, without a port 1080 (https: 443)
 * @throws `unsupported` for another scheme, `invalid-argument`; neither repeats the text, which may carry a password
 */
export function parseProxy(text: string): Proxy {
  const match = /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:([^@/]*)@)?(\[[\da-f:.]+\]|[^\s:/?#@[\]]+)(?::(\d{1,5}))?\/?$/i.exec(
    text.trim(),
  );
  if (!match)
    throw new TransportError(
      "invalid-argument",
      "the option proxy is not a proxy URL, such as http://proxy.example:3128",
    );
  const [, given = "http", userinfo, host = "", port] = match;
  const scheme = given.toLowerCase();
  if (!isScheme(scheme)) {
    throw new TransportError(
      "unsupported",
      `undici has no proxies of the scheme ${scheme}: use http, https, socks5 or socks5h`,
    );
  }
  const number = port === undefined ? defaultPort[scheme] : Number(port);
  if (number < 1 || number > 65_535) throw new TransportError("invalid-argument", "the option proxy has no such port");
  return { scheme, host: host.replace(/^\[|\]$/g, ""), port: number, ...credentials(userinfo) };
}

function isScheme(scheme: string): scheme is Proxy["scheme"] {
  return Object.hasOwn(defaultPort, scheme);
}

function credentials(userinfo: string | undefined): { username?: string; password?: string } {
  if (userinfo === undefined) return {};
  const colon = userinfo.indexOf(":");
  const [username, password] = colon < 0 ? [userinfo, ""] : [userinfo.slice(0, colon), userinfo.slice(colon + 1)];
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    throw new TransportError("invalid-argument", "the user or password of the option proxy is not percent-encoded");
  }
}

/** The value of Proxy-Authorization (RFC 7617), where the proxy has a user. */
export function proxyAuthorization({ username, password }: Proxy): string | undefined {
  return username === undefined
    ? undefined
    : `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}`;
}
