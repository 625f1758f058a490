/** A proxy server, as a transport connects to it. */
interface ProxyServer {
  /** With `socks5` names are looked up here, with `socks5h` by the proxy. */
  readonly scheme: "http" | "https" | "socks5" | "socks5h";
  /** A name in ASCII, or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Percent-decoded: byte strings, one character a byte, without control characters. */
  readonly credentials: {
    readonly username: string;
    readonly password: string;
  } | undefined;
}
/**
 * Reads a proxy URL as curl has it: without a scheme it is `http`, without a port 1080 (`https`: 443).
 *
 * `URL` alone will not do: it drops a port 80 that was written, and repeats its input in its error.
 *
 * @param what what it is, for the error
 * @throws `unsupported` for another scheme, else `invalid-argument`; neither repeats the text, which may carry a password
 */
export declare function parseProxy(text: string, what?: string): ProxyServer;
/**
 * One HTTP stack. An object literal from a factory: methods use no `this`, so a decorator is a spread.
 *
 * It makes one hop, interprets nothing, repeats nothing and times nothing but the connect. It follows
 * no redirect, judges no status and no content type, and reads nothing from the environment; core does
 * all of that once, for every transport.
 */
interface Transport {
  /** What users call it: `curl`. */
  readonly name: string;
  /** The stack and its version: `libcurl/7.88.1 OpenSSL/3.0.19 …`, `undici/8.12.4`. */
  readonly version: string;
  /** What it can do, for users to read and the suite to check in both directions. Absent: not supported. */
  readonly supports: Partial<TransportSupport>;
  /**
   * Set where every request reaches one peer whatever its URL says, as over a Unix domain socket: core
   * then follows no redirect to another origin.
   */
  readonly fixedOrigin?: boolean;
  /**
   * Sends one request and pushes the response into `sink`.
   *
   * Resolves only at a proven end of the message. Rejects with a `TransportError` when there is no
   * response or the body is cut short, with `request.signal.reason` when aborted, and with the very
   * value the sink threw or rejected with. Safe to call concurrently.
   */
  send(request: TransportRequest, sink: ResponseSink): Promise<void>;
  /**
   * The same, blocking the thread; present exactly when `supports.sync`.
   *
   * @param nextWait called before every wait and after every wake-up: the ms it may block (at most
   * 1000), or throws what `sendSync` must then throw, with the connection closed
   */
  sendSync?(request: TransportRequest, sink: ResponseSink, nextWait: () => number): void;
  /**
   * Refuses new exchanges with `closed` from the first call on, and resolves when those in flight have
   * settled and everything is released. `force` ends them with `closed`. Idempotent.
   */
  close(options?: {
    force?: boolean;
  }): Promise<void>;
}
/** A request, checked by core: a transport need not doubt it. */
interface TransportRequest {
  /** http or https; no userinfo, no fragment. The request target is `href` after the authority. */
  readonly url: URL;
  readonly method: string;
  /** Byte strings, one character a byte. */
  readonly headers: Headers;
  /** Replayable by construction; not to be changed. */
  readonly body: Uint8Array | null;
  readonly signal: AbortSignal;
  /**
   * The most that opening a connection may take, in ms, from the start of the look-up to the end of
   * the TLS handshake; 0 for no limit. Nothing on a reused connection.
   */
  readonly connectTimeout: number;
  /** Read by a browser's fetch alone. */
  readonly credentials?: "omit" | "same-origin" | "include";
}
/** Status and header section of a response (RFC 9112 section 2.1), as received. */
interface ResponseHead {
  /** The request's, or the stack's final one where `redirects` is `automatic`. */
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly statusText?: string;
  /** Absent where the stack cannot know. */
  readonly httpVersion?: "1.0" | "1.1" | "2" | "3";
  readonly redirected?: boolean;
}
/**
 * Where a transport puts the response. Calls come one at a time, never re-entered: `head` once, then
 * `body` any number of times, then `trailers`; none before `send` has returned its promise, none after
 * the signal is aborted. What the sink throws ends the exchange and is what `send` rejects with.
 */
