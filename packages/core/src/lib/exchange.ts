import { Clocks, type Timeouts } from "./clocks.ts";
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
  /** Clocks that the caller keeps across exchanges, instead of `timeouts`. */
  clocks?: Clocks | undefined;
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
  const clocks = options.clocks ?? new Clocks(options.timeouts);
  clocks.start();
  let hop: TransportRequest | null = request;
  for (let hops = 0; hop; hops++) {
    const redirect: RedirectSink = new RedirectSink(sink, { request: hop, hops, transport }, { ...options, clocks });
    const settled = await sendHop(transport, hop, redirect, clocks);
    hop = next(settled, redirect, hops);
  }
}

/** `exchange`, blocking the thread: the clocks are polled (a server in this thread can never answer). */
export function exchangeSync(
  transport: SyncTransport,
  request: TransportRequest,
  sink: ResponseSink,
  options: ExchangeOptions = {},
): void {
  const clocks = options.clocks ?? new Clocks(options.timeouts);
  clocks.start();
  let hop: TransportRequest | null = request;
  for (let hops = 0; hop; hops++) {
    const redirect: RedirectSink = new RedirectSink(sink, { request: hop, hops, transport }, { ...options, clocks });
    const settled = sendHopSync(transport, hop, redirect, clocks);
    hop = next(settled, redirect, hops);
  }
}

/** How a hop ended: undefined at the message's end, else why it failed. */
type Settled = { reason: unknown } | undefined;

function next(settled: Settled, redirect: RedirectSink, hops: number): TransportRequest | null {
  const to = redirect.followed(settled);
  if (!to) {
    if (settled) throw settled.reason;
    return null;
  }
  if (hops === MAX_REDIRECTS) {
    throw new HeadraceError(
      "redirect",
      `more than ${MAX_REDIRECTS} redirects, the last from ${describeUrl(redirect.url)}`,
    );
  }
  return to;
}

async function sendHop(
  transport: Transport,
  request: TransportRequest,
  sink: ResponseSink,
  clocks: Clocks,
): Promise<Settled> {
  const { signal } = request;
  if (signal.aborted) return { reason: signal.reason };
  const hop = new AbortController();
  const { promise, resolve: settle } = promiseOf<Settled>();
  const fail = (reason: unknown): void => {
    guard.close();
    settle({ reason });
    hop.abort(reason);
  };
  const onAbort = (): void => fail(signal.reason);
  const guard = new GuardedSink(sink, clocks, fail);
  signal.addEventListener("abort", onAbort, { once: true });
  clocks.watch(fail);
  try {
    const sent = transport.send({ ...request, signal: hop.signal }, guard);
    guard.open();
    sent.then(() => ended(guard), broke).then(settle, fail);
  } catch (reason) {
    settle(broke(reason));
  }
  const settled = await promise;
  guard.close();
  clocks.unwatch();
  signal.removeEventListener("abort", onAbort);
  return settled;
}

function promiseOf<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

function sendHopSync(transport: SyncTransport, request: TransportRequest, sink: ResponseSink, clocks: Clocks): Settled {
  const { signal } = request;
  if (signal.aborted) return { reason: signal.reason };
  let failed: Settled;
  const fail = (reason: unknown): void => void (failed ??= { reason });
  const guard = new GuardedSink(sink, clocks, fail);
  const nextWait = (): number => {
    const ms = clocks.remaining();
    if (signal.aborted) fail(signal.reason);
    if (ms <= 0) fail(clocks.expired());
    if (failed) throw failed.reason;
    return Math.min(ms, 1000);
  };
  guard.open();
  try {
    transport.sendSync(request, guard, nextWait);
    return failed ?? (signal.aborted ? { reason: signal.reason } : noHead(guard));
  } catch (reason) {
    return failed ?? (signal.aborted ? { reason: signal.reason } : broke(reason));
  } finally {
    guard.close();
  }
}

async function ended(guard: GuardedSink): Promise<Settled> {
  await guard.pending;
  return noHead(guard);
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
