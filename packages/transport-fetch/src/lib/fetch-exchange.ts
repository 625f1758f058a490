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
  const { signal } = request;
  const controller = new AbortController();
  let over = false;
  let settle: { resolve: () => void; reject: (reason: unknown) => void };
  const settled = new Promise<void>((resolve, reject) => (settle = { resolve, reject }));
  const finish = (): void => {
    over = true;
    signal.removeEventListener("abort", onAbort);
  };
  const fail = (reason: unknown): void => {
    if (over) return;
    finish();
    settle.reject(reason);
    controller.abort();
  };
  const onAbort = (): void => fail(signal.reason);
  signal.addEventListener("abort", onAbort);
  void run(init, request, { url: request.url, sink, signal: controller.signal, isOver: () => over, fail }).then(() => {
    if (over) return;
    finish();
    settle.resolve();
  }, fail);
  return { settled, fail };
}

interface Run {
  readonly url: URL;
  readonly sink: ResponseSink;
  /** Ours, not the caller's: a fetch may leave its listeners on a signal. */
  readonly signal: AbortSignal;
  readonly isOver: () => boolean;
  readonly fail: (reason: unknown) => void;
}

async function run(init: FetchInit, request: TransportRequest, exchange: Run): Promise<void> {
  const { sink, signal, isOver } = exchange;
  let response: Response | undefined;
  try {
    const { fetch } = init; // A browser's wants no `this` but the window.
    response = await fetch(request.url.href, requestInit(init, request, signal));
  } catch (error) {
    await macrotask();
    throw toTransportError(error, request.url, undefined);
  }
  if (isOver()) return void response.body?.cancel().catch(() => {});
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
  if (response.body && !isOver()) await drain(response.body.getReader(), response, exchange);
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
  const { sink, signal, isOver, fail } = run;
  const ahead = new ReadAhead(run);
  // Most fetches cancel the body of an aborted request by themselves.
  signal.addEventListener("abort", () => void reader.cancel().catch(() => {}));
  for (;;) {
    let chunk: Awaited<ReturnType<typeof reader.read>>;
    try {
      chunk = await reader.read();
    } catch (error) {
      await ahead.pending;
      await macrotask();
      throw toTransportError(error, run.url, response);
    }
    if (chunk.done || isOver()) return ahead.pending;
    const bytes = chunk.value;
    if (!bytes.length) continue;
    if (ahead.pending) {
      if (ahead.add(bytes) > MAX_READ_AHEAD) await ahead.pending;
    } else {
      const pending = sink.body(bytes);
      if (pending) ahead.after(pending).catch(fail);
    }
    if (isOver()) return;
  }
}

/** What has been read while the sink is pending. */
class ReadAhead {
  /** Settles when the sink has taken all of it. */
  pending: Promise<void> | undefined;
  readonly #run: Run;
  readonly #queue: Uint8Array[] = [];
  #size = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  /** @returns how many bytes wait */
  add(bytes: Uint8Array): number {
    this.#queue.push(bytes);
    return (this.#size += bytes.length);
  }

  after(pending: Promise<void>): Promise<void> {
    return (this.pending = this.#deliver(pending));
  }

  async #deliver(pending: Promise<void>): Promise<void> {
    await pending;
    for (let bytes; !this.#run.isOver() && (bytes = this.#queue.shift());) {
      this.#size -= bytes.length;
      const next = this.#run.sink.body(bytes);
      if (next) await next;
    }
    this.pending = undefined;
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
