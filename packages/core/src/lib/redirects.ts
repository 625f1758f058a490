import { HeadraceError } from "./headrace-error.ts";
import { describeUrl } from "./describe-url.ts";
import type { ResponseHead, TransportRequest } from "./transport.ts";

/** Hops that `exchange` follows before it gives up with `redirect`. */
export const MAX_REDIRECTS = 20;

/** Headers that carry a credential besides those HTTP names: dropped when a redirect leaves the origin. */
export const defaultCredentialHeaders: readonly string[] = ["x-api-key", "api-key", "x-goog-api-key", "x-auth-token"];

const alwaysDropped = ["authorization", "cookie", "proxy-authorization"];

/**
 * Says what to request next after a redirect (RFC 9110 section 15.4, as Fetch follows it). Pure.
 *
 * 301 and 302 turn POST, and 303 everything but GET and HEAD, into a GET without body and `Content-*`
 * headers. On a hop to another origin Authorization, Cookie, Proxy-Authorization, Host and
 * `credentialHeaders` are dropped; they are gone from what is returned, so they stay gone.
 *
 * @returns the next request, or null where `head` is no redirect: another status, or no Location
 * @throws `redirect` for a target that is not http or https, or that a body would follow where a
 * credential could not
 */
export function nextHop(
  request: TransportRequest,
  head: ResponseHead,
  credentialHeaders: readonly string[] = defaultCredentialHeaders,
): TransportRequest | null {
  const location = isRedirectStatus(head.status) ? head.headers.get("location") : null;
  if (!location) return null;
  const url = target(location, request);
  const headers = new Headers(request.headers);
  const keepsBody = !becomesGet(head.status, request.method);
  if (!keepsBody) dropContentHeaders(headers);
  if (url.origin !== request.url.origin) {
    const dropped = dropCredentials(headers, credentialHeaders);
    if (dropped && keepsBody && request.body) {
      throw failure(request, `${head.status} to another origin: its body would go where ${dropped} may not`);
    }
  }
  return {
    ...request,
    url,
    headers,
    method: keepsBody ? request.method : "GET",
    body: keepsBody ? request.body : null,
  };
}

function isRedirectStatus(status: number): boolean {
  return status === 301 || status === 302 || status === 303 || status === 307 || status === 308;
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== "GET" && method !== "HEAD";
  return (status === 301 || status === 302) && method === "POST";
}

function target(location: string, request: TransportRequest): URL {
  let url: URL;
  try {
    url = new URL(fromBytes(location), request.url);
  } catch {
    throw failure(request, "its Location is not a URL");
  }
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    throw failure(request, `to a ${url.protocol} URL: only http and https are followed`);
  }
  url.username = url.password = url.hash = "";
  return url;
}

// Field values are byte strings; servers send Location in UTF-8, and Fetch reads it as that where it is valid.
function fromBytes(value: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(value, (char) => char.charCodeAt(0)));
  } catch {
    return value;
  }
}

function dropContentHeaders(headers: Headers): void {
  for (const name of Array.from(headers.keys())) if (name.startsWith("content-")) headers.delete(name);
}

/** The name of a credential that was dropped, or undefined. Host goes too, but is none. */
function dropCredentials(headers: Headers, credentialHeaders: readonly string[]): string | undefined {
  let dropped: string | undefined;
  for (const name of [...alwaysDropped, ...credentialHeaders]) {
    if (headers.has(name)) dropped = name.toLowerCase();
    headers.delete(name);
  }
  headers.delete("host");
  return dropped;
}

function failure(request: TransportRequest, why: string): HeadraceError {
  return new HeadraceError("redirect", `redirect not followed from ${describeUrl(request.url)}: ${why}`);
}
