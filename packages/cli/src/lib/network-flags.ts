import { existsSync } from "node:fs";
import { isIP } from "node:net";
import type { NetworkOptions } from "@headrace/core/transport";
import { readInput } from "./read-input.ts";
import type { StreamFlags } from "./stream-flags.ts";
import { usageError } from "./usage-error.ts";

/**
 * What curl's connection flags ask of a transport; nothing that was not asked.
 *
 * @throws `invalid-argument` for a value that is not understood or a file that cannot be read
 */
export async function networkOptions(flags: StreamFlags): Promise<NetworkOptions> {
  const httpVersion = httpVersionOf(flags);
  return {
    ...(flags.proxy !== undefined && { proxy: proxyUrl(flags.proxy) }),
    ...(flags.unixSocket !== undefined && { unixSocket: flags.unixSocket }),
    ...(flags.cacert !== undefined && { ca: await readInput(flags.cacert) }),
    ...(await clientCertificate(flags)),
    ...(flags.insecure && { insecure: true }),
    ...(httpVersion && { httpVersion }),
    ...(flags.resolve.length > 0 && { resolve: Object.fromEntries(flags.resolve.map(resolveEntry)) }),
  };
}

async function clientCertificate({ cert, key }: StreamFlags): Promise<NetworkOptions> {
  if (cert === undefined && key === undefined) return {};
  if (cert === undefined) throw usageError("--key needs --cert");
  if (!existsSync(cert) && cert.includes(":")) {
    throw usageError("--cert takes a file without a password: decrypt the key first (openssl pkey)");
  }
  const certificate = await readInput(cert);
  return { cert: certificate, key: key === undefined ? certificate : await readInput(key) };
}

function httpVersionOf(flags: StreamFlags): NetworkOptions["httpVersion"] {
  const versions = { "http1.1": "1.1", http2: "2", http2PriorKnowledge: "h2c", http3: "3" } as const;
  const asked = Object.entries(versions).flatMap(([flag, version]) =>
    flags[flag as keyof typeof versions] ? [version] : [],
  );
  if (asked.length > 1) throw usageError("choose one of --http1.1, --http2, --http2-prior-knowledge and --http3");
  return asked[0];
}

/** As curl reads it: `http://` unless it says otherwise, port 1080 (443 for https), and nothing for no proxy at all. */
function proxyUrl(text: string): string | false {
  if (text === "") return false;
  const [, scheme = "http://", userinfo = "", host = ""] =
    /^([a-z][a-z0-9]*:\/\/)?([^/]*@)?([^/]*)\/?$/i.exec(text) ?? [];
  if (host === "") throw usageError("-x takes [protocol://][user:password@]host[:port]");
  const port = /:\d+$/.test(host) ? "" : scheme.toLowerCase() === "https://" ? ":443" : ":1080";
  return scheme.toLowerCase() + userinfo + host + port;
}

/** curl's `[+]host:port:address`. */
function resolveEntry(text: string): [string, string] {
  const [, host, port, address = ""] = /^\+?([^:]+):(\d{1,5}):(.+)$/.exec(text) ?? [];
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  if (host === undefined || port === undefined || host === "*" || isIP(bare) === 0) {
    throw usageError("--resolve takes host:port:address, with one address and no wildcard");
  }
  return [`${host}:${port}`, bare];
}
