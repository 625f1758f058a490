import {
  macrotask,
  PieceJoiner,
  TransportError,
  type ResponseHead,
  type ResponseSink,
  type TransportRequest,
} from "@headrace/core/transport";
import { toTransportError } from "./codes.ts";

/** How requests go out, alike for all of a transport's. */
export interface FetchInit {
  readonly fetch: typeof globalThis.fetch;
  /** Whether the fetch follows redirects by itself. */
  readonly automatic: boolean;
  readonly userAgent: string | undefined;
}

/** One request on its way. */
export interface FetchExchange {
  /** Settles as `send` must. */
  readonly settled: Promise<void>;
  /** Ends it with this reason, unless it is over. */
  fail(reason: unknown): void;
}

/** Starts one exchange: a fetch, a reader loop over its body, and one promise for how it ended. */
export function startExchange(init: FetchInit, request: TransportRequest, sink: ResponseSink): FetchExchange {
  const controller = new AbortController();
  let fail!: FetchExchange["fail"];
  const settled = new Promise<void>((resolve, reject) => {
    fail = (reason) => {
      reject(reason);
      controller.abort();
    };
    const tick = init.automatic ? undefined : nextTick;
    run(init, request, { sink, signal: controller.signal, fail, tick }).then(resolve, fail);
  });
  return { settled, fail };
}

interface Exchange {
  readonly sink: ResponseSink;
  /** Ours, not the caller's: a fetch may leave its listeners on a signal. Aborted when the exchange has failed. */
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
  /** What short pieces wait for. A browser's are long, and what shims give for `nextTick` is late. */
  readonly tick: typeof nextTick;
}

async function run(init: FetchInit, request: TransportRequest, exchange: Exchange): Promise<void> {
  const { signal } = exchange;
  const delivery = startDelivery(exchange);
  let response: Response | undefined;
  try {
    const { fetch } = init; // A browser's wants no `this` but the window.
    response = await fetch(request.url.href, requestInit(init, request, signal));
    const reader = response.body?.getReader();
    // Most fetches cancel the body of an aborted request by themselves.
    const cancel = (): void => void reader?.cancel().catch(() => {});
    if (signal.aborted) return cancel();
    signal.addEventListener("abort", cancel);
    const head = headOf(response, init, request);
    void attempt(exchange, () => exchange.sink.head(head));
    if (reader) await read(reader, signal, delivery);
  } catch (error) {
    await delivery.finish();
    throw toTransportError(error, request.url, response);
  } finally {
    await macrotask();
  }
}

/** @throws `unsupported` where it is hidden; `protocol` for what Node's fetch lets pass (contract, section 7, row 5) */
function headOf(response: Response, { automatic }: FetchInit, { url, method }: TransportRequest): ResponseHead {
  const { status, statusText, redirected } = response;
  if (status === 0) throw new TransportError("unsupported", "this fetch hides redirects");
  const refuse = (why: string): never => {
    throw new TransportError("protocol", why, { phase: "head" });
  };
  let headers: Headers;
  try {
    headers = new Headers(response.headers); // Takes off white space at the end of a value, which Node's keeps (run).
  } catch {
    return refuse("a header field that is none"); // Node 22 (run).
  }
  if ([...headers].length > 1000) refuse("more than 1000 header fields");
  // RFC 9112 section 7: none was asked for, and fetch undoes chunks alone, so what is left is not the content.
  const codings = (headers.get("transfer-encoding") ?? "").toLowerCase().split(/[\t ,]+/);
  const undone = codings.filter((coding) => coding && coding !== "identity").join();
  const hasContent = method !== "HEAD" && status !== 204 && status !== 304;
  if (hasContent && undone && undone !== "chunked") refuse("a transfer coding that nobody asked for");
  return { url: (automatic && response.url) || url.href, status, headers, statusText, redirected };
}

/** What is read ahead while the sink is pending: a stream that fails drops what it has queued. */
const MAX_READ_AHEAD = 256 * 1024;

/** Resolves when all of a body has been taken, and when the exchange has failed. */
async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  signal: AbortSignal,
  delivery: Delivery,
): Promise<void> {
  while (!signal.aborted) {
    const { done, value } = await reader.read();
    if (done) return delivery.finish();
    if (value.length > 0) delivery.push(value);
    for (let room; !signal.aborted && (room = delivery.room());) await room;
  }
}

/** Runs what it is given when all that is ready to run has run; as it is at first, before a user's fake timers. */
const { nextTick } = (globalThis as { process?: { nextTick?: (run: () => void) => void } }).process ?? {};

/** Calls the sink, unless the exchange has failed: with what that throws it does. */
function attempt({ signal, fail }: Exchange, call: () => void | Promise<void>): void | Promise<void> {
  if (signal.aborted) return;
  try {
    return call();
  } catch (reason) {
    fail(reason);
  }
}

/** Hands a body to the sink: what comes while that is pending waits, and short pieces that come together are joined. */
interface Delivery {
  push(bytes: Uint8Array): void;
  /** A promise while too much waits. */
  room(): Promise<void> | undefined;
  /** Fulfilled when the sink has taken all that came. */
  finish(): Promise<void>;
}

/** While the sink is pending nothing is in the joiner: what it hands on is lent, and cannot wait. */
function startDelivery(exchange: Exchange): Delivery {
  const { sink, fail, tick } = exchange;
  const joiner = new PieceJoiner((bytes) => attempt(exchange, () => sink.body(bytes)));
  const queue: Uint8Array[] = [];
  let waiting = 0;
  let pending: Promise<void> | undefined;
  let scheduled = false;
  const hold = (taken: Promise<void> | undefined): void => {
    if (taken) (pending = taken.then(resume)).catch(fail);
  };
  const flush = (): void => {
    scheduled = false;
    if (!pending) hold(joiner.flush());
  };
  const take = (bytes: Uint8Array): void => {
    hold(joiner.push(bytes));
    if (!tick) flush();
    else if (!scheduled) tick(flush);
    scheduled = true;
  };
  const resume = (): void => {
    pending = undefined;
    for (let bytes; !pending && (bytes = queue.shift());) {
      waiting -= bytes.length;
      take(bytes);
    }
  };
  return {
    push(bytes) {
      if (!pending) return take(bytes);
      queue.push(bytes);
      waiting += bytes.length;
    },
    room: () => (waiting > MAX_READ_AHEAD ? pending : undefined),
    async finish() {
      for (flush(); pending; flush()) await pending;
    },
  };
}

function requestInit({ automatic, userAgent }: FetchInit, request: TransportRequest, signal: AbortSignal): RequestInit {
  const { method, body, credentials } = request;
  let { headers } = request;
  if (userAgent !== undefined && !headers.has("user-agent")) {
    headers = new Headers(headers);
    headers.set("user-agent", userAgent);
  }
  return {
    method,
    headers,
    body: body as Uint8Array<ArrayBuffer> | null,
    signal,
    // A browser answers `manual` with nothing to read, not even the status.
    redirect: automatic ? "follow" : "manual",
    ...(credentials && { credentials }),
    // A stream is never for the cache. Elsewhere this would add Cache-Control to the request.
    ...(automatic && { cache: "no-store" }),
  };
}