interface ResponseSink {
  head(head: ResponseHead): void;
  /**
   * @param bytes not empty, content coding undone, and lent: read-only, and only until this call returns
   * @returns a promise to hold the transport back: no further call until it settles. Anything else is ignored
   */
  body(bytes: Uint8Array): void | Promise<void>;
  trailers?(trailers: Headers): void;
}
/** What a transport can do. */
interface TransportSupport {
  /** The version of this contract; core refuses a higher one with `unsupported`. */
  readonly contract: 1;
  readonly sync: boolean;
  /** HTTP/2 by ALPN over TLS. */
  readonly http2: boolean;
  readonly http3: boolean;
  /** `connectTimeout` per request, to within 50 ms. */
  readonly connectTimeout: boolean;
  /** `automatic`: the stack follows and cannot be stopped, as in a browser. */
  readonly redirects: "manual" | "automatic";
  readonly proxy: readonly ("http" | "https" | "socks5" | "socks5h")[];
  readonly unixSocket: boolean;
  readonly customCa: boolean;
  readonly clientCertificate: boolean;
  readonly insecure: boolean;
  readonly resolve: boolean;
  /** Content codings it undoes; any other is `unsupported`, raised by core at the head. */
  readonly decompression: readonly ("gzip" | "deflate" | "br" | "zstd")[];
  /** Lower-case names of headers that it cannot send; refused, never dropped. */
  readonly forbiddenHeaders: readonly string[];
  readonly httpVersion: "exact" | "major" | "none";
  readonly statusText: boolean;
  readonly trailers: boolean;
  /** Where the end of a message is proven. Elsewhere, and over TLS at an end by close alone, it is only assumed. */
  readonly endProof: {
    readonly closeDelimited: boolean;
    readonly http2: boolean;
    readonly decompression: boolean;
  };
  /** `coarse`: the stack does not say why a connection failed, as in a browser. */
  readonly errorDetail: "exact" | "coarse";
  /** What a pending promise of the sink holds back. `bounded`: at most 1 MiB is buffered meanwhile. */
  readonly backpressure: "socket" | "bounded" | "none";
  /** An idle limit of the stack that cannot be switched off, in ms; 0: none. */
  readonly hiddenIdleLimit: number;
  /** Settings of the host that it cannot shut out. */
  readonly ambient: readonly ("proxy" | "ca" | "tls-verify" | "cookies")[];
}
/** One spelling for every factory. An option that a transport cannot honour throws `unsupported` at construction. */
interface NetworkOptions {
  /** A proxy URL, `environment` for the variables of the environment (`NO_PROXY` honoured), or `false`, the default. */
  proxy?: string | "environment" | false;
  /** Path of a Unix domain socket to connect to instead of the URL's host. */
  unixSocket?: string;
  /** PEM certificates to trust instead of the stack's own. */
  ca?: string | Uint8Array;
  /** PEM client certificate (chain). Its `key` may be in the same text. */
  cert?: string | Uint8Array;
  /** PEM private key of `cert`, not encrypted. */
  key?: string | Uint8Array;
  /** Accept any certificate for any host. For tests. */
  insecure?: boolean;
  /** Default `1.1`. `2` and `3` are offered over TLS; `h2c` is HTTP/2 with prior knowledge, without TLS. */
  httpVersion?: "1.1" | "2" | "3" | "h2c";
  /**
   * Addresses for names, as `{ "example.com": "127.0.0.1" }` or `{ "example.com:443": "127.0.0.1" }`;
   * `*` is any name. A name with a port comes before one without.
   */
  resolve?: Record<string, string>;
  /** Default: headrace and the stack with their versions, or what the stack itself sends. */
  userAgent?: string;
}
/** The certificates of the network options, in PEM. */
interface Certificates {
  /** To trust instead of the stack's own. */
  readonly ca: string | undefined;
  /** The client's, or its chain; given exactly where `key` is. */
  readonly cert: string | undefined;
  readonly key: string | undefined;
}
/** Network options, checked and ready to use. */
interface NetworkSettings extends Certificates {
  /** The one given; `undefined` for none. */
  readonly proxy: ProxyServer | "environment" | undefined;
  /**
   * The proxy for a URL, `undefined` for none; with `proxy: "environment"` looked up at each call.
   *
   * @throws `unsupported`, `invalid-argument` for what a variable of the environment says
   */
  proxyFor(url: URL): ProxyServer | undefined;
  /** The address that `resolve` gives a name, without brackets; `undefined` for none. `host` is without brackets, too. */
  addressOf(host: string, port: number): string | undefined;
  readonly unixSocket: string | undefined;
  readonly insecure: boolean;
  readonly httpVersion: "1.1" | "2" | "3" | "h2c";
  /** The caller's; the default is the transport's. */
  readonly userAgent: string | undefined;
}
/**
 * Checks the network options of a transport: alike for all, so that a mistake gets the same error everywhere.
 *
 * @param transport its name, for messages, and what it `supports`
 * @throws `unsupported` for what is not declared, `invalid-argument` for what makes no sense; never with a value in it,
 * which may be a credential
 */
