import { type NetworkOptions, TransportError, type TransportRequest } from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";
import { changes, type Mutant, sends } from "./mutant.ts";

/** `close`, options and declarations that lie. */
export const lifetimeMutants: readonly Mutant[] = [
  changes("sends-after-close", ["conc.use-after-close", "conc.close-drains"], (reference) => ({
    ...reference,
    close: async () => {},
  })),
  changes("does-not-wait-in-close", ["conc.close-drains"], (reference) => ({
    ...reference,
    close: async (options) => void reference.close(options),
  })),
  changes("ignores-force", ["conc.close-force", "conc.close-force-held-back"], (reference) => ({
    ...reference,
    close: () => reference.close(),
  })),
  changes("forces-every-close", ["conc.close-drains"], (reference) => ({
    ...reference,
    close: () => reference.close({ force: true }),
  })),
  changes("uses-this", ["conc.no-this"], (reference) => ({
    ...reference,
    close(options) {
      return this.name === "" ? Promise.resolve() : reference.close(options);
    },
  })),
  changes("declares-a-blocking-call", ["unsupported.send-sync"], (reference) => ({
    ...reference,
    supports: { ...reference.supports, sync: true },
  })),
  changes("names-no-contract", ["unsupported.contract"], (reference) => {
    const { contract: _contract, ...supports } = reference.supports;
    return { ...reference, supports };
  }),
  {
    name: "ignores-options",
    fails: ["unsupported.resolve", "unsupported.proxy-http", "unsupported.http2"],
    create: ({ unixSocket, ca, cert, key, insecure, userAgent }) =>
      referenceTransport(defined({ unixSocket, ca, cert, key, insecure, userAgent })),
  },
  sends("makes-one-exchange-at-a-time", ["conc.interleaved"], (send) => {
    let last: Promise<unknown> = Promise.resolve();
    return (request, sink) => {
      const sent = last.then(() => send(request, sink));
      last = sent.catch(() => {});
      return sent;
    };
  }),
  {
    name: "reads-the-environment",
    fails: ["net.environment-ignored"],
    create(options) {
      const reference = referenceTransport(options);
      const proxied = (request: TransportRequest): TransportRequest => {
        const { http_proxy: proxy } = process.env;
        return proxy === undefined ? request : { ...request, url: new URL(proxy) };
      };
      return { ...reference, send: (request, sink) => reference.send(proxied(request), sink) };
    },
  },
  {
    name: "refuses-options-that-ask-for-nothing",
    fails: ["net.options-off"],
    create(options) {
      if ("proxy" in options) throw new TransportError("unsupported", "no proxy");
      return referenceTransport(options);
    },
  },
  {
    name: "ignores-ca",
    fails: ["tls.custom-ca", "tls.custom-ca-bytes"],
    create: ({ ca: _ca, ...options }) => referenceTransport(options),
  },
  {
    name: "ignores-insecure",
    fails: ["tls.insecure", "tls.insecure-hostname"],
    create: ({ insecure: _insecure, ...options }) => referenceTransport(options),
  },
  {
    name: "ignores-client-certificate",
    fails: ["tls.client-certificate"],
    create: ({ cert: _cert, key: _key, ...options }) => referenceTransport(options),
  },
  {
    name: "verifies-nothing",
    fails: ["tls.self-signed", "tls.hostname", "tls.expired"],
    create: (options) => referenceTransport({ ...options, insecure: true }),
  },
  {
    name: "ignores-unix-socket",
    fails: ["net.unix-socket", "net.unix-missing"],
    create: ({ unixSocket: _unixSocket, ...options }) => referenceTransport(options),
  },
  {
    name: "ignores-user-agent",
    fails: ["net.user-agent"],
    create: ({ userAgent: _userAgent, ...options }) => referenceTransport(options),
  },
];

function defined(options: { readonly [K in keyof NetworkOptions]: NetworkOptions[K] | undefined }): NetworkOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}
