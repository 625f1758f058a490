import type { ProxyServer, TransportRequest } from "@headrace/core/transport";
import { Option } from "./curl-constants.ts";
import type { Libcurl, Pointer } from "./libcurl.ts";
import { applyProxy, resolveEntries, type NetworkSettings } from "./network-options.ts";
import type { Setopt } from "./setopt.ts";

/** C memory that libcurl reads while the request is under way. */
export class RequestLists {
  readonly #curl: Libcurl;
  readonly #heads: Pointer[] = [];

  constructor(curl: Libcurl) {
    this.#curl = curl;
  }

  /** Makes a list of `lines`, kept until `free`. @returns its head, `null` for none */
  add(lines: readonly string[]): Pointer {
    const at = this.#heads.push(null) - 1;
    for (const line of lines) {
      const longer = this.#curl.slistAppend(this.#heads[at] ?? null, line);
      if (longer === null) throw new Error("curl_slist_append failed");
      this.#heads[at] = longer;
    }
    return this.#heads[at] ?? null;
  }

  free(): void {
    for (const head of this.#heads.splice(0)) this.#curl.slistFree(head);
  }
}

/** `0` means libcurl's own 300 s; this is no limit: 24.8 days. */
const noConnectTimeout = 2 ** 31 - 1;
const protocolMask = 1 | 2;

/** How a request reaches its server. */
export interface Way {
  readonly settings: NetworkSettings;
  readonly proxy: ProxyServer | undefined;
}

/**
 * Sets up a copy of the template for one request: everything but its callbacks.
 *
 * @returns what has to be freed after the handle
 */
export function prepareRequest(setopt: Setopt, request: TransportRequest, { settings, proxy }: Way): RequestLists {
  if (settings.proxy === "environment") applyProxy(setopt, proxy, settings);
  setopt.long(
    Option.connectTimeoutMs,
    Math.ceil(Math.min(request.connectTimeout || noConnectTimeout, noConnectTimeout)),
  );
  setTarget(setopt, request.url, proxy);
  setMethodAndBody(setopt, request);
  const lists = new RequestLists(setopt.curl);
  try {
    setopt.pointer(Option.httpHeader, lists.add(headerLines(request, settings.userAgent)));
    const resolve = lists.add(resolveEntries(settings, request.url));
    if (resolve !== null) setopt.pointer(Option.resolve, resolve);
    return lists;
  } catch (error) {
    lists.free();
    throw error;
  }
}

/** Of every request: nothing of the host, nothing behind the caller's back (contract, sections 2 and 10). */
export function lockDown(setopt: Setopt): void {
  setopt.long(Option.noSignal, 1);
  setopt.long(Option.bufferSize, bufferSize);
  setopt.long(Option.noProgress, 1);
  setopt.long(Option.timeout, 0);
  setopt.long(Option.followLocation, 0);
  setopt.long(Option.unrestrictedAuth, 0);
  setopt.long(Option.netrc, 0);
  setopt.long(Option.http09Allowed, 0);
  setopt.long(Option.httpContentDecoding, 0);
  setopt.long(Option.headerOpt, separateHeaders);
  setopt.long(Option.tcpKeepAlive, 1);
  setopt.long(Option.pathAsIs, 1);
  // Before 7.85 only masks.
  if (!setopt.stringIfKnown(Option.protocolsStr, "http,https")) setopt.long(Option.protocols, protocolMask);
  if (!setopt.stringIfKnown(Option.redirProtocolsStr, "http,https")) setopt.long(Option.redirProtocols, protocolMask);
  // Since 7.87. Without it giving up during a look-up blocks until the look-up ends.
  setopt.longIfKnown(Option.quickExit, 1);
}

/**
 * More than libcurl reads of an HTTP/2 connection at once (32 KiB). 7.88.1 on an event loop never notices the
 * end of a stream that came along with data that filled this buffer: at its default a body of 16,384 bytes
 * hangs, always. Only what is used of it becomes resident, so idle streams do not pay for it.
 */
const bufferSize = 64 * 1024;

/** `CURLHEADER_SEPARATE`: no header of the request goes to the proxy. */
const separateHeaders = 1;

/** The target is `href` after the authority: libcurl's own parser would take the `?` off `/a?`. */
function setTarget(setopt: Setopt, url: URL, proxy: ProxyServer | undefined): void {
  const { href, protocol } = url;
  const target = href.slice(href.indexOf("/", protocol.length + 2));
  const absoluteForm = proxy !== undefined && protocol === "http:" && !proxy.scheme.startsWith("socks");
  setopt.string(Option.url, href);
  setopt.string(Option.requestTarget, absoluteForm ? href : target);
}

/** RFC 9110 section 8.6: `Content-Length: 0` with these where there is no body. */
const emptyBodyMethods: readonly string[] = ["POST", "PUT", "PATCH"];

function setMethodAndBody(setopt: Setopt, { method, body }: TransportRequest): void {
  if (method === "HEAD") return setopt.long(Option.noBody, 1);
  const bytes = body ?? (emptyBodyMethods.includes(method) ? new Uint8Array(0) : null);
  if (bytes !== null) {
    setopt.long(Option.post, 1);
    setopt.bytes(Option.copyPostFields, Option.postFieldSizeLarge, bytes);
  }
  if (bytes !== null || method !== "GET") setopt.string(Option.customRequest, method);
}

/** The fields of the request, and those that libcurl would add by itself taken away. */
function headerLines({ headers }: TransportRequest, userAgent: string): string[] {
  const lines = [...headers].map(([name, value]) => (value === "" ? `${name};` : `${name}: ${value}`));
  if (!headers.has("user-agent")) lines.push(userAgent === "" ? "User-Agent:" : `User-Agent: ${userAgent}`);
  for (const name of ["Accept", "Content-Type"]) if (!headers.has(name)) lines.push(`${name}:`);
  return [...lines, "Expect:", "Proxy-Connection:"];
}