export declare function checkNetworkOptions(options: NetworkOptions, transport: Pick<Transport, "name" | "supports">): NetworkSettings;
/** How long each part of an exchange may take, in ms; 0 or `Infinity`: no limit. Kept alike on every transport. */
interface Timeouts {
  /**
   * Opening a connection, look-up, proxy and TLS handshake included, for each hop. Default 10 000 where
   * the transport has `supports.connectTimeout`; asking it of one that has not is `unsupported`.
   */
  connect?: number | undefined;
  /**
   * From the call to the final response's head; connecting, upload and redirects count. Each attempt has its own.
   * Default: none; 300 000 for blocking calls.
   */
  head?: number | undefined;
  /** From the head to the first event. Default: none. */
  firstEvent?: number | undefined;
  /**
   * Between one piece of body and the next (see `idleCounts`). `auto` learns the rhythm: once it has heard three
   * intervals in 15 s of stream or more, the limit is three times the longest of them, and never under 15 s. Default: none.
   */
  idle?: number | "auto" | undefined;
  /** From the call to the last byte, wall time, attempts and all. Default: none. */
  total?: number | undefined;
}
/** What users see of a response: its head, plain. */
interface ResponseInfo extends ResponseHead {
  /** Always set: whether a redirect led here. */
  readonly redirected: boolean;
}
/** One dispatched event (WHATWG HTML 9.2.6). */
interface ServerSentEvent {
  /** `message` unless an `event` field says otherwise. */
  readonly type: string;
  /** The data lines, joined by LF. */
  readonly data: string;
  /** The stream's memory: the last `id` seen so far, `""` if none. */
  readonly lastEventId: string;
  /** This event's own `id` field, or undefined. */
  readonly id: string | undefined;
}
/** Every way an exchange can fail. The same fault has the same code on every transport. */
type HeadraceErrorCode = "invalid-argument" | "unsupported" | "library-missing" | "dns" | "connect" | "network" | "proxy" | "tls" | "protocol" | "redirect" | "reset" | "truncated" | "status" | "content-type" | "no-content" | "timeout" | "too-large" | "incomplete" | "server-event" | "invalid-data" | "closed" | "no-recording" | "gave-up" | "internal";
/** Where in its life an exchange was when it failed; for `timeout` the clock that ran out. */
type HeadraceErrorPhase = "arguments" | "connect" | "head" | "first-event" | "idle" | "total" | "body" | "end" | "retry";
/** Milestones of an exchange, in ms since the call. Absent: not reached. */
interface ExchangeTiming {
  readonly head: number;
  readonly firstEvent?: number;
  readonly lastByte?: number;
  readonly lastEvent?: number;
}
interface HeadraceErrorFields {
  readonly phase: HeadraceErrorPhase;
  /** Free text from the stack, such as `untrusted` or `refused`. For people; not a contract. */
  readonly detail?: string;
  /** Events that had been delivered when it failed. */
  readonly eventsDelivered: number;
  /** Decoded bytes of the body that had arrived when it failed. */
  readonly bytesReceived: number;
  /** The stream's last event ID when it failed; `""` if it had none. */
  readonly lastEventId: string;
  /** The response, once its head had arrived. Its `headers` are not enumerable and carry no `set-cookie`. */
  readonly response?: ResponseInfo;
  readonly timing?: ExchangeTiming;
}
interface HeadraceErrorExtras {
  /** The HTTP status (`status`), or what the proxy answered (`proxy`). */
  status: {
    status: number;
    body: string;
    retryAfter?: number;
  };
  proxy: {
    status?: number;
  };
  /** At most 64 KiB of the body as text, not enumerable. */
  "content-type": {
    body: string;
  };
  /** The data lines of the event that the end cut short; absent where the end came between events. */
  incomplete: {
    pending?: string;
  };
  "invalid-data": {
    event?: ServerSentEvent;
  };
  "gave-up": {
    causes: readonly unknown[];
  };
  reset: {
    retryable?: boolean;
  };
}
type ExtrasOf<C> = C extends keyof HeadraceErrorExtras ? Readonly<HeadraceErrorExtras[C]> : unknown;
/** The error of one code. */
type HeadraceErrorOf<C extends HeadraceErrorCode> = C extends HeadraceErrorCode ? Error & HeadraceErrorFields & {
  readonly name: "HeadraceError";
  readonly code: C;
} & ExtrasOf<C> : never;
/** What a transport may say of a failure. */
interface TransportErrorOptions {
  /** The stack's own error. Only for failures of the network and TLS: an argument's may carry a credential. */
  cause?: unknown;
  /** Default: the one the code implies, else `body`. */
  phase?: HeadraceErrorPhase;
  /** Free text, such as `untrusted`, `hostname`, `expired`, `refused`. */
  detail?: string;
  /** What the proxy answered, for `proxy`. */
  status?: number;
  /** Whether the peer said that it did not process the request (REFUSED_STREAM). */
  retryable?: boolean;
}
/** What `send` rejects with. Core adds what it knows of the exchange before users see it. */
export type TransportError = HeadraceErrorOf<HeadraceErrorCode>;
/** Makes a `TransportError`: a `HeadraceError` that knows nothing of events yet. */
export declare const TransportError: new <C extends HeadraceErrorCode>(code: C, message: string, options?: TransportErrorOptions) => HeadraceErrorOf<C>;
/**
 * Calls `expire` with a `timeout` of phase `connect` after so many ms: the one clock of a transport (contract 8).
 *
 * When the event loop was busy, its timers come before what has arrived meanwhile is read. So the loop turns, which
 * takes no time where nothing has come, before the clock decides.
 *
 * @param ms 0 is never; more than 2^31-1 is kept as well
 * @param peer what is connected to, for the message: `host:port`
 * @returns stops the clock
 */
