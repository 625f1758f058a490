import { NetworkOptions, Transport, TransportSupport } from "@headrace/core/transport";
import "node:http2";
import "@headrace/core";
import { Server, Socket } from "node:net";
import { TLSSocket, TlsOptions } from "node:tls";
import { ServerSentEvent } from "@headrace/core/parser";
/** Bytes as a script writes them: a string is one byte a character (U+0000 to U+00FF), never UTF-8. */
type Bytes = string | Uint8Array;
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
  /** A client's, signed by `ca`. */
  readonly client: KeyPair;
}
/** The process's certificates; made once. */
export declare function certificates(): Promise<Certificates>;
/** What happened in a case, in order: bytes on the wire and calls at the client, each with its time. */
interface WireLog {
  /** Notes an event; `bytes` are shown escaped and shortened. */
  note(who: string, what: string, bytes?: Uint8Array): void;
  /** The log as text, one line an event; the middle of a long one is left out. */
  toString(): string;
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
 * Nothing is read ahead of the script's back: every byte that came stays in `received`.
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
  /** Turns the connection into a TLS server's; resolves when the handshake is done. */
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
  /** Resets the connection. Bytes the client has not read may be lost: wait for it to have them first. */
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
/** Makes a transport with what a case needs. Called at least once a case. */
type CreateTransport = (options: NetworkOptions) => Transport;
/** Which cases to run, and what is known of the transport. */
interface ConformanceOptions {
  /** Failures to live with: ids, each with the reason, best with the upstream issue. One that passes is an error. */
  readonly knownFailures?: Readonly<Record<string, string>>;
  /** Ids, areas (`body`) or prefixes with a star (`body.chunk*`); default all. */
  readonly only?: readonly string[];
  /** Every wait and limit is multiplied by this; default 1. Use 3 on a slow or busy machine. */
  readonly scale?: number;
}
/**
 * What came of a case. `non-strict`: a `should` that does not hold. `info`: which of the allowed answers
 * came. `unsupported`: a capability it needs is not declared. `skipped`: this machine cannot run it.
 * `known-failure` failed as listed; `unexpected-pass` did not, which is red.
 */
type ConformanceOutcome = "pass" | "fail" | "non-strict" | "info" | "unsupported" | "skipped" | "known-failure" | "unexpected-pass";
/** One row of a report. */
interface ConformanceResult {
  readonly id: string;
  readonly area: ConformanceArea;
  readonly title: string;
  readonly level: ConformanceLevel;
  readonly outcome: ConformanceOutcome;
  readonly ms: number;
  /** Why it was not run or failed as known; with `info`, the answer. */
  readonly reason?: string;
  /** The failure's message, wire log included. */
  readonly error?: string;
}
/** What a run gives back: plain data, fit for `JSON.stringify`. */
interface ConformanceReport {
  readonly suiteVersion: string;
  readonly subject: {
    readonly name: string;
    readonly version: string;
    readonly supports: Partial<TransportSupport>;
  };
  readonly results: readonly ConformanceResult[];
}
/** The version of the cases: raised when one is added, changed or retired. */
export declare const suiteVersion = "1.0.0";
/** Runs the cases one after another, without a test runner. Rejects only where `create` itself fails or the options are wrong. */
export declare function runConformance(create: CreateTransport, options?: ConformanceOptions): Promise<ConformanceReport>;
type Register = (name: string, run: () => Promise<void>, budget?: number) => unknown;
/** All that the suite asks of a test runner: vitest, node:test, Bun, Deno and Mocha's `it` are one. */
interface TestRunner {
  /** @param budget ms after which the runner may give up; a case ends itself before */
  (name: string, run: () => Promise<void>, budget?: number): unknown;
  /** Used for cases that cannot run here, if there; otherwise they are registered as passing, with the reason in their name. */
  readonly skip?: Register;
}
/**
 * Registers one test for each case with the runner it is given.
 *
 * @param create makes a transport with what the case needs: `(options) => curlTransport(options)`
 */
export declare function testTransport(test: TestRunner, create: (options: NetworkOptions) => Transport, options?: ConformanceOptions): void;
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
export type { Certificates, ClientClose, ConformanceArea, ConformanceLevel, ConformanceOptions, ConformanceOutcome, ConformanceReport, ConformanceResult, CreateTransport, EventStreamCase, EventStreamExpectation, EventStreamItem, KeyPair, ReceivedRequest, Script, ScriptedConnection, ScriptedServer, ScriptedServerOptions, Split, TestRunner };
