import { connect, isIP, type Socket } from "node:net";
import { setImmediate as macrotask } from "node:timers/promises";
import { connect as connectTls, TLSSocket } from "node:tls";
import {
  type NetworkOptions,
  type ResponseSink,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportSupport,
} from "@headrace/core/transport";
import { ByteReader } from "./byte-reader.ts";
import { framingOf, readBody, readHead } from "./response-reader.ts";

const supports = {
  contract: 1,
  sync: false,
  http2: false,
  http3: false,
  connectTimeout: true,
  redirects: "manual",
  proxy: [],
  unixSocket: true,
  customCa: true,
  clientCertificate: true,
  insecure: true,
  resolve: false,
  decompression: [],
  forbiddenHeaders: [],
  httpVersion: "exact",
  statusText: true,
  trailers: true,
  endProof: { closeDelimited: true, http2: false, decompression: false },
  errorDetail: "exact",
  backpressure: "socket",
  hiddenIdleLimit: 0,
  ambient: [],
} as const satisfies TransportSupport;

/**
 * The contract in its shortest form: HTTP/1.1 on `node:net` and `node:tls`, one connection a request.
 * It shows that the suite can be passed, and is what its mutants are made of. Not for production.
 */
export function referenceTransport(options: NetworkOptions = {}): Transport {
  refuseUnsupported(options);
  const running = new Map<Promise<void>, AbortController>();
  let closed = false;
  return {
    name: "reference",
    version: "node:net",
    supports,
    fixedOrigin: options.unixSocket !== undefined,
    async send(request, sink) {
      await Promise.resolve(); // No call of the sink before the promise is out.
      if (closed) throw new TransportError("closed", "The transport was closed");
      const ending = new AbortController();
      const signal = AbortSignal.any([request.signal, ending.signal]);
      const exchange = runExchange({ ...request, signal }, sink, options);
      running.set(exchange, ending);
      await exchange.finally(() => running.delete(exchange));
    },
    async close({ force = false } = {}) {
      closed = true;
      if (force)
        for (const ending of running.values()) ending.abort(new TransportError("closed", "The transport was closed"));
      await Promise.allSettled(running.keys());
    },
  };
}

function refuseUnsupported({ proxy = false, resolve, httpVersion = "1.1" }: NetworkOptions): void {
  const refused = { proxy: proxy !== false, resolve: resolve !== undefined, httpVersion: httpVersion !== "1.1" };
  for (const [name, asked] of Object.entries(refused)) {
    if (asked) throw new TransportError("unsupported", `The reference transport does not have the option ${name}`);
  }
}

async function runExchange(request: TransportRequest, sink: ResponseSink, options: NetworkOptions): Promise<void> {
  const { signal } = request;
  signal.throwIfAborted();
  const socket = openSocket(request.url, options);
  let abort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort);
  });
  try {
    await Promise.race([aborted, converse(socket, request, sink, options)]);
  } finally {
    signal.removeEventListener("abort", abort);
    socket.destroy();
  }
}

async function converse(
  socket: Socket,
  request: TransportRequest,
  sink: ResponseSink,
  options: NetworkOptions,
): Promise<void> {
  await connected(socket, request.connectTimeout);
  const reader = new ByteReader(socket, options.unixSocket === undefined);
  socket.write(requestHead(request, options), "latin1");
  if (request.body !== null && request.body.length > 0) socket.write(request.body);
  const head = await readHead(reader, request);
  const framing = framingOf(head, request.method);
  const call = <T>(deliver: () => T): T => {
    request.signal.throwIfAborted();
    return deliver();
  };
  call(() => sink.head(head));
  await readBody(reader, framing, {
    body: async (bytes) => call(() => sink.body(bytes)),
    trailers: (trailers) => call(() => sink.trailers?.(trailers)),
  });
  socket.destroy();
  await macrotask();
}

function openSocket(url: URL, { unixSocket, ca, cert, key, insecure = false }: NetworkOptions): Socket {
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port || (secure ? 443 : 80));
  const target = unixSocket === undefined ? { host, port, noDelay: true } : { path: unixSocket };
  if (!secure) return connect(target);
  const credentials = { ...(ca && { ca: pem(ca) }), ...(cert && { cert: pem(cert) }), ...(key && { key: pem(key) }) };
  const name = isIP(host) === 0 ? { servername: host } : {};
  return connectTls({ ...target, ...credentials, ...name, rejectUnauthorized: !insecure });
}

function pem(text: string | Uint8Array): string {
  return typeof text === "string" ? text : Buffer.from(text).toString("latin1");
}

async function connected(socket: Socket, timeout: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new TransportError("timeout", `No connection within ${timeout} ms`, { phase: "connect" });
    if (timeout > 0) timer = setTimeout(() => reject(error), timeout);
  });
  try {
    await Promise.race([late, happens(socket, "connect", connectError)]);
    if (socket instanceof TLSSocket) await Promise.race([late, happens(socket, "secureConnect", handshakeError)]);
  } finally {
    clearTimeout(timer);
  }
}

async function happens(socket: Socket, event: string, fail: (cause: unknown) => TransportError): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once(event, resolve);
    socket.once("error", (error) => reject(fail(error)));
    socket.once("close", () => reject(fail(undefined)));
  });
}

function handshakeError(cause: unknown): TransportError {
  return new TransportError("tls", "The TLS handshake failed", { cause });
}

function connectError(cause: unknown): TransportError {
  const { syscall, code = "failed" } = (cause ?? {}) as NodeJS.ErrnoException;
  if (syscall === "getaddrinfo") return new TransportError("dns", "The host name was not found", { cause });
  return new TransportError("connect", `No connection: ${code}`, { cause });
}

/** The request line and field lines; the target is what follows the authority, as it is written. */
function requestHead({ url, method, headers, body }: TransportRequest, { userAgent }: NetworkOptions): string {
  const target = url.href.slice(url.href.indexOf(url.host, url.protocol.length) + url.host.length);
  const fields = new Headers(headers);
  if (!fields.has("host")) fields.set("host", url.host);
  if (userAgent !== undefined && !fields.has("user-agent")) fields.set("user-agent", userAgent);
  if (body !== null || /^(?:POST|PUT|PATCH)$/.test(method)) fields.set("content-length", String(body?.length ?? 0));
  fields.set("connection", "close");
  const lines = [...fields].map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}