export declare function startConnectClock(ms: number, peer: string, expire: (reason: TransportError) => void): () => void;
/** What becomes of redirects. */
interface RedirectOptions {
  /** `error` fails with `redirect`; `manual` takes the redirect for the response. Default `follow`. */
  redirect?: "follow" | "error" | "manual" | undefined;
  /**
   * Headers to drop with Authorization and Cookie when a redirect leaves the origin: these instead of the default
   * (`defaultCredentialHeaders`: `x-api-key`, `api-key`, `x-goog-api-key`, `x-auth-token`).
   */
  credentialHeaders?: readonly string[] | undefined;
}
/** What core adds to one exchange. */
interface ExchangeOptions extends RedirectOptions {
  /** Kept here, but for `connect`, which is the transport's (`request.connectTimeout`). */
  timeouts?: Timeouts | undefined;
}
/** A transport that can block: its `sendSync` is there by type. */
type SyncTransport = Transport & {
  sendSync: NonNullable<Transport["sendSync"]>;
};
/**
 * Makes one exchange over any transport: follows redirects, keeps the clocks, and holds the transport to
 * the contract. What every verb is built on. The sink gets the final response only.
 *
 * @returns resolves at the end of the message, as the transport's `send`
 * @throws a `TransportError`, `signal.reason` when aborted, what the sink threw, `redirect`, `timeout`,
 * or `internal` where the transport broke the contract
 */
