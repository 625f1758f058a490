import { type AsyncContext, asyncContext } from "./async-context.ts";
import { CallController } from "./call-controller.ts";
import { Clocks, type Timeouts } from "./clocks.ts";
import type { UnsentRequest } from "./create-request.ts";
import { GuardedSink } from "./guarded-sink.ts";
import { HeadraceError } from "./headrace-error.ts";
import { describeUrl } from "./describe-url.ts";
import { RedirectSink, type RedirectOptions } from "./redirect-sink.ts";
import { MAX_REDIRECTS } from "./redirects.ts";
import type { ResponseSink, Transport, TransportRequest } from "./transport.ts";

/** What core adds to one exchange. */
export interface ExchangeOptions extends RedirectOptions {
  /** Kept here, but for `connect`, which is the transport's (`request.connectTimeout`). */
  timeouts?: Timeouts | undefined;
}

/** A transport that can block: its `sendSync` is there by type. */
export type SyncTransport = Transport & { sendSync: NonNullable<Transport["sendSync"]> };

/**
 * Makes one exchange over any transport: follows redirects, keeps the clocks, and holds the transport to
 * the contract. What every verb is built on. The sink gets the final response only.
 *
 * @returns resolves at the end of the message, as the transport's `send`
 * @throws a `TransportError`, `signal.reason` when aborted, what the sink threw, `redirect`, `timeout`,
 * or `internal` where the transport broke the contract
 */
export async function exchange(
  transport: Transport,
  request: TransportRequest,
  sink: ResponseSink,
  options: ExchangeOptions = {},
): Promise<void> {
  const controller = new CallController(request.signal);
  const clocks = new Clocks(options.timeouts);
  const settled = await makeExchange({ ...options, transport, request, sink, clocks, controller });
  controller.untie();
  if (settled) throw settled.reason;
}

/** `exchange`, blocking the thread: the clocks are polled (a server in this thread can never answer). */
export function exchangeSync(
  transport: SyncTransport,
  request: TransportRequest,
  sink: ResponseSink,
  options: ExchangeOptions = {},
): void {
  const controller = new CallController(request.signal);
  const clocks = new Clocks(options.timeouts);
  const settled = makeExchangeSync({ ...options, transport, request, sink, clocks, controller });
  controller.untie();
  if (settled) throw settled.reason;
}

/** One exchange to be made: what is sent, where its response goes, and what may end it early. */
export interface Exchange<T extends Transport = Transport> extends RedirectOptions {
  transport: T;
  request: UnsentRequest;
  sink: ResponseSink;
  clocks: Clocks;
  controller: CallController;
}

/** How an exchange, or one hop of it, ended: undefined at the message's end, else why it failed. */
export type Settled = { reason: unknown } | undefined;

/** `exchange` as the verbs make it. Resolves however it ends. */
export function makeExchange(exchange: Exchange): Promise<Settled> {
  exchange.clocks.start();
  return new Promise((resolve) => {
    new Hop(exchange, exchange.request, { hops: 0, resolve, context: asyncContext() }).send();
  });
}

/** `makeExchange`, blocking the thread. */
export function makeExchangeSync(exchange: Exchange<SyncTransport>): Settled {
  exchange.clocks.start();
  let request: UnsentRequest | null = exchange.request;
  try {
    for (let hops = 0; request; hops++) {
      const aborting = new AbortController();
      const hop = { exchange, request: { ...request, signal: aborting.signal }, hops, transport: exchange.transport };
      const redirect = new RedirectSink(exchange.sink, hop, exchange);
      request = next({ ...hop, redirect }, sendSync(exchange, { request: hop.request, redirect, aborting }));
    }
  } catch (reason) {
    return { reason };
  }
  return undefined;
}

function next(
  { redirect, exchange, hops }: Pick<Hop, "redirect" | "exchange" | "hops">,
  settled: Settled,
): UnsentRequest | null {
  const to = redirect.followed(settled);
  if (!to) {
    if (settled) throw settled.reason;
    return null;
  }
  if (exchange.controller.aborted) throw exchange.controller.reason;
  if (hops < MAX_REDIRECTS) return to;
  throw new HeadraceError(
    "redirect",
    `more than ${MAX_REDIRECTS} redirects, the last from ${describeUrl(redirect.url)}`,
  );
}

/** What all hops of an exchange have in common, and how many came before. */
interface HopCall {
  hops: number;
  /** Called once, when no hop follows. */
  resolve: (settled: Settled) => void;
  context: AsyncContext | undefined;
}

