import { sends, asks, withHref, withHeader, type Mutant } from "./mutant.ts";

/** Requests that go out changed. */
export const requestMutants: readonly Mutant[] = [
  asks("injects-header-from-target", ["req.url-percent-kept"], ({ url }) => ({
    url: withHref(url, url.href.replaceAll("%0D%0A", "\r\n")),
  })),
  asks("lowercases-path", ["req.get-default"], ({ url }) => ({ url: withHref(url, url.href.toLowerCase()) })),
  asks("collapses-slashes", ["req.url-dot-segments"], ({ url }) => ({
    url: withHref(url, url.href.replaceAll(/(?<!:)\/+/g, "/")),
  })),
  asks("escapes-what-the-url-does-not", ["req.url-odd-characters"], ({ url }) => ({
    url: withHref(url, url.href.replaceAll("|", "%7C")),
  })),
  asks("drops-empty-query", ["req.url-empty-query"], ({ url }) => ({
    url: withHref(url, url.href.replace(/\?$/, "")),
  })),
  asks("encodes-twice", ["req.url-percent-kept", "req.url-unicode-path"], ({ url }) => ({
    url: withHref(url, url.href.replaceAll("%", "%25")),
  })),
  asks("sends-body-as-text", ["req.post-bytes"], ({ body }) => ({
    body: body && new TextEncoder().encode(new TextDecoder().decode(body)),
  })),
  asks("sends-what-is-around-the-body", ["req.post-bytes"], ({ body }) => ({
    body: body && new Uint8Array(body.buffer, 0, body.length),
  })),
  asks("asks-for-a-path-without-query-unless-it-gets", ["req.post-bytes", "req.delete-body"], ({ url, method }) => ({
    url: method === "GET" ? url : withHref(url, url.href.replace(/\?.*/, "")),
  })),
  sends("changes-the-url-it-was-given", ["req.input-not-mutated"], (send) => async (request, sink) => {
    await send(request, sink);
    request.url.pathname = "/changed";
  }),
  asks("sends-posts-to-the-root", ["req.post-bytes", "h2.basic"], ({ url, method }) => ({
    url: method === "POST" ? new URL("/", url) : url,
  })),
  asks("sends-posts-without-fields", ["h2.basic"], ({ headers, method }) => ({
    headers: method === "POST" ? new Headers() : headers,
  })),
  asks("sends-patch-without-its-body", ["req.method-case"], ({ body, method }) => ({
    body: /^patch$/i.test(method) ? null : body,
  })),
  asks("forgets-the-port-in-host", ["req.host-port", "req.url-ipv6", "req.url-unicode-host"], ({ url, headers }) => ({
    headers: withHeader(headers, "host", url.hostname),
  })),
  asks("overrides-host", ["req.header-host"], ({ url, headers }) => ({
    headers: withHeader(headers, "host", url.host),
  })),
  asks("cuts-long-targets", ["req.url-long"], ({ url }) => ({ url: withHref(url, url.href.slice(0, 8192)) })),
  asks("collapses-spaces-in-values", ["req.header-exact"], ({ headers }) => ({
    headers: new Headers(
      [...headers].map(([name, value]) => [name, value.replaceAll(/\s+/g, " ")] as [string, string]),
    ),
  })),
  asks("sends-the-first-of-two-values", ["req.header-duplicate"], ({ headers }) => ({
    headers: new Headers([...headers].map(([name, value]) => [name, value.split(", ")[0] ?? ""] as [string, string])),
  })),
  asks("sends-64-fields-at-most", ["req.header-many"], ({ headers }) => ({
    headers: new Headers([...headers].slice(0, 64)),
  })),
  asks("cuts-large-body", ["req.post-large"], ({ body }) => ({ body: body && body.subarray(0, 1_048_576) })),
  asks("drops-empty-header", ["req.header-empty-value"], ({ headers }) => ({
    headers: new Headers([...headers].filter(([, value]) => value !== "")),
  })),
  asks("replaces-latin1", ["req.header-latin1", "req.header-utf8-bytes"], ({ headers }) => ({
    headers: new Headers(
      [...headers].map(([name, value]) => [name, value.replaceAll(/[^\0-\x7f]/g, "?")] as [string, string]),
    ),
  })),
  asks("adds-a-cookie", ["req.header-defaults"], ({ headers }) => ({ headers: withHeader(headers, "cookie", "a=1") })),
  asks("asks-for-what-it-cannot-undo", ["req.header-defaults"], ({ headers }) => ({
    headers: headers.has("accept-encoding") ? headers : withHeader(headers, "accept-encoding", "compress"),
  })),
  asks("overrides-user-agent", ["req.header-override"], ({ headers }) => ({
    headers: withHeader(headers, "user-agent", "mutant"),
  })),
  asks("expects-100-continue", ["req.no-expect"], ({ headers }) => ({
    headers: withHeader(headers, "expect", "100-continue"),
  })),
  asks("sends-delete-without-its-body", ["req.delete-body"], ({ method, body }) => ({
    body: method === "DELETE" ? null : body,
  })),
  asks("upper-cases-methods", ["req.method-case", "req.method-upper-cased"], ({ method }) => ({
    method: method.toUpperCase(),
  })),
  asks("turns-post-into-get", ["req.post-bytes", "req.custom-method"], () => ({ method: "GET" })),
  sends("mutates-headers", ["req.input-not-mutated"], (send) => (request, sink) => {
    request.headers.set("x-mutant", "1");
    return send(request, sink);
  }),
];