export declare function exchange(transport: Transport, request: TransportRequest, sink: ResponseSink, options?: ExchangeOptions): Promise<void>;
/** `exchange`, blocking the thread: the clocks are polled (a server in this thread can never answer). */
export declare function exchangeSync(transport: SyncTransport, request: TransportRequest, sink: ResponseSink, options?: ExchangeOptions): void;
/** How far an exchange has come: look-up and connection, TLS handshake, request sent, final head read. */
type ExchangeStage = "connect" | "tls" | "head" | "body";
/**
 * Makes the `TransportError` of an error of Node's sockets, TLS or HTTP parser (contract 7).
 *
 * While connecting it is `dns` or `connect`, in the handshake `tls`; later `codeOfNodeError` decides, and what it does
 * not know is `reset`. `detail` is `refused`, or for a certificate `untrusted`, `hostname` or `expired`. A
 * `TransportError` is handed back as it is.
 */
export declare function fromNodeError(error: unknown, stage: ExchangeStage): TransportError;
/** As much of Node's `net.Socket` and `tls.TLSSocket` as is asked. */
interface ResettableSocket {
  readonly localAddress?: string | undefined;
  readonly remoteAddress?: string | undefined;
  prependListener(event: "end", listener: () => void): unknown;
  off(event: "end", listener: () => void): unknown;
}
/**
 * Calls `onReset` with ECONNRESET where a socket's end is none. libuv before 1.52 (Node 22) tells a reset that follows
 * data closely as an end (libuv/libuv#4997); but TCP that was reset has no peer any more.
 *
 * Nobody may have asked for the peer's address before, because the socket remembers it. Where libuv tells resets, and
 * on sockets that are not TCP or TLS over it, nothing happens.
 *
 * @returns takes the watch off the socket, which may serve other requests
 */
export declare function watchHiddenReset(socket: ResettableSocket, onReset: (error: Error) => void): () => void;
/**
 * One turn of the event loop: a connection that is done with is back in its pool by then, and what has arrived is read.
 *
 * A message to oneself where there is no `setImmediate`: a browser delays the timers of hidden pages.
 */
export declare function macrotask(): Promise<void>;
/**
 * Says which code of ours an error of Node, undici or Node's own fetch is: the table of the contract,
 * section 7. Looks through `cause` and the first of an `AggregateError`, at most eight deep, and goes by
 * `code` and message alone, so it works across copies and in any runtime.
 *
 * @param afterTheHead whether the response's head had been read: a lost connection is then `truncated`
 * (FIN) or `reset` (RST), before it `reset`
 * @returns the code, or `undefined` where nothing is known
 */
export declare function codeOfNodeError(error: unknown, afterTheHead?: boolean): HeadraceErrorCode | undefined;
/**
 * Joins the short pieces of a body that come together, as an HTTP chunk for each event does: a server's burst of them is in
 * one read of the socket. For a sink a piece costs more than to copy it: joined, events of 230 bytes are framed in 0.4 of the time.
 *
 * Call `flush` when the read is over, at the end of the body and before its error: until then a piece may be kept. So no piece
 * comes later than what came with it. What was put in stays untouched until then; what is handed on is lent (contract 3),
 * and nobody may put anything in while `deliver`'s promise is pending.
 */
export declare class PieceJoiner {
  #private;
  /** @param deliver the `body` of a sink, as a rule */
  constructor(deliver: (bytes: Uint8Array) => void | Promise<void>);
  /** Takes a piece. A promise, as from `deliver`: nothing more until it settles. */
  push(bytes: Uint8Array): Promise<void> | undefined;
  /** Hands on what has come. */
  flush(): Promise<void> | undefined;
}
/**
 * What a callback or a sink returned, where that is to be waited for. Whatever else it returns is ignored, as
 * `process.stdout.write` returns `false`.
 */
