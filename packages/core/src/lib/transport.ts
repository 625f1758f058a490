/**
 * One HTTP stack. An object literal from a factory: methods use no `this`, so a decorator is a spread.
 *
 * It makes one hop, interprets nothing, repeats nothing and times nothing but the connect. It follows
 * no redirect, judges no status and no content type, and reads nothing from the environment; core does
 * all of that once, for every transport.
 */
export interface Transport {
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
  close(options?: { force?: boolean }): Promise<void>;
}

/** A request, checked by core: a transport need not doubt it. */
export interface TransportRequest {
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
export interface ResponseHead {
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
export interface ResponseSink {
  head(head: ResponseHead): void;
  /**
   * @param bytes not empty, content coding undone, and lent: read-only, and only until this call returns
   * @returns a promise to hold the transport back: no further call until it settles. Anything else is ignored
   */
  body(bytes: Uint8Array): void | Promise<void>;
  trailers?(trailers: Headers): void;
}

/** What a transport can do. */
export interface TransportSupport {
  /** The version of this contract; core refuses a higher one with `unsupported`. */
  readonly contract: 1;

  // What may be asked.

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

  // What can be learnt.

  readonly httpVersion: "exact" | "major" | "none";
  readonly statusText: boolean;
  readonly trailers: boolean;
  /** Where the end of a message is proven. Elsewhere, and over TLS at an end by close alone, it is only assumed. */
  readonly endProof: { readonly closeDelimited: boolean; readonly http2: boolean; readonly decompression: boolean };
  /** `coarse`: the stack does not say why a connection failed, as in a browser. */
  readonly errorDetail: "exact" | "coarse";

  // How it behaves.

  /** What a pending promise of the sink holds back. `bounded`: at most 1 MiB is buffered meanwhile. */
  readonly backpressure: "socket" | "bounded" | "none";
  /** An idle limit of the stack that cannot be switched off, in ms; 0: none. */
  readonly hiddenIdleLimit: number;
  /** Settings of the host that it cannot shut out. */
  readonly ambient: readonly ("proxy" | "ca" | "tls-verify" | "cookies")[];
}

/** One spelling for every factory. An option that a transport cannot honour throws `unsupported` at construction. */
export interface NetworkOptions {
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
