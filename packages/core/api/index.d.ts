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
/** What users see of a response: its head, plain. */
interface ResponseInfo extends ResponseHead {
  /** Always set: whether a redirect led here. */
  readonly redirected: boolean;
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
/**
 * What every verb and transport fails with: a union told apart by `code`.
 * An abort is not one of them: that is `signal.reason`, unwrapped.
 */
export type HeadraceError = HeadraceErrorOf<HeadraceErrorCode>;
/** What may be said of an error beyond its code and message. */
interface HeadraceErrorOptions extends Partial<HeadraceErrorFields> {
  cause?: unknown;
  status?: number | undefined;
  body?: string | undefined;
  retryAfter?: number | undefined;
  pending?: string | undefined;
  event?: ServerSentEvent | undefined;
  causes?: readonly unknown[] | undefined;
  retryable?: boolean | undefined;
}
/** Makes (or, with `instanceof`, recognises within one copy of this package) a `HeadraceError`. */
interface HeadraceErrorConstructor {
  new <C extends HeadraceErrorCode>(code: C, message: string, options?: HeadraceErrorOptions): HeadraceErrorOf<C>;
  readonly prototype: HeadraceError;
}
export declare const HeadraceError: HeadraceErrorConstructor;
/**
 * Finds the `HeadraceError` in what was caught: the value itself or, as SDKs wrap ours, one of its
 * causes, at most eight deep. It goes by structure, so it works across copies of this package.
 *
 * @param code accept only this code
 * @returns the error, or `undefined` where there is none
 */
export declare function asHeadraceError<C extends HeadraceErrorCode = HeadraceErrorCode>(error: unknown, code?: C): HeadraceErrorOf<C> | undefined;
/** What headers may be given as. */
type HeadersSource = Headers | Record<string, string> | Iterable<readonly [string, string]>;
/** What a body may be: anything that can be sent twice, so never a stream. */
type RequestBody = string | ArrayBufferView | ArrayBuffer | Blob | URLSearchParams | FormData;
/** What may be said of a request, by every verb. */
interface RequestOptions {
  /** Which HTTP stack: there is no default, it is the choice. */
  transport: Transport;
  /** Default: POST with `body` or `json`, else GET. */
  method?: string | undefined;
  /** Values are byte strings (U+0000 to U+00FF, as in Fetch). */
  headers?: HeadersSource | undefined;
  /** Read whole before anything is sent. `Blob` and `FormData` not in blocking calls. */
  body?: RequestBody | null | undefined;
  /** Serialised as the body, with `content-type: application/json` unless the headers have one. */
  json?: unknown;
  /** Ends the call: it fails with `signal.reason`. */
  signal?: AbortSignal | null | undefined;
  /** In ms; 0 is off. */
  timeouts?: Timeouts | undefined;
  /** Read by a browser's fetch alone. */
  credentials?: "omit" | "same-origin" | "include" | undefined;
}
/** How often a one-shot call may be made. */
interface AttemptOptions {
  /**
   * The most requests to make. Default 1. Again only where no byte of the request was sent (`dns`,
   * `connect`); for GET, HEAD or with `replay` also on 408, 429, 5xx and `reset` before the head. Never
   * after the first byte of a response that was accepted. Waits 0.5 s, 1 s, 2 s … up to 30 s, less a
   * jitter of up to a half, and never less than `Retry-After`.
   */
  attempts?: number | undefined;
  /** Whether a request with another method may be made again. Default false: it may have had its effect. */
  replay?: boolean | undefined;
}
/** What every verb takes. */
interface CallInit extends RequestOptions, AttemptOptions, RedirectOptions {
  /** Called with the response once its head has been judged, before any of its body. */
  onResponse?: ((response: ResponseInfo) => void) | undefined;
}
/** How a stream says that it is whole: see `EventStreamInit.terminal`. */
type Terminal = string | {
  readonly type: string;
} | ((event: ServerSentEvent) => boolean);
/** What the verbs for event streams take. */
interface EventStreamInit extends CallInit {
  /** Sent as `Last-Event-ID` (UTF-8), and the stream's memory to begin with. */
  lastEventId?: string | undefined;
  /**
   * What becomes of an unfinished last event at a clean end. `dispatch`, the default, delivers it; after
   * an end that is only assumed (`supports.endProof`) only where its last line was ended, else that is
   * `incomplete`. `discard` drops it, as WHATWG says. `error` is `incomplete`. After a cut it is dropped.
   */
  eof?: "dispatch" | "discard" | "error" | undefined;
  /**
   * Ends the stream at once when it comes; a clean end before it is `incomplete`. A string is a
   * sentinel: compared with `data`, consumed, not delivered (`"[DONE]"`). `{ type }` and functions mark
   * real events, which are delivered. Default: none, and `[DONE]` is an event like any other.
   */
  terminal?: Terminal | undefined;
  /** Bytes of one event, checked while they accumulate; more is `too-large`. Default 16 MiB. */
  maxEventSize?: number | undefined;
  /** Whether a 2xx that is not `text/event-stream` is an error. Default `require`. */
  contentType?: "require" | "ignore" | undefined;
  /** What restarts the idle clock: any piece of body, comments included, or events only. Default `bytes`. */
  idleCounts?: "bytes" | "events" | undefined;
  /**
   * Called with each comment, without its colon, in the stream's order. With `openEventStream` it is called as the
   * comment arrives: before events that wait to be taken.
   */
  onComment?: ((comment: string) => void) | undefined;
}
/** A transport that can block: its `sendSync` is there by type. */
type SyncTransport = Transport & {
  sendSync: NonNullable<Transport["sendSync"]>;
};
/** How a stream ended that did not fail. */
interface EventStreamSummary {
  response: ResponseInfo;
  /** Events that the callback was called with. */
  eventsDelivered: number;
  /** Decoded bytes of the body. */
  bytesReceived: number;
  /** `""` if the stream had none. */
  lastEventId: string;
  timing: ExchangeTiming;
  /** Whether the stream came to its end: its terminal or, where it has none, a clean end. False after `stop()`. */
  completed: boolean;
}
/**
 * Streams one response and calls back with each event, synchronously, as its last byte arrives: the fast path.
 *
 * @param onEvent its return value is ignored, but for a promise: nothing more is delivered until that
 * settles, and the connection is held back. `stop()` ends the stream in good order, the connection closed at once
 * @returns a summary, once the stream has ended and a promise that was pending has settled
 * @throws a `HeadraceError`, `signal.reason` when aborted, or the very value that a callback threw
 */
export declare function forEachEvent(url: string | URL, init: EventStreamInit, onEvent: (event: ServerSentEvent, stop: () => void) => unknown): Promise<EventStreamSummary>;
/**
 * Streams one response, blocking the thread, and calls back with each event as it arrives. Timers,
 * promises and I/O of this thread stand still meanwhile, so a server in this thread can never answer.
 *
 * `timeouts.head` is 300 000 ms unless given: nothing else could end the call.
 *
 * @param init `transport` must be able to block, by type: `curlTransport()`
 * @param onEvent must not return a promise: nothing could wait for it (`invalid-argument`)
 * @throws as `forEachEvent`
 */
export declare function forEachEventSync(url: string | URL, init: EventStreamInit & {
  transport: SyncTransport;
}, onEvent: (event: ServerSentEvent, stop: () => void) => unknown): EventStreamSummary;
/**
 * One response's events, for `for await`. Leaving the loop closes the connection, and so do `cancel()`,
 * `await using`, the signal, and losing the last reference to a stream.
 */
interface EventStream extends AsyncIterable<ServerSentEvent>, AsyncDisposable {
  readonly response: ResponseInfo;
  /** Whether the stream came to its end: its terminal or, where it has none, a clean end. */
  readonly completed: boolean;
  /** Ends the stream in good order: the loop ends, the connection is closed. */
  cancel(): Promise<void>;
  /** One iterator, whoever asks: each event goes to one reader. */
  [Symbol.asyncIterator](): AsyncIterator<ServerSentEvent, undefined>;
}
/**
 * Opens an event stream and resolves when its response has been accepted. The connection is held back
 * while some 64 events wait to be taken, so a slow reader stops the server.
 *
 * @throws a `HeadraceError`, or `signal.reason` when aborted; from the loop too, after the events that
 * came before (an abort drops those)
 */
export declare function openEventStream(url: string | URL, init: EventStreamInit): Promise<EventStream>;
/** A whole response. */
interface WholeResponse {
  response: ResponseInfo;
  /** Decoded; empty where there was none. */
  body: Uint8Array;
}
/**
 * Makes a request and reads the whole response, however large.
 *
 * @throws `status` unless 2xx (or, with `redirect: "manual"`, a redirect); other `HeadraceError`s, or
 * `signal.reason` when aborted
 */
export declare function request(url: string | URL, init: CallInit): Promise<WholeResponse>;
/** `request`, blocking the thread: see `forEachEventSync`. */
export declare function requestSync(url: string | URL, init: CallInit & {
  transport: SyncTransport;
}): WholeResponse;
/** Where a stream has got to. */
interface StreamPosition {
  /** The event that was dispatched; undefined at the end of a connection, when every event has been taken. */
  readonly event: ServerSentEvent | undefined;
  /** The stream's memory (WHATWG HTML 9.2.6). */
  readonly lastEventId: string;
  /** Decoded bytes of the whole stream, over all connections, up to just after this event. */
  readonly offset: number;
}
/** What a connection that goes on from a cursor asks the server for. */
interface ResumeRequest {
  /** Sent as `Last-Event-ID`. */
  readonly lastEventId?: string;
  /** Set in the URL's query. */
  readonly query?: Readonly<Record<string, string>>;
}
/** How a stream is taken up again: what is remembered of it, and how the server is told. */
interface ResumeStrategy {
  /** The cursor at a position: any text but the empty one; undefined where it is the same as before. */
  cursor(position: StreamPosition): string | undefined;
  /** What the next request carries. */
  request(cursor: string): ResumeRequest;
  /**
   * `ids`: the cursor is the stream's memory, and an event may come again that is known by its own `id`. `bytes`: the
   * new connection's bytes go on where the last event ended.
   */
  readonly counts?: "ids" | "bytes";
}
/**
 * WHATWG's: the last event ID, in the header `Last-Event-ID`. The default.
 *
 * @param options.query the name of a query parameter, for servers that want it there instead
 */
export declare function lastEventId({ query }?: {
  query?: string;
}): ResumeStrategy;
/**
 * The byte after the last whole event, in a query parameter: llama.cpp's resumable streams
 * (`GET /v1/stream?conv_id=…&from=3000`). The server repeats from there, so an event that was cut comes whole.
 *
 * @param options.query default `from`
 */
export declare function byteOffset({ query }?: {
  query?: string;
}): ResumeStrategy;
/**
 * The `sequence_number` of the last event's JSON, in the query parameter `starting_after`: background responses of
 * OpenAI's Responses API. Where the first request created the response, `url` must be a function that names it after.
 */
export declare function startingAfter(): ResumeStrategy;
/**
 * A cursor of your own making. Nothing is added to the request: `url`, `headers` and `body`, as functions, get the
 * cursor as `lastEventId`.
 *
 * @param cursorOf the cursor after an event, a string; undefined where it stays as it was. What it throws, the loop
 * throws, and anything else that it gives is `invalid-argument`: the event is not handed out
 */
export declare function fromCursor(cursorOf: (event: ServerSentEvent) => string | undefined): ResumeStrategy;
/** When `subscribe` connects again. All in ms but `maxAttempts`. */
interface RetryOptions {
  /** Before the first attempt after progress; the server's `retry:` field replaces it. Default 2000. */
  delay?: number | undefined;
  /** No delay is shorter, whatever the server says. Default 500. */
  minDelay?: number | undefined;
  /** No delay is longer, jitter and `Retry-After` apart. Default 30 000. */
  maxDelay?: number | undefined;
  /** The most that the server's `retry:` field may ask for; above `maxDelay` it is the longer delay. Default `maxDelay`. */
  maxReconnectionTime?: number | undefined;
  /** After so many connections in a row without a new event it ends with `gave-up`. Default: no limit. */
  maxAttempts?: number | undefined;
  /** A `Retry-After` beyond this is an answer, not a delay: the call ends with the `status` error. Default 600 000. */
  maxRetryAfter?: number | undefined;
}
/** One connection that `subscribe` is about to make. */
interface SubscriptionAttempt {
  /** Counts from 1. */
  readonly attempt: number;
  /** The cursor it goes on from; `""` if there is none. */
  readonly lastEventId: string;
  /** What ended the connection before it; undefined at first, and after a clean end. */
  readonly cause: unknown;
}
/** A connection that `subscribe` will make after a delay. */
interface Reconnection extends SubscriptionAttempt {
  /** Until then, in ms. */
  readonly delay: number;
}
/** A value, or what makes it anew for each connection. */
type PerAttempt<T> = T | ((attempt: SubscriptionAttempt) => T | Promise<T>);
/** Where a cursor is kept between two lives of the process: a `Map`, Keyv, or anything alike. */
interface CursorStore {
  get(key: string): unknown;
  set(key: string, cursor: string): unknown;
}
/** Which store, and under which name. */
interface CursorStoreOptions {
  store: CursorStore;
  key: string;
  /** The cursor is stored with every so many events committed. Default 1. */
  every?: number | undefined;
}
/** What `subscribe` takes: an event stream's options, some of them as functions, and what is done when it ends. */
interface SubscribeInit extends Omit<EventStreamInit, "attempts" | "headers" | "body" | "json"> {
  headers?: PerAttempt<HeadersSource | undefined> | undefined;
  body?: PerAttempt<RequestBody | null | undefined> | undefined;
  /** A value; for one that changes, `body` as a function. */
  json?: unknown;
  retry?: RetryOptions | undefined;
  /** How the stream is taken up again. Default `lastEventId()`. */
  resume?: ResumeStrategy | undefined;
  /** Keeps the cursor when the process ends. A stored one is where it begins, rather than `lastEventId`. */
  store?: CursorStoreOptions | undefined;
  /**
   * When an event counts as taken, and its cursor is stored. `auto`, the default: when the next one is asked for, so
   * that a process killed in between gets it again. `manual`: when `commit()` is called.
   */
  commit?: "auto" | "manual" | undefined;
  /**
   * Events that a server repeats after a reconnect, known by their own `id`. `drop`, the default, or `deliver`, as
   * WHATWG's EventSource does; they are no progress either way.
   */
  duplicates?: "drop" | "deliver" | undefined;
  /**
   * Whether an error is followed by another connection, where that shall not be as the codes say; undefined leaves it to
   * them. Not asked after a clean end and a 204, nor of a request that was sent and must not be sent again.
   */
  isRetryable?: ((error: HeadraceError) => boolean | undefined) | undefined;
  /** Called before each wait, with why. */
  onRetry?: ((reconnection: Reconnection) => void) | undefined;
}
/**
 * The events of a stream over as many connections as it takes, one at a time. Leaving the loop ends it, and so do
 * `close()`, `await using` and the signal.
 */
interface Subscription extends AsyncIterable<ServerSentEvent>, AsyncDisposable {
  /** The cursor after the event last handed out; `""` if there is none. */
  readonly cursor: string;
  /** What ended the last connection: the `no-content` error once a 204 has ended it all; undefined after a clean end. */
  readonly cause: unknown;
  /** With `commit: "manual"`: stores the cursor after the event last handed out. */
  commit(): Promise<void>;
  /** Ends it in good order: the loop ends, the connection is closed. */
  close(): Promise<void>;
  /** One iterator, whoever asks: each event goes to one reader. */
  [Symbol.asyncIterator](): AsyncIterator<ServerSentEvent, undefined>;
}
/**
 * Keeps an event stream alive: WHATWG's reconnection, made safe. It connects again when the stream ends or breaks,
 * from the event last taken, after a delay that grows until a new event comes. Nothing is sent before the first event
 * is asked for, and there is one connection at a time.
 *
 * It ends in good order after `terminal` and on 204; and with an error where another attempt would not help (a bad
 * argument, 401, a wrong content type, a name or certificate that never worked) or might do harm (a POST that was
 * sent, unless `replay`). `timeouts.total` is of the whole call; `timeouts.idle` is `"auto"` and `eof` is `"discard"`
 * unless given.
 *
 * @param url or a function, called for each connection
 * @throws from the loop: a `HeadraceError` (`gave-up` where `retry.maxAttempts` is reached), `signal.reason` when
 * aborted, or what a callback or the store threw
 */
export declare function subscribe(url: PerAttempt<string | URL>, init: SubscribeInit): Subscription;
/** What a client fills in for each call: anything but what belongs to one request. */
type ClientInit<T extends Transport = Transport> = Omit<EventStreamInit, "body" | "json" | "lastEventId" | "transport"> & {
  transport: T;
};
/** A call's own options: what it gives replaces the client's, but `headers` and `timeouts` are merged name by name. */
type ClientCallInit<I extends CallInit> = Omit<I, "transport"> & {
  transport?: Transport;
};
/** `SubscribeInit` as a call's own options. */
type ClientSubscribeInit = Omit<SubscribeInit, "transport"> & {
  transport?: Transport;
};
/** The verbs of core with a client's options filled in. */
interface Client {
  openEventStream(url: string | URL, init?: ClientCallInit<EventStreamInit>): Promise<EventStream>;
  forEachEvent(url: string | URL, init: ClientCallInit<EventStreamInit>, onEvent: (event: ServerSentEvent, stop: () => void) => unknown): Promise<EventStreamSummary>;
  request(url: string | URL, init?: ClientCallInit<CallInit>): Promise<WholeResponse>;
  subscribe(url: PerAttempt<string | URL>, init?: ClientSubscribeInit): Subscription;
}
/** The blocking verbs, of a client whose transport can block, by type. */
interface SyncClient extends Client {
  forEachEventSync(url: string | URL, init: Omit<EventStreamInit, "transport">, onEvent: (event: ServerSentEvent, stop: () => void) => unknown): EventStreamSummary;
  requestSync(url: string | URL, init?: Omit<CallInit, "transport">): WholeResponse;
}
/** Makes a client: the same verbs with these options filled in. It holds nothing and needs no closing. */
export declare function createClient(defaults: ClientInit<SyncTransport>): SyncClient;
export declare function createClient(defaults: ClientInit): Client;
export type { CallInit, Client, ClientCallInit, ClientInit, ClientSubscribeInit, CursorStore, CursorStoreOptions, EventStream, EventStreamInit, EventStreamSummary, ExchangeTiming, HeadersSource, HeadraceErrorCode, HeadraceErrorConstructor, HeadraceErrorOf, HeadraceErrorOptions, HeadraceErrorPhase, PerAttempt, Reconnection, RequestBody, ResponseInfo, ResumeRequest, ResumeStrategy, RetryOptions, ServerSentEvent, StreamPosition, SubscribeInit, Subscription, SubscriptionAttempt, SyncClient, SyncTransport, Terminal, Timeouts, Transport, WholeResponse };