export declare function promiseOf(returned: unknown): Promise<void> | undefined;
/**
 * Finds the proxy that variables of the environment name for a URL, by curl's rules.
 *
 * `http_proxy` is for `http:` URLs, in lower case only: a CGI server sets `HTTP_PROXY` from a header of its
 * client. `https_proxy` is for `https:`, `all_proxy` for both where the other is not set; these two and
 * `no_proxy` are read in lower case, else in upper. An empty variable is as good as none.
 *
 * `no_proxy` lists, between commas or blanks, what goes without a proxy (curl's lib/noproxy.c):
 *
 * - `*`: everything;
 * - `example.com`, `.example.com` and `*.example.com`: that name and all below it, in any case, a final dot
 *   of either not counted;
 * - `192.0.2.1`, `::1`: that address, however it is written;
 * - `10.0.0.0/8`, `fd00::/8`: the addresses of that network, where the URL has an address.
 *
 * curl knows no `*` in a list, no `*.`, and blanks only beside commas; others do, and so it is here. As with
 * them an entry may have a port, for which alone it then is: `example.com:8080`, `[::1]:8080`.
 *
 * @param environment such as `process.env`
 * @throws what `parseProxy` throws, naming the variable
 */
export declare function environmentProxy(url: URL, environment: Readonly<Record<string, string | undefined>>): ProxyServer | undefined;
/**
 * Copies field lines as received: repeated ones in order, `Set-Cookie` lines apart.
 *
 * @param lines names and values in turn, one character a byte, such as `rawHeaders` and `rawTrailers` of node:http
 * @param phase `body` for trailers
 * @throws `protocol` for more than 1,000, or one that is no field; never with a value in it
 */
export declare function receivedHeaders(lines: readonly string[], phase?: "head" | "body"): Headers;
/** What node:http says of a response, in an `IncomingMessage`. */
interface RawHead {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  /** Without `HTTP/`. */
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}
/**
 * Reads a final head of HTTP/1 and refuses what HTTP stacks let pass: another version, a status below 200, such as a 101
 * that nobody asked for, and a transfer coding but `chunked` (RFC 9112 section 7), which would be left on the body.
 *
 * @throws `protocol`; also what `receivedHeaders` throws
 */
export declare function receivedHead({ url, method }: TransportRequest, raw: RawHead): ResponseHead;
/** Headers that carry a credential besides those HTTP names: dropped when a redirect leaves the origin. */
export declare const defaultCredentialHeaders: readonly string[];
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
export declare function nextHop(request: TransportRequest, head: ResponseHead, credentialHeaders?: readonly string[]): TransportRequest | null;
/** Makes one exchange: resolves at its proven end, and closes its connection when the request's signal is aborted. */
type MakeExchange = (request: TransportRequest, sink: ResponseSink) => Promise<void>;
/**
 * Makes the `send` and the `close` of a transport, with what they owe whatever the stack is (contract 2, 3 and 5):
 *
 * - nothing is started after `close`, or with a signal that is aborted already;
 * - `make` gets the request with a signal of its own, which is aborted by the caller's, by `close({ force: true })`, and
 *   when the exchange fails, be it by its sink. No listener stays on the caller's;
 * - once that signal is aborted, what is put into the sink is dropped, and `send` rejects, though the sink be pending;
 * - `send` settles a macrotask after what `make` returned, and rejects with the very value that this rejected with.
 *
 * `close` resolves when no exchange is in flight; connections are then for the transport to close.
 */
export declare function trackExchanges(make: MakeExchange): Pick<Transport, "send" | "close">;
export type { Certificates, ExchangeOptions, ExchangeStage, MakeExchange, NetworkOptions, NetworkSettings, ProxyServer, RawHead, RedirectOptions, ResettableSocket, ResponseHead, ResponseSink, SyncTransport, Timeouts, Transport, TransportErrorOptions, TransportRequest, TransportSupport };
