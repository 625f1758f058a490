import {
  asHeadraceError,
  type EventStreamInit,
  type forEachEventSync,
  type HeadraceErrorCode,
  type HeadraceErrorOf,
} from "@headrace/core";
import type { ResponseSink, SyncTransport } from "@headrace/core/transport";
import type { BlockingServer, BlockingStep } from "../blocking-server.ts";
import type { CaseContext } from "../case-context.ts";
import { ConformanceError } from "../conformance-error.ts";
import { verbsFor } from "../core-verbs.ts";
import { expectEqual } from "../expect.ts";
import { chunk, okChunked } from "../http-text.ts";
import { describeError } from "../observed-exchange.ts";

/** What a blocking verb is called with. */
export type SyncInit = Omit<EventStreamInit, "transport">;
type OnEvent = Parameters<typeof forEachEventSync>[2];

const patienceMs = 1500;

/** One event and no end, after which the server waits for ever. */
export const hanging: readonly BlockingStep[] = [["request"], ["send", okChunked], ["send", chunk("data: 1\n\n")]];

/** The transport, by the type of one that can block. */
export function blocking({ transport }: CaseContext): SyncTransport {
  return transport() as SyncTransport;
}

/**
 * What the call returned or threw, and the data of its events. Nothing in this thread could end a call that
 * hangs, so clocks of core's are set whatever the case sets.
 */
export function stream(
  context: CaseContext,
  url: string,
  init: SyncInit = {},
  onEvent: OnEvent = () => {},
): { data: string[]; thrown: unknown; completed: boolean | undefined } {
  const data: string[] = [];
  try {
    const transport = blocking(context);
    const timeouts = { head: context.ms(patienceMs), idle: context.ms(patienceMs), ...init.timeouts };
    const { completed } = verbsFor(transport).forEachEventSync(url, { ...init, timeouts, transport }, (event, stop) => {
      data.push(event.data);
      return onEvent(event, stop);
    });
    return { data, thrown: undefined, completed };
  } catch (thrown) {
    if (init.timeouts === undefined && asHeadraceError(thrown, "timeout")) throw inVain(context, describeError(thrown));
    return { data, thrown, completed: undefined };
  }
}

/** Nothing in this thread could look meanwhile at what else there was. */
function inVain({ ms }: CaseContext, received: string): ConformanceError {
  return new ConformanceError(`the call to come to its end within ${ms(patienceMs)} ms`, received, { how: "waited" });
}

/** Fails unless what was thrown is a `HeadraceError` of this code; gives it. */
export function expectCode<C extends HeadraceErrorCode>(thrown: unknown, code: C): HeadraceErrorOf<C> {
  const failure = asHeadraceError(thrown, code);
  if (failure !== undefined && failure === thrown) return failure;
  throw new ConformanceError(`to throw with code ${code}`, describeError(thrown), { cause: thrown });
}

/** Fails unless the client has closed every connection. */
export async function expectAllClosed(server: BlockingServer): Promise<void> {
  expectEqual("sockets left open", (await server.report(1000)).openSockets, 0);
}

/** What a bare call of `sendSync` did, in order: `wait` for each call of `nextWait`, `head` and `body` for the sink's. */
export interface BareCall {
  readonly calls: ("wait" | "head" | "body")[];
  readonly thrown: unknown;
  readonly hasThrown: boolean;
  /** The body, one character a byte. */
  readonly text: string;
  readonly trailers: Headers | undefined;
  /** Of the head. */
  readonly headers: Headers | undefined;
  /** The longest time between two calls of `nextWait`, in ms. */
  readonly longestWait: number;
}

/** What a bare call is made with. */
export interface BareInit {
  /** Default: the case's own. */
  readonly transport?: SyncTransport;
  /** Ms; default 0, none. */
  readonly connectTimeout?: number;
  readonly signal?: AbortSignal;
  readonly onBody?: () => void | Promise<void>;
  /** Ms to wait at most, or a throw; it is told how often it was called before. Default 20, for a while. */
  readonly nextWait?: (before: number) => number;
}

/** Calls `sendSync` itself; one that does not end is ended by `nextWait`. */
export function sendSync(context: CaseContext, url: string, init: BareInit = {}): BareCall {
  const { signal = new AbortController().signal, onBody, nextWait = () => 20, connectTimeout = 0 } = init;
  const calls: BareCall["calls"] = [];
  let text = "";
  let trailers: Headers | undefined;
  let headers: Headers | undefined;
  const times: number[] = [];
  const started = performance.now();
  const late = inVain(context, "it is still blocking");
  const wait = (): number => {
    times.push(performance.now());
    calls.push("wait");
    if (performance.now() - started > context.ms(patienceMs)) throw late;
    return nextWait(times.length - 1);
  };
  const sink: ResponseSink = {
    head(head) {
      calls.push("head");
      ({ headers } = head);
    },
    body(bytes) {
      calls.push("body");
      text += Buffer.from(bytes).toString("latin1");
      return onBody?.();
    },
    trailers: (received) => void (trailers = received),
  };
  const target = { url: new URL(url), method: "GET", headers: new Headers(), body: null, signal, connectTimeout };
  let outcome: Pick<BareCall, "thrown" | "hasThrown"> = { thrown: undefined, hasThrown: false };
  try {
    (init.transport ?? blocking(context)).sendSync(target, sink, wait);
  } catch (thrown) {
    outcome = { thrown, hasThrown: true };
  }
  if (outcome.thrown === late) throw late;
  const longestWait = Math.max(0, ...times.slice(1).map((time, index) => time - (times[index] ?? time)));
  return { calls, ...outcome, text, trailers, headers, longestWait };
}
