import type { TransportSupport } from "@headrace/core/transport";

type IsAllowed = (value: unknown) => boolean;

const isFlag: IsAllowed = (value) => typeof value === "boolean";
const isOneOf =
  (...words: readonly string[]): IsAllowed =>
  (value) =>
    words.includes(value as string);
const isListOf =
  (isElement: IsAllowed): IsAllowed =>
  (value) =>
    Array.isArray(value) && value.every(isElement);

const allowed: Readonly<Record<keyof TransportSupport, IsAllowed>> = {
  contract: (value) => typeof value === "number",
  sync: isFlag,
  http2: isFlag,
  http3: isFlag,
  connectTimeout: isFlag,
  redirects: isOneOf("manual", "automatic"),
  proxy: isListOf(isOneOf("http", "https", "socks5", "socks5h")),
  unixSocket: isFlag,
  customCa: isFlag,
  clientCertificate: isFlag,
  insecure: isFlag,
  resolve: isFlag,
  decompression: isListOf(isOneOf("gzip", "deflate", "br", "zstd")),
  forbiddenHeaders: isListOf((name) => typeof name === "string" && name === name.toLowerCase()),
  httpVersion: isOneOf("exact", "major", "none"),
  statusText: isFlag,
  trailers: isFlag,
  endProof: (value) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.values(value).every(isFlag),
  errorDetail: isOneOf("exact", "coarse"),
  backpressure: isOneOf("socket", "bounded", "none"),
  hiddenIdleLimit: (value) => typeof value === "number" && value >= 0,
  ambient: isListOf(isOneOf("proxy", "ca", "tls-verify", "cookies")),
};

/** The capabilities whose value is none that the contract knows (section 1): those absent are not supported, and well. */
export function misdeclared(supports: Partial<TransportSupport>): Partial<TransportSupport> {
  const isWrong = ([name, value]: readonly [string, unknown]): boolean =>
    value !== undefined && name in allowed && !allowed[name as keyof TransportSupport](value);
  return Object.fromEntries(Object.entries(supports).filter(isWrong));
}
