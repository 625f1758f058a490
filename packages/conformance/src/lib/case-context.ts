import { setTimeout as sleep } from "node:timers/promises";
import type {
  NetworkOptions,
  ResponseHead,
  Transport,
  TransportRequest,
  TransportSupport,
} from "@headrace/core/transport";
import {
  type BlockingServer,
  type BlockingServerOptions,
  type BlockingStep,
  startBlockingServer,
} from "./blocking-server.ts";
import { certificates } from "./certificates.ts";
import { ConformanceError, type FoundBy } from "./conformance-error.ts";
import { type Http2Server, type OnStream, startHttp2Server } from "./http2-server.ts";
import { ObservedExchange } from "./observed-exchange.ts";
import {
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from "./scripted-server.ts";
import { controlsAnswered, SilenceWatch } from "./silence.ts";
import type { TransportModule } from "./transport-module.ts";
import { createWireLog, type WireEntry, type WireLog } from "./wire-log.ts";

/** What a case sends; everything is optional. */
export interface SendInit {
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
export interface CaseContextOptions {
  readonly create: (options: NetworkOptions) => Transport;
  readonly supports: Partial<TransportSupport>;
  readonly scale: number;
  readonly module?: TransportModule;
  /** Hears each entry of the wire log as it comes. */
  readonly onNote?: (entry: WireEntry) => void;
}

const patienceMs = 2000;
/** Longer than any case holds still, and than a SYN that was dropped waits to be sent again: 1 s (RFC 6298 2.1). */
const quietMs = 1200;
/** How long exchanges may take that are compared with a wait; in a thread, how long it may be quiet. */
const graceMs = 500;

/**
 * What a case works with. Its functions use no `this`, so a case takes those it needs. Everything they
 * start is ended and checked by whoever runs the case.
 */
export class CaseContext {
  readonly supports: Partial<TransportSupport>;
  /** Where the factory can be imported from, for cases that need it. */
  readonly module: TransportModule | undefined;
  readonly log: WireLog;
  /** Watches what is waited for. */
  readonly silence: SilenceWatch;
  /** What was started, for the one who ends it. */
  readonly servers: ScriptedServer[] = [];
  readonly otherServers: { close(): Promise<void> }[] = [];
  readonly transports: Transport[] = [];
  readonly exchanges: ObservedExchange[] = [];
  readonly scriptErrors: unknown[] = [];
  /** Rejects with the first thing that a script throws. */
  readonly scriptFailure: Promise<never>;

  readonly #options: CaseContextOptions;
  #own: Transport | undefined;
  #scriptFailed: (error: unknown) => void = () => {};

  constructor(options: CaseContextOptions) {
    this.#options = options;
    this.supports = options.supports;
    this.module = options.module;
    this.log = createWireLog(options.onNote);
    const create = (): Transport => options.create({});
    this.silence = new SilenceWatch({ log: this.log, quiet: this.ms(quietMs), grace: this.ms(graceMs), create });
    this.scriptFailure = new Promise((_resolve, reject) => (this.#scriptFailed = reject));
    this.scriptFailure.catch(() => {});
  }

  /** Starts a server whose every connection runs `script`. */
  readonly serve = async (
    script: Script,
    options: Pick<ScriptedServerOptions, "tls" | "listenOn"> = {},
  ): Promise<ScriptedServer> => {
    const onScriptError = (error: unknown): void => {
      this.scriptErrors.push(error);
      this.#scriptFailed(error);
    };
    const server = await startScriptedServer(script, { ...options, log: this.log, onScriptError });
    this.servers.push(server);
    return server;
  };

  /** Starts a server in a thread of its own, for calls that block this one. */
  readonly serveBlocking = async (
    steps: readonly BlockingStep[],
    options: BlockingServerOptions = {},
  ): Promise<BlockingServer> => {
    const server = await startBlockingServer(steps, { quiet: this.ms(graceMs), ...options });
    this.otherServers.push(server);
    return server;
  };

  /** Starts a server of HTTP/2 over TLS. */
  readonly serveHttp2 = async (onStream: OnStream): Promise<Http2Server> => {
    const server = await startHttp2Server((await certificates()).server, onStream, this.log);
    this.otherServers.push(server);
    return server;
  };

  /** Makes a transport with these options. */
  readonly create = (options: NetworkOptions = {}): Transport => {
    const transport = this.#options.create(options);
    this.transports.push(transport);
    return transport;
  };

  /** The transport made with no options; always the same one in a case. */
  readonly transport = (): Transport => (this.#own ??= this.create());

  /** Calls `send` and observes it. */
  readonly send = (url: string, init: SendInit = {}): ObservedExchange => {
    const controller = new AbortController();
    if ("abortedWith" in init) controller.abort(init.abortedWith);
    const exchange = new ObservedExchange({
      ...init,
      transport: init.transport ?? this.transport(),
      request: toTransportRequest(url, init, init.signal ?? controller.signal),
      controller,
      isCoarse: this.supports.errorDetail === "coarse",
      log: this.log,
      patience: this.ms(patienceMs),
      silence: this.silence,
    });
    this.exchanges.push(exchange);
    return exchange;
  };

  /** `value`, or a failure if it takes longer than `ms` (scaled), or if nothing happens while other exchanges are answered. */
  readonly within = async <T>(ms: number, value: Promise<T>, expected: string): Promise<T> => {
    const limit = this.ms(ms);
    let stop = (): void => {};
    const vain = new Promise<never>((_resolve, reject) => {
      const inVain = (how: FoundBy): void => {
        const received = how === "observed" ? `nothing, ${controlsAnswered}` : "nothing in that time";
        reject(new ConformanceError(`${expected} within ${limit} ms`, received, { how }));
      };
      stop = this.silence.add({ limit, inVain });
    });
    try {
      return await Promise.race([value, vain]);
    } finally {
      stop();
    }
  };

  /** `value`, or a failure if it takes longer than `ms` (scaled): for what no other exchange can be compared with. */
  readonly limited = async <T>(ms: number, value: Promise<T>, expected: string): Promise<T> => {
    const limit = this.ms(ms);
    const timer = new AbortController();
    const late = sleep(limit, undefined, { signal: timer.signal }).then(() => {
      throw new ConformanceError(`${expected} within ${limit} ms`, "nothing in that time", { how: "waited" });
    });
    late.catch(() => {});
    try {
      return await Promise.race([value, late]);
    } finally {
      timer.abort();
    }
  };

  /** Waits; only where time is the subject. Scaled. */
  readonly delay = (ms: number): Promise<void> => sleep(this.ms(ms));

  /** Milliseconds, scaled for the machine. */
  readonly ms = (ms: number): number => ms * this.#options.scale;
}

function toTransportRequest(url: string, init: SendInit, signal: AbortSignal): TransportRequest {
  const { body } = init;
  return {
    url: new URL(url),
    method: init.method ?? "GET",
    headers: init.headers instanceof Headers ? init.headers : new Headers(init.headers),
    body: body === undefined ? null : typeof body === "string" ? new TextEncoder().encode(body) : body,
    signal,
    connectTimeout: init.connectTimeout ?? 0,
  };
}
