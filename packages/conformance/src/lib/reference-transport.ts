import type { Socket } from "node:net";
import { setImmediate as macrotask } from "node:timers/promises";
import {
  type NetworkOptions,
  type ResponseSink,
  type Transport,
  TransportError,
  type TransportRequest,
  type TransportSupport,
} from "@headrace/core/transport";
import { ByteReader } from "./byte-reader.ts";
import { type Deliver, decoding, referenceCodings } from "./reference-coding.ts";
import { type Connection, openConnection, proxyFor } from "./reference-connection.ts";
import { openStream, type SharedSession, startSession, targetOf } from "./reference-http2.ts";
import { type ProxyServer, proxyAuthorization } from "./reference-tunnel.ts";
import { referenceSendSync } from "./reference-send-sync.ts";
import { framingOf, readBody, readHead } from "./response-reader.ts";

const supports = {
  contract: 1,
  sync: true,
  http2: true,
  http3: false,
  connectTimeout: true,
  redirects: "manual",
  proxy: ["http", "https", "socks5", "socks5h"],
  unixSocket: true,
  customCa: true,
  clientCertificate: true,
  insecure: true,
  resolve: true,
  decompression: referenceCodings,
  forbiddenHeaders: [],
  httpVersion: "exact",
  statusText: true,
  trailers: true,
  endProof: { closeDelimited: true, http2: true, decompression: true },
  errorDetail: "exact",
  backpressure: "socket",
  hiddenIdleLimit: 0,
  ambient: [],
} as const satisfies TransportSupport;

/** What the reference opens connections with; a mutant has one of its own. */
export interface ReferenceParts {
  readonly openConnection: typeof openConnection;
  readonly startSession: typeof startSession;
}

const referenceParts: ReferenceParts = { openConnection, startSession };

/**
 * The contract in its shortest form, on `node:net`: HTTP/1.1 with one connection a request, HTTP/2 with one
 * an origin. It shows that the suite can be passed, and is what its mutants are made of. Not for production.
 */
export function referenceTransport(options: NetworkOptions = {}, parts: ReferenceParts = referenceParts): Transport {
  if (options.httpVersion === "3") throw new TransportError("unsupported", "The reference transport has no HTTP/3");
  if (options.proxy !== "environment") proxyFor(new URL("http://localhost/"), options);
  const running = new Map<Promise<void>, AbortController>();
  const sessions: SharedSession[] = [];
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
      const exchange = runExchange({ ...request, signal }, sink, { options, sessions, parts });
      running.set(exchange, ending);
      await exchange.finally(() => running.delete(exchange));
    },
    sendSync(request, sink, nextWait) {
      if (closed) throw new TransportError("closed", "The transport was closed");
      referenceSendSync(request, sink, nextWait, options);
    },
    async close({ force = false } = {}) {
      closed = true;
      if (force)
        for (const ending of running.values()) ending.abort(new TransportError("closed", "The transport was closed"));
      await Promise.allSettled(running.keys());
      await macrotask(); // What `send` returned settles a few microtasks later.
      for (const { session } of sessions) session.destroy();
    },
  };
}

/** What the exchanges of a transport share. */
interface Shared {
  readonly options: NetworkOptions;
  readonly sessions: SharedSession[];
  readonly parts: ReferenceParts;
}

async function runExchange(request: TransportRequest, sink: ResponseSink, shared: Shared): Promise<void> {
  const { signal } = request;
  signal.throwIfAborted();
  const cleanUps: (() => void)[] = [];
  const aborted = new Promise<never>((_resolve, reject) => {
    const abort = (): void => reject(signal.reason);
    signal.addEventListener("abort", abort);
    cleanUps.push(() => signal.removeEventListener("abort", abort));
  });
  try {
    await Promise.race([aborted, converse(request, deliverTo(sink, signal), shared, cleanUps)]);
  } finally {
    for (const cleanUp of cleanUps) cleanUp();
  }
  await Promise.race([aborted, macrotask()]);
}

/** The sink, never called once the signal is aborted. */
function deliverTo(sink: ResponseSink, signal: AbortSignal): Deliver {
  const call = <T>(deliver: () => T): T => {
    signal.throwIfAborted();
    return deliver();
  };
  return {
    head: (head) => call(() => sink.head(head)),
    body: async (bytes) => call(() => sink.body(bytes)),
    trailers: (trailers) => call(() => sink.trailers?.(trailers)),
  };
}

async function converse(
  request: TransportRequest,
  deliver: Deliver,
  { options, sessions, parts }: Shared,
  cleanUps: (() => void)[],
): Promise<void> {
  const { url, connectTimeout } = request;
  let session = sessions.findLast(({ origin, isOpen }) => origin === url.origin && isOpen);
  if (session === undefined) {
    const opened: Socket[] = [];
    cleanUps.push(() => opened.forEach((socket) => socket.destroy()));
    const connection = await inTime(parts.openConnection(url, options, opened), connectTimeout);
    if (!connection.isHttp2) return converseHttp1(connection, request, options, deliver);
    opened.length = 0;
    session = parts.startSession(url, connection.socket);
    sessions.push(session);
  }
  const stream = openStream(session, withUserAgent(request, options));
  cleanUps.push(() => stream.close());
  await stream.converse(decoding(deliver));
}

/** The longest delay that a timer takes; a longer one would run out at once. */
const maxDelayMs = 2 ** 31 - 1;

async function inTime<T>(work: Promise<T>, timeout: number): Promise<T> {
  if (timeout === 0) return work;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new TransportError("timeout", `No connection within ${timeout} ms`, { phase: "connect" });
    timer = setTimeout(() => reject(error), Math.min(timeout, maxDelayMs));
  });
  work.catch(() => {});
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

async function converseHttp1(
  { socket, forwarder }: Connection,
  request: TransportRequest,
  options: NetworkOptions,
  deliver: Deliver,
): Promise<void> {
  const reader = new ByteReader(socket, options.unixSocket === undefined);
  socket.write(requestHead(withUserAgent(request, options), forwarder), "latin1");
  if (request.body !== null && request.body.length > 0) socket.write(request.body);
  const head = await readHead(reader, request);
  const framing = framingOf(head, request.method);
  const { head: takeHead, body, end, trailers } = decoding(deliver);
  takeHead(head);
  await readBody(reader, framing, { body, trailers });
  await end();
}

/** The request line and field lines; the target is what follows the authority, as it is written, or for a proxy all. */
function requestHead({ url, method, headers, body }: TransportRequest, forwarder: ProxyServer | undefined): string {
  const target = forwarder === undefined ? targetOf(url) : url.href;
  const fields = new Headers(headers);
  if (!fields.has("host")) fields.set("host", url.host);
  if (body !== null || /^(?:POST|PUT|PATCH)$/.test(method)) fields.set("content-length", String(body?.length ?? 0));
  const authorization = forwarder && proxyAuthorization(forwarder);
  if (authorization !== undefined) fields.set("proxy-authorization", authorization);
  fields.set("connection", "close");
  const lines = [...fields].map(([name, value]) => `${name}: ${value}`);
  return [`${method} ${target} HTTP/1.1`, ...lines, "", ""].join("\r\n");
}

function withUserAgent(request: TransportRequest, { userAgent }: NetworkOptions): TransportRequest {
  if (userAgent === undefined || request.headers.has("user-agent")) return request;
  const headers = new Headers(request.headers);
  headers.set("user-agent", userAgent);
  return { ...request, headers };
}
