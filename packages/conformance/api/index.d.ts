import { NetworkOptions, ResponseHead, ResponseSink, Transport, TransportRequest, TransportSupport } from "@headrace/core/transport";
import { TLSSocket, TlsOptions } from "node:tls";
import { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from "node:http2";
import { HeadraceErrorCode, HeadraceErrorOf } from "@headrace/core";
import { Server, Socket } from "node:net";
import { ServerSentEvent } from "@headrace/core/parser";
/** Bytes as a script writes them: a string is one byte a character (U+0000 to U+00FF), never UTF-8. */
type Bytes = string | Uint8Array;
/**
 * What a server in another thread does on every connection, in order: as data, because a script cannot
 * cross threads. `marks` waits until the client has counted so many (`mark()`); `taken` too, but goes on
 * where that does not happen while exchanges of its own, made after a quiet time, are answered.
 */
type BlockingStep = readonly ["request"] | readonly ["send", Bytes] | readonly ["marks", number] | readonly ["taken", number] | readonly ["delay", number] | readonly ["fin"] | readonly ["rst"];
/** What the server saw, asked for when the blocking call is over. */
interface BlockingReport {
  /** Each request as it stood on the wire, one character a byte. */
  readonly requests: readonly string[];
  readonly connections: number;
  /** Sockets that the client has left open. */
  readonly openSockets: number;
  /** How many the first step `taken` waited for that went on without; `null` for none. */
  readonly untaken: number | null;
}
/** A server of exact bytes in a thread of its own, for calls that block this one. */
interface BlockingServer {
  /** Of a Unix domain socket `http://localhost`. */
  readonly origin: string;
  /** Of the Unix domain socket; else empty. */
  readonly path: string;
  /** Counts one for the steps `marks`; may be called while this thread is about to block. */
  mark(): void;
  /** @param patience how long to wait for the client to close what is open, in ms; default not at all */
  report(patience?: number): Promise<BlockingReport>;
  close(): Promise<void>;
}
/** How a server in another thread is reached. */
interface BlockingServerOptions {
  /** Speak TLS with this, which goes to another thread: no functions. Default none. */
  readonly tls?: TlsOptions;
  /** Default a port of 127.0.0.1. */
  readonly listenOn?: "unix";
  /** The quiet time of `taken`, in ms; default 500. */
  readonly quiet?: number;
}
/** A certificate and its private key, in PEM. */
interface KeyPair {
  readonly cert: string;
  readonly key: string;
}
/** Everything a TLS case needs, made when first asked for: nothing secret, nothing that expires in a repository. */
interface Certificates {
  /** The authority that signed the others, PEM. */
  readonly ca: string;
  /** For 127.0.0.1, ::1 and localhost, signed by `ca`. */
  readonly server: KeyPair;
  /** Signed by `ca` for `wrong.test` only. */
  readonly wrongName: KeyPair;
  /** Signed by `ca`, for the right names, no longer valid. */
  readonly expired: KeyPair;
  /** For the right names, signed by nobody but itself. */
  readonly selfSigned: KeyPair;
  /** Signed by `ca`, for the right names, not yet valid. */
  readonly notYetValid: KeyPair;
  /** Signed by `ca` for `localhost`, and for no address. */
  readonly nameOnly: KeyPair;
  /** A client's, signed by `ca`. */
  readonly client: KeyPair;
}
/** The process's certificates; made once. */
export declare function certificates(): Promise<Certificates>;
/** What happened in a case, in order: bytes on the wire and calls at the client, each with its time. */
interface WireLog {
  /** Notes an event; `bytes` are shown escaped and shortened. What the server did begins with `<`, what came to it with `>`. */
  note(who: string, what: string, bytes?: Uint8Array): void;
  /** When the last event was, by `performance.now()`. */
  readonly lastNoted: number;
  /** Whether a server of the case has seen a connection. */
  readonly hasConnection: boolean;
  /** The events as data; the middle of a long log is left out, and an entry says so. */
  entries(): WireEntry[];
}
/** One event of a wire log. */
interface WireEntry {
  /** Since the case began. */
  readonly ms: number;
  /** `client`: a call at the transport or its sink. `conn 1`: the first connection, at the server. */
  readonly who: string;
  /** `<` from the server, `>` from the client; absent for what is neither, such as `accepted`. */
  readonly direction?: "<" | ">";
  /** In words: `send GET http://127.0.0.1:…`, `FIN`; may be empty where there are bytes. */
  readonly text: string;
  /** How many bytes there were. */
  readonly size?: number;
  /** The bytes: printable ASCII as it is, the rest escaped, long ones cut in the middle. */
  readonly bytes?: string;
  /** How often it happened in a row; only of long pieces, of which the first is shown. */
  readonly times?: number;
}
/** A server of HTTP/2 over TLS for what is ordinary there: `node:http2` frames it. */
interface Http2Server {
  readonly origin: string;
  readonly sessions: readonly ServerHttp2Session[];
  close(): Promise<void>;
}
/** What answers a stream. */
type OnStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;
/** What a case adds to the recording: it may look, throw, or hold the transport back with a promise. */
interface RecordingSinkHooks {
  readonly onHead?: (head: ResponseHead) => void;
  /** @param bytes a copy */
  readonly onBody?: (bytes: Uint8Array) => void | Promise<void>;
  readonly onTrailers?: (trailers: Headers) => void;
  /** Compare the body with the made-up one of `patternBytes` instead of keeping it. */
  readonly pattern?: boolean;
}
/** What the sink is told of the exchange it belongs to. */
interface RecordingSinkOptions extends RecordingSinkHooks {
  readonly signal: AbortSignal;
  readonly log: WireLog;
  /** Called after every call of the sink was recorded. */
  readonly onChange: () => void;
}
/**
 * A sink that records everything it is given, and every call that the contract forbids (section 3). It
 * overwrites the bytes it was lent before it returns: whoever reads them later reads garbage.
 */
declare class RecordingSink implements ResponseSink {
  #private;
  received: ResponseHead | undefined;
  receivedTrailers: Headers | undefined;
  readonly pieces: Uint8Array[];
  bytesReceived: number;
  /** Index of the first byte that is not the made-up body's, with `pattern`; -1 for none. */
  firstDifference: number;
  readonly violations: string[];
  /** Whether `send` has returned its promise, and whether that has settled: set by who called it. */
  sendReturned: boolean;
  settled: boolean;
  constructor(options: RecordingSinkOptions);
  head(head: ResponseHead): void;
  body(bytes: Uint8Array): void | Promise<void>;
  trailers(trailers: Headers): void;
}
/**
 * How a failure was found. `observed`: by something that came, or by what had not come when something later had.
 * `waited`: nothing came, and a wait ran out; a busy machine looks the same for a while.
 */
type FoundBy = "observed" | "waited";
/** A wait in a case. Times are in ms. */
interface Wait {
  /** How long it may last. */
  readonly limit: number;
  /** Asked at the limit: whether it may last as long again. */
  readonly isGrowing?: () => boolean;
  /** Called once it has been in vain. */
  readonly inVain: (how: FoundBy) => void;
}
/** What silence is watched with. */
interface SilenceOptions {
  readonly log: WireLog;
  /** How long nothing may have happened before the controls are made. */
  readonly quiet: number;
  /** How long the controls may take. */
  readonly grace: number;
  /** Makes the transport that makes the controls. */
  readonly create: () => Transport;
}
/**
 * Watches the waits of a case. One has been in vain, `observed`, when nothing has happened in the case for a while, or
 * its limit is over, and exchanges that were asked for after that have been answered, from the connection to the end:
 * neither the machine nor the transport as a whole is what it waits for. Where those are not answered either it goes
 * on to its limit, and is then `waited`.
 */
declare class SilenceWatch {
  #private;
  constructor(options: SilenceOptions);
  /** Watches a wait; returns what ends that. */
  add(wait: Wait): () => void;
  /** Watches nothing more. */
  end(): void;
}
/** How `send` settled. */
type Outcome = {
  readonly ended: true;
} | {
  readonly ended: false;
  readonly error: unknown;
};
/** What an exchange is observed with. */
interface ObservedExchangeOptions extends RecordingSinkHooks {
  readonly transport: Transport;
  readonly request: TransportRequest;
  readonly controller: AbortController;
  /** Whether the transport's stack does not say why a connection failed (`errorDetail`). */
  readonly isCoarse: boolean;
  readonly log: WireLog;
  /** How long a wait may last before it fails, in ms; as long again while a large body is arriving. */
  readonly patience: number;
  /** Watches the waits. */
  readonly silence: SilenceWatch;
}
/**
 * One `send` under observation, called by the constructor. Every wait fails, saying what it waited for,
 * when `send` settles otherwise or patience ends.
 */
declare class ObservedExchange {
  #private;
  /** What the sink was given. */
  readonly recording: RecordingSink;
  /** How `send` settled; `undefined` while it has not. */
  outcome: Outcome | undefined;
  constructor(options: ObservedExchangeOptions);
  /** The whole body so far. */
  get body(): Uint8Array;
  /** The body so far as text, one character a byte. */
  get text(): string;
  abort(reason?: unknown): void;
  /** Waits for the head. */
  head(): Promise<ResponseHead>;
  /** Waits until the sink was given `count` bytes of body in all. */
  received(count: number): Promise<void>;
  /** Waits until `send` has settled, either way. */
  settles(expected?: string): Promise<Outcome>;
  /** Waits for a proven end; checks the body, if given one, and returns it. */
  ends(body?: string): Promise<Uint8Array>;
  /** Waits for the rejection with a `TransportError` of one of these codes. */
  fails(...codes: readonly HeadraceErrorCode[]): Promise<HeadraceErrorOf<HeadraceErrorCode>>;
  /** Waits for the rejection with this very value. */
  rejectsWith(value: unknown): Promise<void>;
}
/** A request as it stood on the wire (RFC 9112 section 2.1). */
interface ReceivedRequest {
  readonly method: string;
  /** The request target, verbatim. */
  readonly target: string;
  readonly version: string;
  /** Field lines in order, names as sent, values without surrounding whitespace, one character a byte. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** Every value of the field, in order. */
  values(name: string): readonly string[];
  /** The values joined by a comma and a space; `undefined` where there is no such field. */
  value(name: string): string | undefined;
  /** The content; empty until the whole message was read. */
  readonly body: Uint8Array;
  /** The request line and field lines as they came. */
  readonly rawHead: string;
}
/** How the client ended its side: an orderly FIN (in TLS close_notify too) or a reset. */
type ClientClose = "fin" | "rst";
/**
 * One accepted connection, steered by a script and remembered for the case: the server's half of it.
 * Nothing is read ahead of the script's back: every byte that came stays in `received`. Longer than our other files: what
 * a script may do and what it learns are one state, and each is a few lines.
 */
declare class ScriptedConnection {
  #private;
  /** Counts from 1, in the order of acceptance. */
  readonly ordinal: number;
  /** Whole requests read so far. */
  readonly requests: ReceivedRequest[];
  /** Bytes that the kernel has taken from the script. */
  bytesAccepted: number;
  /** Bytes the client sent, whether read by the script or not. */
  bytesReceived: number;
  /** How the client closed; `undefined` while it has not. */
  clientClose: ClientClose | undefined;
  /** Whether the client may keep the connection: its exchanges are over and nothing of another has come. */
  get isAtRest(): boolean;
  /** Whether the script has returned, or failed. */
  scriptIsOver: boolean;
  /** Whether the server's socket still exists. */
  open: boolean;
  /** Resolves when the server's socket is no more. */
  readonly gone: Promise<void>;
  /** The TLS side, after `startTls`. */
  tls: TLSSocket | undefined;
  constructor(socket: Socket, ordinal: number, log: WireLog);
  /** Every byte the client sent on this connection (inside TLS, once that has started). */
  get received(): Uint8Array;
  /** Turns the connection into a TLS server's, inside TLS too; resolves when the handshake is done. */
  startTls(options: TlsOptions): Promise<void>;
  /** Reads the next request, head and content, whole. */
  request(): Promise<ReceivedRequest>;
  /** Reads the next request up to its blank line; its content stays unread. */
  requestHead(): Promise<ReceivedRequest>;
  /** Reads the content of the request whose head was read last. */
  requestBody(head: ReceivedRequest): Promise<ReceivedRequest>;
  /** Reads the next `count` bytes, whatever they are. */
  read(count: number): Promise<Uint8Array>;
  /** Resolves once the client has sent `count` bytes in all. */
  receivedBytes(count: number): Promise<void>;
  /** Writes; resolves when the kernel has taken all of it. If the client has gone the script ends here, quietly. */
  send(...parts: readonly Bytes[]): Promise<void>;
  /** Writes each byte by itself, the event loop turning in between. */
  sendEach(...parts: readonly Bytes[]): Promise<void>;
  /** Ends the server's side in order: FIN, after close_notify in TLS. */
  fin(): void;
  /** FIN without close_notify: what a cut TLS connection looks like. */
  finWithoutCloseNotify(): void;
  /**
   * Resets the connection. Bytes the client has not read may be lost: wait for it to have them first. A Unix domain
   * socket knows no reset and is closed.
   */
  rst(): void;
  /** Says that the exchange is over, so that the client may keep the connection. Waiting for a request says so too. */
  rest(): void;
  /** Stops reading: what the client sends piles up in the kernels, then in the client. */
  pause(): void;
  /** Reads on. */
  resume(): void;
  /** Resolves when the client has closed its side. */
  closed(): Promise<ClientClose>;
  /** Drops the connection at the end of a case. */
  destroy(): void;
}
/**
 * What the server does on a connection, from its acceptance on. It may wait for the client (its own
 * methods, or marks of the client's side in the same process), which is what keeps both in lock-step.
 * When it returns, the connection stays as it is until the client closes it.
 */
type Script = (connection: ScriptedConnection) => Promise<void> | void;
/** What a server may be given besides its script. */
interface ScriptedServerOptions {
  /** Speak TLS with this, from the first byte. */
  readonly tls?: TlsOptions;
  /** Default `127.0.0.1`; `::1` for IPv6; `unix` for a Unix domain socket. */
  readonly listenOn?: "127.0.0.1" | "::1" | "unix";
  readonly log?: WireLog;
  /** Hears what a script throws; by default `close` throws the first. */
  readonly onScriptError?: (error: unknown) => void;
}
/**
 * A server of exact bytes on `node:net`, on a free port of the loopback interface: it sends what its
 * script says, right or wrong, and bears witness to what it saw.
 */
declare class ScriptedServer {
  #private;
  /** `http://127.0.0.1:PORT`, `https:` with TLS; for a Unix domain socket `http://localhost`. */
  readonly origin: string;
  /** 0 for a Unix domain socket. */
  readonly port: number;
  /** The path of the Unix domain socket, `""` for none. */
  readonly path: string;
  /** Every connection, in order of acceptance. */
  readonly connections: readonly ScriptedConnection[];
  /** For `startScriptedServer`: `server` listens already. */
  constructor(server: Server, scripts: Scripts, { listenOn, tls }: ScriptedServerOptions);
  /** Whole requests of all connections, in order of arrival within each. */
  get requests(): readonly ReceivedRequest[];
  /** Server sockets that still exist. */
  get openSockets(): number;
  /** The URL of a path on this server. */
  url(path?: string): string;
  /** Resolves when the client has closed every connection on which it has sent anything. */
  closedByClient(): Promise<void>;
  /** Resolves when every script has returned. */
  scriptsDone(): Promise<void>;
  /** Drops every connection and stops listening. */
  close(): Promise<void>;
}
/** Starts a server; every connection runs `script`. */
export declare function startScriptedServer(script: Script, options?: ScriptedServerOptions): Promise<ScriptedServer>;
/** Runs the script on every connection of a server. */
declare class Scripts {
  #private;
  readonly connections: ScriptedConnection[];
  readonly running: Promise<void>[];
  /** What scripts threw where nobody listens. */
  readonly unheard: unknown[];
  constructor(script: Script, options: ScriptedServerOptions);
  accept(socket: Socket): void;
}
/** Where a transport's factory can be imported from, by a process or a thread of its own. */
interface TransportModule {
  readonly url: string | URL;
  /** The export that makes a transport, given `NetworkOptions`; default `default`. */
  readonly name?: string;
}
/** What a case sends; everything is optional. */
interface SendInit {
  /** Default: the case's own, made with no options. */
  readonly transport?: Transport;
  /** Default `GET`. */
  readonly method?: string;
  readonly headers?: Record<string, string> | Headers;
  /** A string is sent as UTF-8. */
  readonly body?: string | Uint8Array;
  /** An abort that began before the call; otherwise use `abort()` of the exchange. */
  readonly abortedWith?: unknown;
  /** Default: one of the exchange's own, which `abort()` aborts. */
  readonly signal?: AbortSignal;
  /** Ms; default 0, none. */
  readonly connectTimeout?: number;
  readonly onHead?: (head: ResponseHead) => void;
  readonly onBody?: (bytes: Uint8Array) => void | Promise<void>;
  readonly onTrailers?: (trailers: Headers) => void;
  /** Compare the body with `patternBytes` instead of keeping it. */
  readonly pattern?: boolean;
}
/** What a context is made from. */
interface CaseContextOptions {
  readonly create: (options: NetworkOptions) => Transport;
  readonly supports: Partial<TransportSupport>;
  readonly scale: number;
  readonly module?: TransportModule;
  /** Hears each entry of the wire log as it comes. */
  readonly onNote?: (entry: WireEntry) => void;
}
/**
 * What a case works with. Its functions use no `this`, so a case takes those it needs. Everything they
 * start is ended and checked by whoever runs the case.
 */
declare class CaseContext {
  #private;
  readonly supports: Partial<TransportSupport>;
  /** Where the factory can be imported from, for cases that need it. */
  readonly module: TransportModule | undefined;
  readonly log: WireLog;
  /** Watches what is waited for. */
  readonly silence: SilenceWatch;
  /** What was started, for the one who ends it. */
  readonly servers: ScriptedServer[];
  readonly otherServers: {
    close(): Promise<void>;
  }[];
  readonly transports: Transport[];
  readonly exchanges: ObservedExchange[];
  readonly scriptErrors: unknown[];
  /** Rejects with the first thing that a script throws. */
  readonly scriptFailure: Promise<never>;
  constructor(options: CaseContextOptions);
  /** Starts a server whose every connection runs `script`. */
  readonly serve: (script: Script, options?: Pick<ScriptedServerOptions, "tls" | "listenOn">) => Promise<ScriptedServer>;
  /** Starts a server in a thread of its own, for calls that block this one. */
  readonly serveBlocking: (steps: readonly BlockingStep[], options?: BlockingServerOptions) => Promise<BlockingServer>;
  /** Starts a server of HTTP/2 over TLS. */
  readonly serveHttp2: (onStream: OnStream) => Promise<Http2Server>;
  /** Makes a transport with these options. */
  readonly create: (options?: NetworkOptions) => Transport;
  /** The transport made with no options; always the same one in a case. */
  readonly transport: () => Transport;
  /** Calls `send` and observes it. */
  readonly send: (url: string, init?: SendInit) => ObservedExchange;
  /** `value`, or a failure if it takes longer than `ms` (scaled), or if nothing happens while other exchanges are answered. */
  readonly within: <T>(ms: number, value: Promise<T>, expected: string) => Promise<T>;
  /** `value`, or a failure if it takes longer than `ms` (scaled): for what no other exchange can be compared with. */
  readonly limited: <T>(ms: number, value: Promise<T>, expected: string) => Promise<T>;
  /** Waits; only where time is the subject. Scaled. */
  readonly delay: (ms: number) => Promise<void>;
  /** Milliseconds, scaled for the machine. */
  readonly ms: (ms: number) => number;
}
/** Every area and what it is about, in the order of reports. A case's id begins with its area. */
export declare const areas: {
  readonly req: "request";
  readonly head: "response head";
  readonly body: "body";
  readonly sink: "sink";
  readonly abort: "abort";
  readonly err: "errors";
  readonly tls: "TLS";
  readonly time: "timing";
  readonly bp: "backpressure";
  readonly enc: "content coding";
  readonly h2: "HTTP/2";
  readonly conc: "concurrency and lifetime";
  readonly net: "proxies and sockets";
  readonly unsupported: "what is not declared is refused";
  readonly redir: "redirects";
  readonly verb: "the verbs";
  readonly sync: "the blocking call";
};
/** What a case is about: the first part of its id. */
type ConformanceArea = keyof typeof areas;
/**
 * How much a case demands. `must`: failing it is red. `should`: failing it is `non-strict`. `may`: several
 * answers are allowed and which one came is recorded; none of them is red. `info`: nothing is demanded.
 */
type ConformanceLevel = "must" | "should" | "may" | "info";
type ProxyKind = TransportSupport["proxy"][number];
type Ambient = TransportSupport["ambient"][number];
type Coding = TransportSupport["decompression"][number];
/** A capability that a transport declares in `supports`, or something the machine must have. */
type Capability = "sync" | "http2" | "http3" | "connectTimeout" | "manualRedirects" | `proxy:${ProxyKind}` | "unixSocket" | "customCa" | "clientCertificate" | "insecure" | "resolve" | `decompression:${Coding}` | "httpVersion" | "statusText" | "trailers" | "endProof:closeDelimited" | "endProof:http2" | "endProof:decompression" | "exactErrors" | "backpressure" | `ambient:${Ambient}` | "machine:ipv6" | "machine:unixSockets" | "machine:unansweredConnects" | "machine:descriptors" | "machine:node" | "module";
/** A capability that must be there, or with `!` one that must not. */
type Need = Capability | `!${Capability}`;
/** One demand of the contract and the function that checks it. Data, so that runners, reports and people can list them. */
interface ConformanceCase {
  /** `area.what-is-checked`; stable: never reused, never renamed. */
  readonly id: string;
  readonly area: ConformanceArea;
  /** What must hold, as a sentence. */
  readonly title: string;
  readonly level: ConformanceLevel;
  /** `transport`: calls `send`. `verb`: calls the verbs of core over the transport. */
  readonly scope: "transport" | "verb";
  readonly needs: readonly Need[];
  /** Whether no other case may run meanwhile: it measures time or memory, counts what the process has, changes the environment, or blocks the thread. */
  readonly alone: boolean;
  /** Where it is written: a section of the contract, or of a standard. */
  readonly spec: string;
  /** Throws where the demand is not met. With level `may` or `info` it returns what it found. */
  run(context: CaseContext): Promise<string | void>;
}
/**
 * What came of a case. `non-strict`: a `should` that does not hold. `info`: which of the allowed answers
 * came. `unsupported`: a capability it needs is not declared. `skipped`: it does not apply, or this machine
 * cannot run it. `known-failure` failed as listed; `unexpected-pass` did not, which is red, as `fail` is.
 */
type ConformanceOutcome = "pass" | "fail" | "non-strict" | "info" | "unsupported" | "skipped" | "known-failure" | "unexpected-pass";
/** Something that did not hold. */
interface Finding {
  /** The case's title where something was thrown that the case did not look at. */
  readonly expected: string;
  readonly received: string;
  /** `waited`: nothing came, and a wait ran out. `observed`: everything else. */
  readonly how: "observed" | "waited";
}
/** What came of one case on one transport. */
interface ConformanceResult {
  readonly id: string;
  readonly area: ConformanceArea;
  /** What had to hold. */
  readonly title: string;
  readonly level: ConformanceLevel;
  /** `transport`: the case calls `send`. `verb`: it calls the verbs of core over the transport. */
  readonly scope: "transport" | "verb";
  /** Where the demand is written. */
  readonly spec: string;
  readonly outcome: ConformanceOutcome;
  /** 0 where it was not run. */
  readonly ms: number;
  /** Why it was not run, or failed as known; with `info`, the answer; with `pass`, what did not hold in a first run. */
  readonly reason?: string;
  /** What did not hold, the first in time: what should have come, and what came. As in `Finding`. */
  readonly expected?: string;
  readonly received?: string;
  readonly how?: Finding["how"];
  /** What did not hold besides. */
  readonly also?: readonly Finding[];
  /** What happened, for every outcome but a plain pass and cases not run; at most 81 entries. */
  readonly wire?: readonly WireEntry[];
}
/** A transport, or a composition of some, and what came of every case. */
interface ConformanceSubject {
  readonly name: string;
  readonly version: string;
  readonly supports: Partial<TransportSupport>;
  /** In the order of the suite. */
  readonly results: readonly ConformanceResult[];
}
/** What a run gives back, and what a report is made of: plain data, fit for `JSON.stringify`. It holds no time of day. */
interface ConformanceReport {
  readonly suiteVersion: string;
  /** What it ran on: `node`, `deno` or `bun`; `platform` and `arch` as `process` spells them. */
  readonly runtime: {
    readonly name: string;
    readonly version: string;
    readonly platform: string;
    readonly arch: string;
  };
  /** One from `runConformance`; reports of one runtime are merged by joining these lists. */
  readonly subjects: readonly ConformanceSubject[];
}
/** Whether an outcome fails a run. */
export declare function isRed({ outcome }: Pick<ConformanceResult, "outcome">): boolean;
/** What names cases. */
interface CaseSelection {
  /** Failures to live with: ids, each with the reason, best with the upstream issue. One that passes is an error. */
  readonly knownFailures?: Readonly<Record<string, string>>;
  /** Ids, areas (`body`) or prefixes with a star (`body.chunk*`); default all. */
  readonly only?: readonly string[];
}
/** What a case demands, without the function that checks it. */
type CaseInfo = Pick<ConformanceCase, "id" | "area" | "title" | "level" | "scope" | "spec" | "needs">;
/**
 * Lists the cases that a run would be asked for, whatever the transport; nothing is run.
 *
 * @throws TypeError where `only` or `knownFailures` is malformed or names a case that there is not
 */
export declare function listCases(selection?: CaseSelection): readonly CaseInfo[];
/** Makes a transport with what a case needs. Called at least once a case. */
type CreateTransport = (options: NetworkOptions) => Transport;
/** Which cases to run, and what is known of the transport. */
interface ConformanceOptions extends CaseSelection {
  /** Every wait and limit is multiplied by this; default 1. Use 3 on a slow or busy machine. */
  readonly scale?: number;
  /** Where the same factory can be imported from; without it the cases that need a process or a thread of their own are skipped. */
  readonly module?: TransportModule;
  /**
   * `"process"`: the cases run in a process of their own, with the factory from `module`, so that one in which the
   * transport blocks the thread or ends the process fails, and the others go on. `"none"`: they run in this one, with
   * `create` itself, where a debugger and a runner's mocks are. Default: `"process"` on Node where `module` is given.
   */
  readonly isolation?: "process" | "none";
}
/** How to run the suite without a test runner. */
interface RunConformanceOptions extends ConformanceOptions {
  /** What the subject is called in the report; default the transport's own name. */
  readonly name?: string;
  /** How many cases may run at the same time; default 4. Those that measure time run alone whatever this says. */
  readonly concurrency?: number;
  /** Ends the run: it rejects with the signal's reason once the cases that were running have been cleaned up. */
  readonly signal?: AbortSignal;
  /** Whether a case that failed is run once more, alone, and that run counts; default true. False shows every race. */
  readonly secondRuns?: boolean;
  /** Called with the id of a case when it is about to run, a second time too; `total` as for `onResult`. */
  readonly onStart?: (id: string, total: number) => void;
  /** Called with each result as it comes, which is not the order of the report; `total` counts all that will come. */
  readonly onResult?: (result: ConformanceResult, total: number) => void;
}
/** The version of the cases: raised when one is added, changed or retired. */
declare const suiteVersion$1 = "1.0.0";
/**
 * Runs the cases without a test runner. Run one transport at a time: cases that measure time want the
 * process for themselves. A case that failed is run once more, alone, so that none is blamed for another's
 * fault or for a busy machine; after ten in a row that failed again a first failure is believed.
 *
 * @returns a report of one subject. Reports are merged by joining their subjects:
 * `{ ...first, subjects: [first, second].flatMap(({ subjects }) => subjects) }`
 * @throws what `create` throws; TypeError for wrong options or where `create` makes no transport
 */
export declare function runConformance(create: CreateTransport, options?: RunConformanceOptions): Promise<ConformanceReport>;
type Register = (name: string, run: () => Promise<void>, budget?: number) => unknown;
/** All that the suite asks of a test runner: vitest, node:test, Bun, Deno and Mocha's `it` are one. */
interface TestRunner {
  /** @param budget ms after which the runner may give up, far more than a case takes: it ends itself before 4 s */
  (name: string, run: () => Promise<void>, budget?: number): unknown;
  /** Used for cases that cannot run here, if there; otherwise they are registered as passing, with the reason in their name. */
  readonly skip?: Register;
}
/**
 * Registers one test for each case with the runner it is given. With a runner that starts several at a
 * time (`test.concurrent`), those that measure time wait until they are alone.
 *
 * @param create makes a transport with what the case needs: `(options) => curlTransport(options)`
 * @throws TypeError for wrong options, as where they name a case that there is not
 */
export declare function testTransport(test: TestRunner, create: CreateTransport, options?: ConformanceOptions): void;
/**
 * Makes the report a page: cases by area, a column for each subject, and the wire log behind all that did
 * not simply pass. One static document in HTML, with neither script nor anything to load.
 *
 * @param report from `runConformance`, merged, or read back from JSON
 */
export declare function conformancePage({ suiteVersion, runtime, subjects }: ConformanceReport): string;
/** How many cases passed, of those that apply. */
interface Score {
  /** All but those that were not run. What a transport does not declare must be refused, which is a case too. */
  readonly applied: number;
  /** Those that came out as `pass` or `info`. */
  readonly passed: number;
  /** The others: failed, listed as known or not, not strict, or passed unexpectedly. */
  readonly notPassed: readonly ConformanceResult[];
}
/** Counts the results of a subject, or some of them. A known failure has not passed. */
export declare function scoreOf(results: readonly ConformanceResult[]): Score;
/** A result in words, for people: the demand, what was expected and what came, where it is written, and the wire log. */
export declare function describeResult(result: ConformanceResult): string;
/** One event stream of the corpus, and what a parser must make of it. */
interface EventStreamCase {
  /** Stable: `topic.name`. */
  readonly id: string;
  readonly title: string;
  /** The name of its page. */
  readonly topic: string;
  /** Where it is written: a file of the folder `corpus`, and the line of its heading. */
  readonly file: string;
  readonly line: number;
  readonly bytes: Uint8Array;
  readonly expected: EventStreamExpectation;
}
/** What is heard of a stream, in order: an event, a comment, a reconnection time, or a last event ID set without an event. */
type EventStreamItem = ServerSentEvent | {
  readonly comment: string;
  readonly data?: undefined;
} | {
  readonly retry: number;
  readonly data?: undefined;
} | {
  readonly lastEventId: string;
  readonly data?: undefined;
};
/** What becomes of a stream. */
interface EventStreamExpectation {
  /** What is heard up to its end. */
  readonly items: readonly EventStreamItem[];
  /** The stream's last event ID at its end, where what is unfinished is discarded. */
  readonly lastEventId: string;
  /** What its end cuts short: the event's data so far, and whether its last line was ended. */
  readonly pending: {
    readonly data: string;
    readonly lineEnded: boolean;
  } | undefined;
  /** What is heard beyond `items` where the end is taken for the end of the line and of the event. */
  readonly dispatched: readonly EventStreamItem[];
}
/**
 * The corpus: every rule of WHATWG HTML 9.2.5 and 9.2.6, and every mistake we know of, as streams of
 * bytes. An array like any other, but that its pages are read when it is first looked into, not when
 * this package is imported.
 *
 * @throws Error naming file and line, where a page is malformed
 */
export declare const eventStreams: readonly EventStreamCase[];
/** One way to cut a stream. */
interface Split {
  /** What a test is to say when it fails. */
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}
/**
 * Cuts bytes in every way in which the suite feeds them to a parser: whole; byte by byte, with and
 * without empty pieces between; every 2, 3 and 7 bytes; in two at each place; and at random places,
 * the same in each run. Each piece is a copy, to be lent and overwritten.
 */
export declare function splitsOf(bytes: Uint8Array): Generator<Split, void>;
export { type Capability, type CaseInfo, type CaseSelection, type Certificates, type ClientClose, type ConformanceArea, type ConformanceLevel, type ConformanceOptions, type ConformanceOutcome, type ConformanceReport, type ConformanceResult, type ConformanceSubject, type CreateTransport, type EventStreamCase, type EventStreamExpectation, type EventStreamItem, type Finding, type KeyPair, type Need, type ReceivedRequest, type RunConformanceOptions, type Score, type Script, type ScriptedConnection, type ScriptedServer, type ScriptedServerOptions, type Split, type TestRunner, type TransportModule, type WireEntry, suiteVersion$1 as suiteVersion };
