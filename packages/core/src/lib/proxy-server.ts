import { TransportError } from "./transport-error.ts";

/** A proxy server, as a transport connects to it. */
export interface ProxyServer {
  /** With `socks5` names are looked up here, with `socks5h` by the proxy. */
  readonly scheme: "http" | "https" | "socks5" | "socks5h";
  /** A name in ASCII, or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-decoded: byte strings, one character a byte, without control characters. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/** libcurl's (CURLOPT_PROXYPORT). */
const defaultPorts = { http: 1080, https: 443, socks5: 1080, socks5h: 1080 } as const;

const form = /^(?:([a-z][a-z\d+.-]*):\/\/)?(?:([^@/]*)@)?(\[[\da-f:.]+\]|[^\s:/?#@\\[\]]+)(?::(\d{1,5}))?\/?$/i;

/**
 * Reads a proxy URL as curl has it: without a scheme it is `http`, without a port 1080 (`https`: 443).
 *
 * `URL` alone will not do: it drops a port 80 that was written, and repeats its input in its error.
 *
 * @param what what it is, for the error
 * @throws `unsupported` for another scheme, else `invalid-argument`; neither repeats the text, which may carry a password
 */
export function parseProxy(text: string, what = "the option proxy"): ProxyServer {
  const match = typeof text === "string" ? form.exec(text.trim()) : null;
  const [, given = "http", userinfo = "", authority = "", digits] = match ?? [];
  const hostname = hostnameOf(authority);
  if (hostname === undefined) throw invalid(what, "not a proxy URL, such as http://proxy.example:3128");
  const scheme = given.toLowerCase();
  if (!isScheme(scheme))
    throw new TransportError("unsupported", `${what} has none of the schemes http, https, socks5 and socks5h`);
  const port = Number(digits ?? defaultPorts[scheme]);
  if (port < 1 || port > 65_535) throw invalid(what, "a URL with a port that cannot be");
  return {
    scheme,
    host: hostname.replace(/^\[|\]$/g, ""),
    port,
    credentials: userinfo === "" ? undefined : readCredentials(userinfo, what),
  };
}

function isScheme(scheme: string): scheme is ProxyServer["scheme"] {
  return Object.hasOwn(defaultPorts, scheme);
}

/** The host as `URL` has it, in brackets where it is IPv6; `undefined` where it is none. */
export function hostnameOf(authority: string): string | undefined {
  const text = `http://${authority}`;
  return authority !== "" && URL.canParse(text) ? new URL(text).hostname : undefined;
}

function readCredentials(userinfo: string, what: string): ProxyServer["credentials"] {
  const [username = "", ...rest] = userinfo.split(":");
  const credentials = { username: decode(username), password: decode(rest.join(":")) };
  // RFC 7617 section 2; and C strings end at a NUL.
  if (/[^\x20-\x7e\x80-\xff]/.test(credentials.username + credentials.password))
    throw invalid(what, "a URL with a control character in its user or password");
  return credentials;
}

/** Percent-decodes into bytes, one character each. What is not an escape stays as it is. */
function decode(text: string): string {
  const bytes = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
  return bytes.replaceAll(/%([\da-f]{2})/gi, (_escape, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

function invalid(what: string, is: string): TransportError {
  return new TransportError("invalid-argument", `${what} is ${is}`);
}
