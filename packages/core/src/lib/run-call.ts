import { withAttempts, withAttemptsSync } from "./attempts.ts";
import { Clocks } from "./clocks.ts";
import { createRequest, type RequestDefaults } from "./create-request.ts";
import { type CallInit, checkInit, type EventStreamInit } from "./event-stream-init.ts";
import { exchange, exchangeSync, type SyncTransport } from "./exchange.ts";
import { HeadraceError, invalidArgument } from "./headrace-error.ts";
import { Progress } from "./progress.ts";
import type { ResponseSink, TransportRequest } from "./transport.ts";

/** A sink that says, after its exchange, how the call ends. */
export interface CallSink extends ResponseSink {
  /** Whether the response is what was asked for: from then on nothing is made again. */
  readonly accepted: boolean;
  /** @throws what the call fails with */
  conclude(settled: { reason: unknown } | undefined): void;
  /** What is still to be done when the exchange is over, such as a callback's promise. */
  rest?(): void | Promise<void>;
}

/** One attempt's view of its call. */
export interface CallContext {
  progress: Progress;
  clocks: Clocks;
}

type Settled = { reason: unknown } | undefined;

/** The frame of every asynchronous verb: checks the arguments, then makes up to `attempts` exchanges. */
export async function runCall<S extends CallSink>(
  url: string | URL,
  init: CallInit & Pick<EventStreamInit, "idleCounts">,
  call: { defaults: RequestDefaults; createSink: (context: CallContext) => S },
): Promise<S> {
  checkInit(init);
  const startedAt = performance.now();
  const clocks = new Clocks(init.timeouts, init.idleCounts);
  const request = await createRequest(url, init, call.defaults);
  let sink: S | undefined;
  const accepted = (): boolean => sink?.accepted === true;
  return await withAttempts(request, { ...attemptsOf(init), clocks, accepted }, async () => {
    sink = call.createSink({ progress: new Progress(init.transport, request, startedAt), clocks });
    sink.conclude(await exchange(init.transport, request, sink, { ...init, clocks }).then(clean, failed));
    const failure = await finish(sink, request.signal, clocks);
    if (failure) sink.conclude(failure);
    return sink;
  });
}

/** Waits for what the sink has left to do, no longer than the signal and the total clock allow. */
async function finish(sink: CallSink, signal: AbortSignal, clocks: Clocks): Promise<Settled> {
  const rest = sink.rest?.();
  if (!rest) return undefined;
  clocks.rest();
  const ended = new AbortController();
  const stopped = new Promise<Settled>((resolve) => {
    const stop = (): void => resolve({ reason: signal.reason });
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true, signal: ended.signal });
    clocks.watch((reason) => resolve({ reason }));
  });
  const settled = await Promise.race([rest.then(clean, failed), stopped]);
  ended.abort();
  clocks.unwatch();
  return settled;
}

/** The frame of every blocking verb. The head clock has a default, for nothing else could end the call. */
export function runCallSync<S extends CallSink>(
  url: string | URL,
  init: CallInit & { transport: SyncTransport } & Pick<EventStreamInit, "idleCounts">,
  call: { defaults: RequestDefaults; createSink: (context: CallContext) => S },
): S {
  checkInit(init);
  const request = createRequest(url, init, call.defaults);
  if (request instanceof Promise)
    throw invalidArgument("a blocking call cannot wait for a Blob or FormData body: give bytes");
  if (typeof init.transport.sendSync !== "function") {
    throw new HeadraceError(
      "unsupported",
      `${init.transport.name} cannot block: use curlTransport() of @headrace/transport-curl`,
    );
  }
  const startedAt = performance.now();
  const clocks = new Clocks({ ...init.timeouts, head: init.timeouts?.head ?? 300_000 }, init.idleCounts);
  let sink: S | undefined;
  const accepted = (): boolean => sink?.accepted === true;
  return withAttemptsSync(request, { ...attemptsOf(init), clocks, accepted }, () => {
    sink = call.createSink({ progress: new Progress(init.transport, request, startedAt), clocks });
    sink.conclude(attemptSync(init, request, { sink, clocks }));
    return sink;
  });
}

function attemptSync(
  init: CallInit & { transport: SyncTransport },
  request: TransportRequest,
  { sink, clocks }: { sink: ResponseSink; clocks: Clocks },
): Settled {
  try {
    exchangeSync(init.transport, request, sink, { ...init, clocks });
    return undefined;
  } catch (reason) {
    return { reason };
  }
}

function attemptsOf({ attempts = 1, replay = false }: CallInit): { attempts: number; replay: boolean } {
  return { attempts, replay };
}

const clean = (): Settled => undefined;
const failed = (reason: unknown): Settled => ({ reason });

/** The signal of a call that its own reader may end too, tied to the user's until `untie`. */
export function tieSignal(signal: AbortSignal | null | undefined): { controller: AbortController; untie: () => void } {
  const controller = new AbortController();
  if (signal === undefined || signal === null) return { controller, untie: () => {} };
  if (typeof signal.addEventListener !== "function") throw invalidArgument("`signal` must be an AbortSignal");
  const onAbort = (): void => controller.abort(signal.reason);
  if (signal.aborted) onAbort();
  else signal.addEventListener("abort", onAbort, { once: true });
  return { controller, untie: () => signal.removeEventListener("abort", onAbort) };
}
