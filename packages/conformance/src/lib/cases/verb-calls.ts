import {
  asHeadraceError,
  type CallInit,
  type EventStream,
  type EventStreamInit,
  type EventStreamSummary,
  type forEachEvent,
  type HeadraceErrorCode,
  type HeadraceErrorOf,
  type ServerSentEvent,
  type WholeResponse,
} from "@headrace/core";
import type { ResponseSink, Transport } from "@headrace/core/transport";
import type { CaseContext } from "../case-context.ts";
import { ConformanceError } from "../conformance-error.ts";
import { verbsFor } from "../core-verbs.ts";
import { describeError } from "../observed-exchange.ts";
import type { WireLog } from "../wire-log.ts";
import { respondEmpty } from "./respond.ts";
import { expectUnconnected } from "./unasked.ts";

type Init = Omit<EventStreamInit, "transport">;
type OnEvent = Parameters<typeof forEachEvent>[2];

const overwrite = 0xaa;

/** A transport that lends copies and overwrites them when the call of the sink is over, as the contract allows. */
function lendingTransport(transport: Transport, log: WireLog): Transport {
  return {
    ...transport,
    send(request, sink) {
      log.note("client", `send ${request.method} ${request.url.href}`);
      const lending: ResponseSink = {
        head(head) {
          log.note("client", `head ${head.status}`);
          sink.head(head);
        },
        body(bytes) {
          const copy = new Uint8Array(bytes);
          log.note("client", "body", copy);
          try {
            return sink.body(copy);
          } finally {
            copy.fill(overwrite);
          }
        },
        trailers: (trailers) => sink.trailers?.(trailers),
      };
      return transport.send(request, lending);
    },
  };
}

/** The verbs of core over the transport under test. */
export interface Verbs {
  request(url: string, init?: Omit<CallInit, "transport">): Promise<WholeResponse>;
  open(url: string, init?: Init): Promise<EventStream>;
  forEach(url: string, init: Init, onEvent: OnEvent): Promise<EventStreamSummary>;
}

/** Makes the verbs of a case, over its own transport or this one. */
export function verbsOf(context: CaseContext, transport: Transport = context.transport()): Verbs {
  const lending = lendingTransport(transport, context.log);
  const verbs = verbsFor(transport);
  return {
    request: (url, init = {}) => verbs.request(url, { ...init, transport: lending }),
    open: (url, init = {}) => verbs.openEventStream(url, { ...init, transport: lending }),
    forEach: (url, init, onEvent) => verbs.forEachEvent(url, { ...init, transport: lending }, onEvent),
  };
}

/** The data of all events until the end, and what the loop threw, if it did. */
export async function readAll(
  stream: AsyncIterable<ServerSentEvent>,
): Promise<{ data: string[]; failure: HeadraceErrorOf<HeadraceErrorCode> | undefined }> {
  const data: string[] = [];
  try {
    for await (const event of stream) data.push(event.data);
  } catch (error) {
    const failure = asHeadraceError(error);
    if (failure !== error) throw error;
    return { data, failure };
  }
  return { data, failure: undefined };
}

/** Fails unless the promise rejects with a `HeadraceError` of this code; gives the error. */
export async function expectFailure<C extends HeadraceErrorCode>(
  code: C,
  promise: Promise<unknown>,
): Promise<HeadraceErrorOf<C>> {
  const expected = `a rejection with code ${code}`;
  let value: unknown;
  try {
    value = await promise;
  } catch (error) {
    const failure = asHeadraceError(error, code);
    if (failure !== undefined && failure === error) return failure;
    throw new ConformanceError(expected, describeError(error), { cause: error });
  }
  throw new ConformanceError(expected, `a result: ${String(value)}`);
}

/** Fails unless the promise rejects with this very value. */
export async function expectRejection(promise: Promise<unknown>, value: unknown): Promise<void> {
  const outcome = await promise.then(
    () => ({ rejected: false, error: undefined }),
    (error: unknown) => ({ rejected: true, error }),
  );
  if (outcome.rejected && outcome.error === value) return;
  const received = outcome.rejected ? describeError(outcome.error) : "a result";
  throw new ConformanceError(`a rejection with the very value ${describeError(value)}`, received);
}

/** Fails unless the call is refused with this code before anything is connected to. */
export async function expectRefusedUnsent(
  context: CaseContext,
  code: HeadraceErrorCode,
  call: (url: string, verbs: Verbs) => Promise<unknown>,
): Promise<void> {
  const server = await context.serve(respondEmpty);
  const failure = expectFailure(code, call(server.url(), verbsOf(context)));
  await context.within(500, failure, `the call to be refused as ${code}`);
  await expectUnconnected(server);
}
