import { waitAfter, waitSync } from "./attempts.ts";
import { END } from "./call-ends.ts";
import type { CallController } from "./call-controller.ts";
import { Clocks } from "./clocks.ts";
import { createRequest, type RequestDefaults } from "./create-request.ts";
import type { CallInit, EventStreamInit } from "./event-stream-init.ts";
import { makeExchange, makeExchangeSync, type Settled, type SyncTransport } from "./exchange.ts";
import { HeadraceError, invalidArgument } from "./headrace-error.ts";
import { pause } from "./pause.ts";
import { Progress } from "./progress.ts";
import type { ResponseSink } from "./transport.ts";

/** A sink that says, after its exchange, how the call ends. */
export interface CallSink extends ResponseSink {
  /** Whether the response is what was asked for: from then on nothing is made again. */
  readonly accepted: boolean;
  /** @throws what the call fails with */
  conclude(settled: Settled): void;
  /** What is still to be done when the exchange is over, such as a callback's promise. */
  rest?(): void | Promise<void>;
}

/** One attempt's view of its call. */
export interface CallContext {
  progress: Progress;
  clocks: Clocks;
}

/** What a verb makes of a call. */
export interface CallSetup<S extends CallSink> extends RequestDefaults {
  controller: CallController;
  createSink: (context: CallContext) => S;
}

/** The frame of every asynchronous verb: makes the request of what was asked, then up to `attempts` exchanges. */
export async function runCall<S extends CallSink>(
  url: string | URL,
  init: CallInit & Pick<EventStreamInit, "idleCounts">,
  call: CallSetup<S>,
): Promise<S> {
  const { transport, redirect, credentialHeaders } = init;
  const { controller } = call;
  const startedAt = performance.now();
  const clocks = new Clocks(init.timeouts, init.idleCounts);
  const request = await createRequest(url, init, call);
  for (let attempt = 1; ; attempt++) {
    const sink = call.createSink({ progress: new Progress(transport, request, startedAt), clocks });
    try {
      const exchange = { transport, request, sink, redirect, credentialHeaders, clocks, controller };
      sink.conclude(await makeExchange(exchange));
      const rest = sink.rest?.();
      const failed = rest && (await finish(rest, controller, clocks));
      if (failed) sink.conclude(failed);
      return sink;
    } catch (reason) {
      await pause(waitAfter(attempt, reason, { ...init, request, sink, clocks }), controller);
    }
  }
}

/** Waits for what the sink has left to do, no longer than the user's signal and the total clock allow. */
async function finish(rest: Promise<void>, controller: CallController, clocks: Clocks): Promise<Settled> {
  clocks.rest();
  const settled = await new Promise<Settled>((resolve) => {
    const fail = (reason: unknown): void => resolve({ reason });
    const onAbort = (reason: unknown): void => {
      if (reason !== END) fail(reason);
    };
    rest.then(() => resolve(undefined), fail);
    if (controller.aborted) onAbort(controller.reason);
    controller.onAbort = onAbort;
    clocks.watch(fail);
  });
  controller.onAbort = undefined;
  clocks.unwatch();
  return settled;
}

/** The frame of every blocking verb. The head clock has a default, for nothing else could end the call. */
export function runCallSync<S extends CallSink>(
  url: string | URL,
  init: CallInit & { transport: SyncTransport } & Pick<EventStreamInit, "idleCounts">,
  call: CallSetup<S>,
): S {
  const { transport, redirect, credentialHeaders } = init;
  const { controller } = call;
  const request = createRequest(url, init, call);
  if (request instanceof Promise)
    throw invalidArgument("a blocking call cannot wait for a Blob or FormData body: give bytes");
  if (typeof transport.sendSync !== "function") {
    throw new HeadraceError(
      "unsupported",
      `${transport.name} cannot block: use curlTransport() of @headrace/transport-curl`,
    );
  }
  const startedAt = performance.now();
  const clocks = new Clocks({ ...init.timeouts, head: init.timeouts?.head ?? 300_000 }, init.idleCounts);
  for (let attempt = 1; ; attempt++) {
    const sink = call.createSink({ progress: new Progress(transport, request, startedAt), clocks });
    try {
      sink.conclude(makeExchangeSync({ transport, request, sink, redirect, credentialHeaders, clocks, controller }));
      return sink;
    } catch (reason) {
      waitSync(waitAfter(attempt, reason, { ...init, request, sink, clocks }));
    }
  }
}
