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
import { ConformanceError } from "./conformance-error.ts";
import { type Http2Server, type OnStream, startHttp2Server } from "./http2-server.ts";
import { ObservedExchange } from "./observed-exchange.ts";
import {
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
  startScriptedServer,
} from "./scripted-server.ts";
import type { TransportModule } from "./transport-module.ts";
import { createWireLog, type WireLog } from "./wire-log.ts";

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
}

const patienceMs = 2000;

/**
 * What a case works with. Its functions use no `this`, so a case takes those it needs. Everything they
 * start is ended and checked by whoever runs the case.
 */
export class CaseContext {
  readonly supports: Partial<TransportSupport>;
  /** Where the factory can be imported from, for cases that need it. */
  readonly module: TransportModule | undefined;
  readonly log: WireLog = createWireLog();
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
    const server = await startBlockingServer(steps, options);
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
    });
    this.exchanges.push(exchange);
    return exchange;
  };

  /** `value`, or a failure if it takes longer than `ms` (scaled). */
  readonly within = async <T>(ms: number, value: Promise<T>, expected: string): Promise<T> => {
    const limit = this.ms(ms);
    const timer = new AbortController();
    const late = sleep(limit, undefined, { signal: timer.signal }).then(() => {
      throw new ConformanceError(`${expected} within ${limit} ms`, "nothing in that time");
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
