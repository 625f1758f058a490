import { TransportError, type ResponseSink, type TransportRequest } from "@headrace/core/transport";
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
  const { url, signal } = request;
  const controller = new AbortController();
  let fail = (_reason: unknown): void => {};
  const settled = new Promise<void>((resolve, reject) => {
    fail = (reason) => {
      reject(reason);
      controller.abort();
    };
    const exchange = { url, sink, signal: controller.signal, fail, tick: init.automatic ? undefined : nextTick };
    run(init, request, exchange).then(resolve, fail);
  });
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener("abort", onAbort);
  const forget = (): void => signal.removeEventListener("abort", onAbort);
  settled.then(forget, forget);
  return { settled, fail };
}

interface Run {
  readonly url: URL;
  readonly sink: ResponseSink;
  /** Ours, not the caller's: a fetch may leave its listeners on a signal. Aborted when the exchange has failed. */
  readonly signal: AbortSignal;
  readonly fail: (reason: unknown) => void;
  /** What short pieces wait for. A browser's are long, and what shims give for `nextTick` is late. */
  readonly tick: typeof nextTick;
}

async function run(init: FetchInit, request: TransportRequest, exchange: Run): Promise<void> {
  const { sink, signal } = exchange;
  let response: Response | undefined;
  try {
    const { fetch } = init; // A browser's wants no `this` but the window.
    response = await fetch(request.url.href, requestInit(init, request, signal));
  } catch (error) {
    await macrotask();
    throw toTransportError(error, request.url, undefined);
  }
  if (signal.aborted) return void response.body?.cancel().catch(() => {});
  if (response.status === 0) throw new TransportError("unsupported", "this fetch hides redirects");
  const hasContent = request.method !== "HEAD" && response.status !== 204 && response.status !== 304;
  const headers = checkedHeaders(response.headers, hasContent);
  sink.head({
    url: (init.automatic && response.url) || request.url.href,
    status: response.status,
    headers,
    statusText: response.statusText,
    redirected: response.redirected,
  });
  if (response.body && !signal.aborted) await drain(response.body.getReader(), response, exchange);
  await macrotask();
}

const MAX_FIELDS = 1000;

/** Copies a head's fields. @throws `protocol` for what Node's fetch lets pass (contract, section 7, row 5) */
function checkedHeaders(received: Headers, hasContent: boolean): Headers {
  const refuse = (why: string): never => {
    throw new TransportError("protocol", why, { phase: "head" });
  };
  let headers: Headers;
  try {
    headers = new Headers(received); // Takes off white space at the end of a value, which Node's keeps (run).
  } catch {
    return refuse("a header field that is none"); // Node 22 (run).
  }
  if ([...headers].length > MAX_FIELDS) refuse(`more than ${MAX_FIELDS} header fields`);
  // RFC 9112 section 7: none was asked for, and fetch undoes chunks alone, so what is left is not the content.
  const codings = (headers.get("transfer-encoding") ?? "").toLowerCase().split(/[\t ]*,[\t ]*/);
  const undone = codings.filter((coding) => coding !== "" && coding !== "identity");
  if (hasContent && undone.length > 0 && undone.join() !== "chunked") refuse("a transfer coding that nobody asked for");
  return headers;
}

/** What is read ahead while the sink is pending: a stream that fails drops what it has queued. */
const MAX_READ_AHEAD = 256 * 1024;

async function drain(reader: ReadableStreamDefaultReader<Uint8Array>, response: Response, run: Run): Promise<void> {
  const { signal, url } = run;
  const delivery = new Delivery(run);
  // Most fetches cancel the body of an aborted request by themselves.
  signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  for (;;) {
    let chunk: Awaited<ReturnType<typeof reader.read>>;
    try {
      chunk = await reader.read();
    } catch (error) {
      await delivery.finish();
      await macrotask();
      throw toTransportError(error, url, response);
    }
    if (chunk.done) return delivery.finish();
    if (chunk.value.length > 0) delivery.push(chunk.value);
    while (delivery.waiting > MAX_READ_AHEAD && !signal.aborted) await delivery.pending;
    if (signal.aborted) return;
  }
}

/** Runs what it is given when all that is ready to run has run; as it is at first, before a user's fake timers. */
const { nextTick } = (globalThis as { process?: { nextTick?: (run: () => void) => void } }).process ?? {};

/** Up to here, on the average, pieces are joined: for a sink a longer one costs less than to copy it. */
const SHORT = 4096;
/** From here on what is joined is handed on. */
const ENOUGH = 16 * 1024;

/** Hands a body to the sink: what comes while that is pending waits, and short pieces that come together are joined. */
class Delivery {
  /** Settles when the sink has taken what it has. */
  pending: Promise<void> | undefined;
  /** Bytes that wait. */
  waiting = 0;
  readonly #run: Run;
  readonly #queue: Uint8Array[] = [];
  #scheduled = false;

  constructor(run: Run) {
    this.#run = run;
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.waiting += bytes.length;
    this.#advance();
  }

  /** Fulfilled when the sink has taken all that came. */
  async finish(): Promise<void> {
    for (this.#flush(); this.pending; this.#flush()) await this.pending;
  }

  #advance(): void {
    const { tick } = this.#run;
    if (!tick || this.waiting >= ENOUGH) return this.#flush();
    if (!this.#scheduled) tick(() => this.#flush());
    this.#scheduled = true;
  }

  #flush(): void {
    this.#scheduled = false;
    const { sink, signal, fail } = this.#run;
    while (this.#queue.length > 0 && !this.pending && !signal.aborted) {
      try {
        const pending = sink.body(this.#take());
        if (pending) this.pending = this.#resume(pending);
        this.pending?.catch(fail);
      } catch (reason) {
        fail(reason);
      }
    }
  }

  async #resume(pending: Promise<void>): Promise<void> {
    await pending;
    this.pending = undefined;
    this.#advance();
  }

  /** All that waits, joined, where it is short pieces; else the first. */
  #take(): Uint8Array {
    const queue = this.#queue;
    const [first] = queue as [Uint8Array];
    if (queue.length === 1 || this.waiting > queue.length * SHORT) {
      queue.shift();
      this.waiting -= first.length;
      return first;
    }
    const bytes = new Uint8Array(this.waiting);
    for (let piece; (piece = queue.pop());) bytes.set(piece, (this.waiting -= piece.length));
    return bytes;
  }
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

/** One turn of the event loop: by then the connection is back in its pool. A browser delays timers of hidden pages. */
function macrotask(): Promise<void> {
  const { setImmediate, MessageChannel } = globalThis;
  return new Promise((resolve) => {
    if (setImmediate) return void setImmediate(resolve);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(0);
  });
}
