import { type NetworkOptions, TransportError } from "@headrace/core/transport";
import { openConnection } from "../reference-connection.ts";
import { startSession } from "../reference-http2.ts";
import { referenceTransport } from "../reference-transport.ts";
import { asks, codeOf, delivers, misreads, type Mutant, settles, withHeader, withHref } from "./mutant.ts";

const dead = ["fin", "rst", "half-answer", "garbage"].map((how) => `net.proxy-${how}`);
const socksRefusals = ["refused", "no-method", "wrong-password", "garbage", "fin", "rst", "cut"].map(
  (how) => `net.proxy-socks5-${how}`,
);

/** A mutant that opens connections otherwise. */
function connects(name: string, fails: readonly string[], open: typeof openConnection): Mutant {
  return { name, fails, create: (options) => referenceTransport(options, { openConnection: open, startSession }) };
}

/** Turns a failure of one code into another. */
function recodes(
  name: string,
  fails: readonly string[],
  from: string,
  to: "connect" | "dns" | "proxy" | "reset",
): Mutant {
  return settles(name, fails, (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === from ? new TransportError(to, "failed") : error;
    }),
  );
}

function withProxy(change: (proxy: string) => string): (options: NetworkOptions) => NetworkOptions {
  return ({ proxy = false, ...options }) => ({ ...options, proxy: proxy === false ? false : change(proxy) });
}

/** Proxies, names and sockets got wrong. */
export const networkMutants: readonly Mutant[] = [
  misreads(
    "ignores-proxies",
    ["net.proxy-connect-fields", "net.proxy-streaming-tunnel", "net.proxy-socks5", "net.proxy-socks5-auth"],
    ({ proxy: _proxy, ...options }) => options,
  ),
  misreads(
    "drops-the-proxy-credentials",
    ["net.proxy-http", "net.proxy-connect", "net.proxy-https", "net.proxy-socks5-auth"],
    withProxy((proxy) => proxy.replace(/\/\/.*@/, "//")),
  ),
  misreads(
    "speaks-plainly-to-https-proxies",
    ["net.proxy-https", "net.proxy-https-untrusted"],
    withProxy((proxy) => proxy.replace("https:", "http:")),
  ),
  misreads(
    "gives-names-to-socks5",
    ["net.proxy-socks5"],
    withProxy((proxy) => proxy.replace("socks5:", "socks5h:")),
  ),
  asks("tells-the-origin-proxy-credentials", ["net.proxy-connect", "net.proxy-socks5-auth"], ({ headers }) => ({
    headers: withHeader(headers, "proxy-authorization", "Basic dXNlcjpwYXNz"),
  })),
  asks("asks-proxies-in-origin-form", ["net.proxy-http"], ({ url }) => ({
    url: Object.assign(withHref(url, url.pathname), { protocol: url.protocol }),
  })),
  asks("leaves-the-proxy-off-the-clock", ["net.proxy-silent"], () => ({ connectTimeout: 0 })),
  delivers("holds-back-what-comes-by-proxy", ["net.proxy-streaming", "net.proxy-socks5-streaming"], (sink) => {
    let kept: Uint8Array | undefined;
    return {
      body(bytes) {
        const previous = kept;
        kept = new Uint8Array(bytes);
        return previous === undefined ? undefined : sink.body(previous);
      },
    };
  }),
  delivers("takes-every-407-for-a-refusal", ["net.proxy-plain-status"], (sink) => ({
    head(head) {
      if (head.status === 407) throw new TransportError("proxy", "refused", { status: 407 });
      sink.head(head);
    },
  })),
  recodes("calls-unreachable-proxies-refusals", ["net.proxy-unreachable", "net.unix-missing"], "connect", "proxy"),
  recodes("calls-bad-socket-paths-unknown", ["net.unix-path-too-long"], "connect", "dns"),
  recodes("calls-unknown-proxies-unreachable", ["net.proxy-dns"], "dns", "connect"),
  recodes("calls-dead-proxies-resets", [...dead, ...socksRefusals, "net.proxy-refuses-endless"], "proxy", "reset"),
  settles("keeps-refusals-without-status", ["net.proxy-refuses"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "proxy" ? new TransportError("proxy", "refused") : error;
    }),
  ),
  {
    name: "tells-the-proxy-url",
    fails: ["net.proxy-refuses-echo", "net.proxy-garbage", "net.proxy-socks5-refused"],
    create(options) {
      const reference = referenceTransport(options);
      return {
        ...reference,
        send: (request, sink) =>
          reference.send(request, sink).catch((error: unknown) => {
            throw new TransportError((codeOf(error) ?? "reset") as "reset", `by ${String(options.proxy)}: failed`);
          }),
      };
    },
  },
  connects("resolves-to-another-address", ["net.resolve"], (url, { resolve, ...options }, opened) => {
    const elsewhere = Object.keys(resolve ?? {}).map((name) => [name, "127.0.0.2"]);
    return openConnection(url, { ...options, resolve: Object.fromEntries(elsewhere) }, opened);
  }),
  connects("takes-one-variable-for-all", ["net.environment", "net.environment-no-proxy"], (url, options, opened) => {
    const { http_proxy, ALL_PROXY } = process.env;
    const proxy = options.proxy === "environment" ? (http_proxy ?? ALL_PROXY ?? false) : (options.proxy ?? false);
    return openConnection(url, { ...options, proxy }, opened);
  }),
  connects("takes-an-empty-variable-for-a-proxy", ["net.environment-empty"], (url, options, opened) => {
    if (options.proxy === "environment" && process.env["http_proxy"] === "")
      throw new TransportError("invalid-argument", "http_proxy is not a proxy's URL");
    return openConnection(url, options, opened);
  }),
  misreads(
    "takes-environment-for-none",
    ["net.environment-not-exempt", "net.environment-malformed"],
    ({ proxy = false, ...options }) => ({ ...options, proxy: proxy === "environment" ? false : proxy }),
  ),
];
