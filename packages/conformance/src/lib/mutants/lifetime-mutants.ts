import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type Transport, TransportError, type TransportRequest, type TransportSupport } from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";
import { changes, connectInVain, misreads, type Mutant, sends } from "./mutant.ts";

/** The transports of one mutant, which it takes for one. */
const instances: Transport[] = [];

/** What to hide, the case that must find it, and what to declare instead. */
const undeclared: readonly (readonly [keyof TransportSupport, string, unknown])[] = [
  ["unixSocket", "unsupported.unix-socket", false],
  ["customCa", "unsupported.custom-ca", false],
  ["clientCertificate", "unsupported.client-certificate", false],
  ["insecure", "unsupported.insecure", false],
  ["resolve", "unsupported.resolve", false],
  ["http2", "unsupported.http2", false],
  ["proxy", "unsupported.proxy-http", ["https", "socks5", "socks5h"]],
  ["proxy", "unsupported.proxy-https", ["http", "socks5", "socks5h"]],
  ["proxy", "unsupported.proxy-socks5", ["http", "https", "socks5h"]],
  ["proxy", "unsupported.proxy-socks5h", ["http", "https", "socks5"]],
];

/** `close`, options and declarations that lie. */
export const lifetimeMutants: readonly Mutant[] = [
  changes("sends-after-close", ["conc.use-after-close", "conc.close-drains"], (reference) => ({
    ...reference,
    close: async () => {},
  })),
  changes("connects-in-vain-after-close", ["conc.use-after-close"], (reference) => {
    let isClosed = false;
    return {
      ...reference,
      send(request, sink) {
        if (isClosed) connectInVain(request.url);
        return reference.send(request, sink);
      },
      close(how) {
        isClosed = true;
        return reference.close(how);
      },
    };
  }),
  changes("does-not-wait-in-close", ["conc.close-drains"], (reference) => ({
    ...reference,
    close: async (options) => void reference.close(options),
  })),
  changes("second-close-does-not-wait", ["conc.close-again-drains"], (reference) => {
    let isClosing = false;
    const close: Transport["close"] = async (how) => {
      if (isClosing && how?.force !== true) return;
      isClosing = true;
      await reference.close(how);
    };
    return { ...reference, close };
  }),
  changes("force-does-not-wait", ["conc.close-force-settles"], (reference) => ({
    ...reference,
    async close(how) {
      const closed = reference.close(how);
      if (how?.force !== true) await closed;
    },
  })),
  changes("ignores-force", ["conc.close-force", "conc.close-force-held-back"], (reference) => ({
    ...reference,
    close: () => reference.close(),
  })),
  changes("forces-every-close", ["conc.close-drains"], (reference) => ({
    ...reference,
    close: () => reference.close({ force: true }),
  })),
  sends("leaves-a-connection-behind", ["conc.close-releases"], (send) => async (request, sink) => {
    await send(request, sink);
    const socket = connect(Number(request.url.port), request.url.hostname).unref();
    socket.on("error", () => {}).write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
    await once(socket, "data");
  }),
  changes("keeps-failed-connections-until-close", ["err.once"], (reference) => {
    const kept: Socket[] = [];
    return {
      ...reference,
      async send(request, sink) {
        try {
          await reference.send(request, sink);
        } catch (error) {
          const socket = connect(Number(request.url.port), request.url.hostname).on("error", () => {});
          socket.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
          kept.push(socket);
          await once(socket, "data");
          throw error;
        }
      },
      close(how) {
        for (const socket of kept) socket.destroy();
        return reference.close(how);
      },
    };
  }),
  sends("hands-out-dead-connections", ["conc.stale-connection"], (send) => {
    const used = new Set<string>();
    return async (request, sink) => {
      if (used.has(request.url.origin)) throw new TransportError("reset", "lost", { phase: "head" });
      used.add(request.url.origin);
      await send(request, sink);
    };
  }),
  {
    name: "closes-every-instance",
    fails: ["conc.two-instances"],
    create(options) {
      const reference = referenceTransport(options);
      instances.push(reference);
      const close: Transport["close"] = async (how) => {
        await Promise.all(instances.splice(0).map((instance) => instance.close(how)));
      };
      return { ...reference, close };
    },
  },
  {
    name: "holds-a-descriptor",
    fails: ["conc.many-transports"],
    isLoud: true,
    create(options) {
      const reference = referenceTransport(options);
      const descriptor = openSync(process.execPath, "r");
      let release = (): void => {
        closeSync(descriptor);
        release = () => {};
      };
      const close: Transport["close"] = (how) => {
        release();
        return reference.close(how);
      };
      return { ...reference, close };
    },
  },
  changes("uses-this", ["conc.no-this"], (reference) => ({
    ...reference,
    close(options) {
      return this.name === "" ? Promise.resolve() : reference.close(options);
    },
  })),
  changes("declares-no-blocking-call", ["unsupported.send-sync"], (reference) => ({
    ...reference,
    supports: { ...reference.supports, sync: false },
  })),
  changes("names-no-contract", ["unsupported.contract"], (reference) => {
    const { contract: _contract, ...supports } = reference.supports;
    return { ...reference, supports };
  }),
  changes("declares-a-word-for-a-list", ["unsupported.contract"], (reference) => ({
    ...reference,
    supports: { ...reference.supports, decompression: "gzip" as never },
  })),
  changes("has-no-version", ["unsupported.contract"], (reference) => ({ ...reference, version: undefined as never })),
  ...undeclared.map(([capability, id, value]) =>
    changes(`takes-${id.slice("unsupported.".length)}-undeclared`, [id], (reference) => ({
      ...reference,
      supports: { ...reference.supports, [capability]: value },
    })),
  ),
  {
    name: "ignores-http3",
    fails: ["unsupported.http3"],
    create: ({ httpVersion: _httpVersion, ...options }) => referenceTransport(options),
  },
  sends("makes-one-exchange-at-a-time", ["conc.interleaved", "conc.100"], (send) => {
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
  misreads("reads-one-certificate-of-ca", ["tls.custom-ca-bundle"], ({ ca, ...options }) => ({
    ...options,
    ...(ca !== undefined && { ca: String(ca).replace(/(-----END CERTIFICATE-----)[^]*$/, "$1\n") }),
  })),
  misreads(
    "takes-no-bytes-for-a-client-certificate",
    ["tls.client-certificate-bytes"],
    ({ cert, key, ...options }) => ({
      ...options,
      ...(typeof cert === "string" && { cert }),
      ...(typeof key === "string" && { key }),
    }),
  ),
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
