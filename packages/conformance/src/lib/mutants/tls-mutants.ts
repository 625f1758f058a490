import tls from "node:tls";
import { TransportError } from "@headrace/core/transport";
import { openConnection } from "../reference-connection.ts";
import { startSession } from "../reference-http2.ts";
import { referenceTransport } from "../reference-transport.ts";
import { asks, codeOf, misreads, type Mutant, sends, settles } from "./mutant.ts";
import { verbs } from "./verb-mutant.ts";

/** Where a handshake fails it is made again, unverified, and a request goes out before the failure is told. */
const openAndSend: typeof openConnection = (url, options, opened) =>
  openConnection(url, options, opened).catch(async (error: unknown) => {
    if (codeOf(error) !== "tls") throw error;
    const { socket } = await openConnection(url, { ...options, insecure: true }, opened);
    socket.resume().end("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    opened.length = 0;
    throw error;
  });

/** TLS: what is trusted, what is told, what is taken for an end. */
export const tlsMutants: readonly Mutant[] = [
  misreads(
    "verify-off",
    [
      "tls.self-signed",
      "tls.unknown-ca",
      "tls.custom-ca-self-signed",
      "tls.hostname",
      "tls.expired",
      "tls.not-yet-valid",
      "tls.address-not-named",
      "tls.custom-ca-is-its-own",
      "net.proxy-tunnel-tls",
      "net.proxy-socks5h-tls",
      "net.resolve-tls",
      "net.unix-socket-tls",
    ],
    (options) => ({ ...options, insecure: true }),
  ),
  {
    name: "sends-before-it-verifies",
    fails: [
      "tls.self-signed",
      "tls.hostname",
      "tls.kept-connection-name",
      "tls.environment-verify",
      "tls.environment-ca",
      "net.proxy-tunnel-tls",
    ],
    create: (options) => referenceTransport(options, { openConnection: openAndSend, startSession }),
  },
  {
    ...sends("takes-old-versions-of-tls", ["tls.version"], (send) => async (request, sink) => {
      const { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS } = tls;
      Object.assign(tls, { DEFAULT_MIN_VERSION: "TLSv1", DEFAULT_CIPHERS: "DEFAULT@SECLEVEL=0" });
      await send(request, sink).finally(() => Object.assign(tls, { DEFAULT_MIN_VERSION, DEFAULT_CIPHERS }));
    }),
    isLoud: true,
  },
  settles(
    "calls-handshake-failures-unreachable",
    ["tls.client-certificate-refused", "net.proxy-https-handshake", "net.proxy-https-untrusted"],
    (sent) =>
      sent.catch((error: unknown) => {
        throw codeOf(error) === "tls" ? new TransportError("connect", "no connection") : error;
      }),
  ),
  asks("looks-names-up-too-early", ["tls.sni", "net.proxy-connect", "net.proxy-socks5h"], ({ url }) => {
    const { host, port, protocol, href } = url;
    return { url: { host, hostname: "127.0.0.1", port, protocol, href } as URL };
  }),
  sends("keeps-connections-by-port-alone", ["tls.kept-connection-name"], (send) => {
    const names = new Map<string, string>();
    return (request, sink) => {
      const { host, hostname, port, protocol, href } = request.url;
      const first = names.get(port) ?? hostname;
      names.set(port, first);
      return send({ ...request, url: { host, hostname: first, port, protocol, href } as URL }, sink);
    };
  }),
  settles("calls-what-is-not-http-a-reset", ["tls.plain-client", "h2.not-http2"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "protocol" ? new TransportError("reset", "lost", { phase: "head" }) : error;
    }),
  ),
  sends(
    "abort-leaves-what-is-being-opened",
    ["tls.abort-in-handshake", "net.proxy-abort", "h2.abort-alone"],
    (send) => (request, sink) => {
      const { signal } = request;
      const aborted = new Promise<never>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      return Promise.race([aborted, send({ ...request, signal: new AbortController().signal }, sink)]);
    },
  ),
  settles(
    "takes-broken-tls-for-the-end",
    ["tls.alert-mid-body", "tls.forged-record", "tls.chunk-truncated", "tls.length-short"],
    (sent) =>
      sent.catch((error: unknown) => {
        if (codeOf(error) !== "truncated" && codeOf(error) !== "reset") throw error;
      }),
  ),
  settles("wants-close-notify-everywhere", ["tls.length-exact", "tls.close-delimited"], async (sent, { url }) => {
    await sent;
    if (url.protocol === "https:") throw new TransportError("truncated", "no close_notify");
  }),
  verbs("takes-close-over-tls-for-proof", ["tls.close-delimited-assumed"], (core) => ({
    openEventStream: (url, init) => core.openEventStream(url, { ...init, eof: "discard" }),
  })),
];
