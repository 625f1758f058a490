import {
  checkNetworkOptions as check,
  type NetworkOptions,
  type NetworkSettings as CheckedOptions,
  type ProxyServer,
} from "@headrace/core/transport";
import { HttpVersion, Option } from "./curl-constants.ts";
import type { Libcurl } from "./libcurl.ts";
import { createEasy, type Setopt } from "./setopt.ts";
import { supportOf } from "./supports.ts";

/** Network options, checked and in the form that libcurl takes them. */
export interface NetworkSettings extends Omit<CheckedOptions, "ca" | "cert" | "key" | "userAgent"> {
  readonly ca: Uint8Array | undefined;
  readonly cert: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
  /** Whether `addressOf` knows any. */
  readonly resolves: boolean;
  readonly userAgent: string;
}

/**
 * Checks the options, and tries them out on this libcurl.
 *
 * @throws `invalid-argument` for nonsense, `unsupported` for what this libcurl cannot do; neither carries a value
 */
export function checkNetworkOptions(options: NetworkOptions, curl: Libcurl, defaultUserAgent: string): NetworkSettings {
  const [libcurl = ""] = curl.version.split(" ", 1);
  const checked = check(options, { name: libcurl, supports: supportOf(curl) });
  const settings: NetworkSettings = {
    ...checked,
    ca: bytesOf(checked.ca),
    cert: bytesOf(checked.cert),
    key: bytesOf(checked.key),
    resolves: options.resolve !== undefined,
    userAgent: checked.userAgent ?? defaultUserAgent,
  };
  const easy = createEasy(curl, (setopt) => applyNetworkSettings(setopt, settings));
  curl.easyCleanup(easy);
  return settings;
}

/** Sets everything, but a proxy that the environment names: that depends on the URL. */
export function applyNetworkSettings(setopt: Setopt, settings: NetworkSettings): void {
  const { ca, cert, key, insecure, unixSocket, httpVersion } = settings;
  setopt.asked = `httpVersion ${httpVersion}`;
  setopt.long(Option.httpVersion, HttpVersion[httpVersion]);
  if (httpVersion !== "1.1") setopt.long(Option.pipeWait, 1);
  // Until there is a head: 7.88.1 takes half a one for a response, and would keep the dead connection.
  setopt.long(Option.forbidReuse, 1);
  if (!mayReuse(setopt.curl, httpVersion)) setopt.long(Option.freshConnect, 1);
  setopt.asked = "insecure";
  setopt.long(Option.sslVerifyPeer, insecure ? 0 : 1);
  setopt.long(Option.sslVerifyHost, insecure ? 0 : 2);
  setopt.long(Option.sslVersion, tlsVersion12);
  setopt.asked = "ca";
  if (ca) trustOnly(setopt, ca, { blob: Option.caInfoBlob, file: Option.caInfo, path: Option.caPath });
  setopt.asked = "cert and key";
  if (cert) setopt.blob(Option.sslCertBlob, cert);
  if (key) setopt.blob(Option.sslKeyBlob, key);
  setopt.asked = "unixSocket";
  if (unixSocket !== undefined) setopt.string(Option.unixSocketPath, Buffer.from(unixSocket).toString("latin1"));
  applyProxy(setopt, settings.proxy === "environment" ? undefined : settings.proxy, settings);
  setopt.asked = "a request";
}

const tlsVersion12 = 6;
/** 7.88.1 fails with code 16 on every second use of a connection by prior knowledge; 8.0 does not. */
function mayReuse({ versionNumber }: Libcurl, httpVersion: NetworkSettings["httpVersion"]): boolean {
  return httpVersion !== "h2c" || versionNumber >= 0x080000;
}

/** There is a head: the connection may serve again when the response is complete. */
export function allowReuse(curl: Libcurl, easy: bigint, { httpVersion }: NetworkSettings): void {
  if (mayReuse(curl, httpVersion)) curl.setLong(easy, Option.forbidReuse, 0);
}

/**
 * Whether libcurl keeps the RST_STREAM of a transfer that is taken from it to itself: 8.14.1 does, 8.22 does not; those
 * between were not run, nor was it seen over HTTP/3.
 */
export function keepsReset({ versionNumber }: Libcurl, { httpVersion }: NetworkSettings): boolean {
  return httpVersion === "3" || (httpVersion !== "1.1" && versionNumber < 0x081600);
}

/** A default bundle or directory of the build would be trusted besides, so both are taken away. */
function trustOnly(setopt: Setopt, ca: Uint8Array, options: { blob: number; file: number; path: number }): void {
  setopt.string(options.file, null);
  setopt.string(options.path, null);
  setopt.blob(options.blob, ca);
}

/** Sets the proxy, or none, whatever the environment says. */
export function applyProxy(setopt: Setopt, proxy: ProxyServer | undefined, { ca }: NetworkSettings): void {
  setopt.asked = "proxy";
  setopt.string(Option.proxy, proxy ? proxyUrl(proxy) : "");
  setopt.string(Option.noProxy, proxy ? "" : "*");
  if (!proxy) return;
  setopt.string(Option.proxyUsername, proxy.credentials?.username ?? null);
  setopt.string(Option.proxyPassword, proxy.credentials?.password ?? null);
  setopt.long(Option.proxyAuth, basicAuth);
  setopt.long(Option.suppressConnectHeaders, 1);
  if (proxy.scheme !== "https") return;
  // As with curl, `insecure` is about the server; a proxy's certificate is always checked.
  setopt.long(Option.proxySslVerifyPeer, 1);
  setopt.long(Option.proxySslVerifyHost, 2);
  if (ca) trustOnly(setopt, ca, { blob: Option.proxyCaInfoBlob, file: Option.proxyCaInfo, path: Option.proxyCaPath });
}

const basicAuth = 1;

function proxyUrl({ scheme, host, port }: ProxyServer): string {
  return `${scheme}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** The entries of `CURLOPT_RESOLVE` for what a URL makes libcurl look up: its own host, and the proxy. */
export function resolveEntries(settings: NetworkSettings, url: URL): string[] {
  if (!settings.resolves) return [];
  const { hostname, port, protocol } = url;
  const target = { host: hostname.replace(/^\[|\]$/g, ""), port: Number(port || (protocol === "https:" ? 443 : 80)) };
  const proxy = settings.proxyFor(url);
  return (proxy ? [proxy, target] : [target]).flatMap(({ host, port: at }) => {
    const address = settings.addressOf(host, at);
    return address === undefined ? [] : [`${host.includes(":") ? `[${host}]` : host}:${at}:${address}`];
  });
}

function bytesOf(text: string | undefined): Buffer | undefined {
  return text === undefined ? undefined : Buffer.from(text);
}
