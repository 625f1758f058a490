import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext } from "node:tls";
import {
  environmentProxy,
  type NetworkOptions,
  parseProxy,
  type ProxyServer,
  TransportError,
} from "@headrace/core/transport";
import { HttpVersion, Option } from "./curl-constants.ts";
import { hasFeature, type Libcurl } from "./libcurl.ts";
import { createEasy, type Setopt } from "./setopt.ts";

/** Network options, checked and in the form that libcurl takes them. */
export interface NetworkSettings {
  readonly proxy: ProxyServer | "environment" | undefined;
  readonly unixSocket: string | undefined;
  readonly ca: Uint8Array | undefined;
  readonly cert: Uint8Array | undefined;
  readonly key: Uint8Array | undefined;
  readonly insecure: boolean;
  readonly httpVersion: keyof typeof HttpVersion;
  readonly resolve: readonly { readonly host: string; readonly port: string | undefined; readonly address: string }[];
  readonly userAgent: string;
}

/**
 * Checks the options, and tries them out on this libcurl.
 *
 * @throws `invalid-argument` for nonsense, `unsupported` for what this libcurl cannot do; neither carries a value
 */
export function checkNetworkOptions(options: NetworkOptions, curl: Libcurl, defaultUserAgent: string): NetworkSettings {
  const settings: NetworkSettings = {
    proxy: checkProxy(options.proxy, curl),
    unixSocket: checkUnixSocket(options, curl),
    ...checkCertificates(options),
    insecure: options.insecure ?? false,
    httpVersion: checkHttpVersion(options.httpVersion ?? "1.1", curl),
    resolve: Object.entries(options.resolve ?? {}).map(([name, address]) => checkResolve(name, address)),
    userAgent: checkUserAgent(options.userAgent ?? defaultUserAgent),
  };
  const easy = createEasy(curl, (setopt) => {
    applyNetworkSettings(setopt, settings);
    applyProxy(setopt, settings.proxy === "environment" ? undefined : settings.proxy, settings);
  });
  curl.easyCleanup(easy);
  return settings;
}

/** Sets everything but the proxy, which may depend on the URL. */
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
  if (unixSocket !== undefined) setopt.string(Option.unixSocketPath, bytesOf(unixSocket));
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

/** The proxy for a URL: the one given, or what the environment says now. */
export function proxyOf({ proxy }: NetworkSettings, url: URL, curl: Libcurl): ProxyServer | undefined {
  return proxy === "environment" ? checkScheme(environmentProxy(url, process.env), curl) : proxy;
}

/** The entries of `CURLOPT_RESOLVE` for a URL: a name without a port means the URL's. */
export function resolveEntries({ resolve }: NetworkSettings, url: URL): string[] {
  const urlPort = url.port || (url.protocol === "https:" ? "443" : "80");
  return resolve.map(({ host, port, address }) => `${host}:${port ?? urlPort}:${address}`);
}

function checkProxy(proxy: NetworkOptions["proxy"], curl: Libcurl): NetworkSettings["proxy"] {
  if (proxy === undefined || proxy === false) return undefined;
  return proxy === "environment" ? proxy : checkScheme(parseProxy(proxy), curl);
}

function checkScheme(proxy: ProxyServer | undefined, curl: Libcurl): ProxyServer | undefined {
  if (proxy?.scheme === "https" && !hasFeature(curl, "httpsProxy")) unsupported("a proxy over https", curl);
  return proxy;
}

function checkUnixSocket({ unixSocket, proxy }: NetworkOptions, curl: Libcurl): string | undefined {
  if (unixSocket === undefined) return undefined;
  if (unixSocket === "" || unixSocket.includes("\0")) invalid("unixSocket is not a path");
  if (proxy !== undefined && proxy !== false) invalid("unixSocket and proxy cannot both be given");
  if (!hasFeature(curl, "unixSockets")) unsupported("unixSocket", curl);
  return unixSocket;
}

function checkHttpVersion(version: keyof typeof HttpVersion, curl: Libcurl): keyof typeof HttpVersion {
  if (!Object.hasOwn(HttpVersion, version)) invalid('httpVersion is none of "1.1", "2", "3" and "h2c"');
  if ((version === "2" || version === "h2c") && !hasFeature(curl, "http2")) unsupported("HTTP/2", curl);
  if (version === "3" && !hasFeature(curl, "http3")) unsupported("HTTP/3", curl);
  return version;
}

function checkResolve(name: string, address: string): NetworkSettings["resolve"][number] {
  const match = /^(\*|\[[\da-f:.]+\]|[^\s:/,+\-*[\]][^\s:/,[\]]*)(?::(\d{1,5}))?$/i.exec(name);
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  if (!match || isIP(bare) === 0) invalid("resolve is not a map from host or host:port to IP address");
  return { host: match[1] ?? "", port: match[2], address: bare };
}

/** One character a byte, as header values are. */
function checkUserAgent(userAgent: string): string {
  if (/[^\t\x20-\x7e\x80-\xff]/.test(userAgent)) invalid("userAgent is not a header value");
  return userAgent;
}

type Certificates = Pick<NetworkSettings, "ca" | "cert" | "key">;

/** Node's own TLS is asked whether they can be read at all: libcurl would only say at the first handshake. */
function checkCertificates({ ca, cert, key }: NetworkOptions): Certificates {
  if (ca === undefined && cert === undefined && key === undefined)
    return { ca: undefined, cert: undefined, key: undefined };
  if (key !== undefined && cert === undefined) invalid("key is given without cert");
  const own = key ?? (holdsKey(cert) ? cert : undefined);
  if (cert !== undefined && own === undefined) invalid("cert is given without key");
  const buffers = { ca: toBuffer(ca), cert: toBuffer(cert), key: toBuffer(own) };
  try {
    if (ca !== undefined) readCertificates(text(ca));
    createSecureContext(Object.fromEntries(Object.entries(buffers).filter(([, value]) => value !== undefined)));
    return buffers;
  } catch (error) {
    if (error instanceof TransportError) throw error;
    const reason = (error as { code?: string }).code ?? "unreadable";
    return invalid(`ca, cert or key cannot be used: ${reason}`);
  }
}

/** `createSecureContext` passes over what it cannot read in `ca`. */
function readCertificates(pem: string): void {
  const blocks = pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^]*?-----END [A-Z0-9 ]*CERTIFICATE-----/g);
  if (blocks === null) invalid("ca is not a certificate in PEM");
  for (const block of blocks) void new X509Certificate(block);
}

function holdsKey(cert: string | Uint8Array | undefined): boolean {
  return cert !== undefined && / PRIVATE KEY-----/.test(text(cert));
}

function text(pem: string | Uint8Array): string {
  return typeof pem === "string" ? pem : Buffer.from(pem).toString("latin1");
}

function toBuffer(pem: string | Uint8Array | undefined): Buffer | undefined {
  return pem === undefined ? undefined : Buffer.from(pem as Uint8Array);
}

/** UTF-8, one character a byte. */
function bytesOf(value: string): string {
  return Buffer.from(value).toString("latin1");
}

function invalid(message: string): never {
  throw new TransportError("invalid-argument", message);
}

function unsupported(what: string, curl: Libcurl): never {
  throw new TransportError("unsupported", `${curl.version.split(" ", 1)[0]} was built without what ${what} needs`);
}