/**
 * One hop, and then the next: whatever ends it early, be it the call's controller, a clock, the sink or a breach, is one
 * `fail`. No loop in an async function: an idle stream would hold its frame.
 */
class Hop {
  readonly exchange: Exchange;
  readonly request: TransportRequest;
  readonly #call: HopCall;
  readonly redirect: RedirectSink;
  readonly #guard: GuardedSink;
  /** Of this hop alone: there may be another after it. */
  readonly #aborting = new AbortController();
  // Not made in the constructor: its context kept each call's objects alive with the next's (V8 14.6: 1.6 times the CPU).
  readonly #fail = (reason: unknown): void => {
    this.#settle({ reason });
    this.#aborting.abort(reason);
  };
  #isOver = false;

  constructor(exchange: Exchange, request: UnsentRequest, call: HopCall) {
    this.exchange = exchange;
    this.#call = call;
    this.request = { ...request, signal: this.#aborting.signal };
    this.redirect = new RedirectSink(exchange.sink, this, exchange);
    this.#guard = new GuardedSink(this.redirect, { clocks: exchange.clocks, context: call.context }, this.#fail);
  }

  get hops(): number {
    return this.#call.hops;
  }

  get transport(): Transport {
    return this.exchange.transport;
  }

  send(): void {
    const { transport, controller, clocks } = this.exchange;
    if (controller.aborted) return this.#call.resolve({ reason: controller.reason });
    controller.onAbort = this.#fail;
    clocks.watch(this.#fail);
    try {
      const sent = transport.send(this.request, this.#guard);
      this.#guard.open();
      sent.then(
        () => this.#ended(),
        (reason: unknown) => this.#settle(broke(reason)),
      );
    } catch (reason) {
      this.#settle(broke(reason));
    }
  }

  #ended(): void {
    const { pending } = this.#guard;
    if (pending) pending.then(() => this.#settle(noHead(this.#guard)), this.#fail);
    else this.#settle(noHead(this.#guard));
  }

  /** The first end holds. */
  #settle(settled: Settled): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#guard.close();
    this.exchange.controller.onAbort = undefined;
    this.exchange.clocks.unwatch();
    const { resolve, context } = this.#call;
    try {
      const request = next(this, settled);
      if (!request) return resolve(undefined);
      const hop = new Hop(this.exchange, request, { ...this.#call, hops: this.hops + 1 });
      const send = (): void => hop.send();
      // Not now: this may be a call of the transport's.
      queueMicrotask(context ? () => context.runInAsyncScope(send) : send);
    } catch (reason) {
      resolve({ reason });
    }
  }
}

function sendSync(
  { transport, controller, clocks }: Exchange<SyncTransport>,
  hop: { request: TransportRequest; redirect: RedirectSink; aborting: AbortController },
): Settled {
  const aborted = (): Settled => (controller.aborted ? { reason: controller.reason } : undefined);
  let failed = aborted();
  if (failed) return failed;
  controller.onAbort = (reason) => hop.aborting.abort(reason);
  const guard = new GuardedSink(hop.redirect, { clocks }, (reason) => (failed ??= { reason }));
  const nextWait = (): number => {
    const ms = clocks.remaining();
    failed ??= aborted() ?? (ms <= 0 ? { reason: clocks.expired() } : undefined);
    if (failed) throw failed.reason;
    return Math.min(ms, 1000);
  };
  guard.open();
  try {
    transport.sendSync(hop.request, guard, nextWait);
    return failed ?? aborted() ?? noHead(guard);
  } catch (reason) {
    return failed ?? aborted() ?? broke(reason);
  } finally {
    guard.close();
    controller.onAbort = undefined;
  }
}

function noHead(guard: GuardedSink): Settled {
  if (guard.hasHead) return undefined;
  return {
    reason: new HeadraceError("internal", "the transport broke the contract: it ended without a head", {
      phase: "end",
    }),
  };
}

/** What a transport rejected with, where it was neither told to nor the sink: its own error, or a breach. */
function broke(reason: unknown): { reason: unknown } {
  const known = reason as { name?: unknown; code?: unknown } | null;
  if (known?.name === "HeadraceError" && typeof known.code === "string") return { reason };
  const message = "the transport broke the contract: it failed with something else than a TransportError";
  return { reason: new HeadraceError("internal", message, { cause: reason }) };
}
