import type * as Core from "@headrace/core";
import type { createFetch } from "@headrace/core/fetch";
import type { EventSource } from "@headrace/event-source";
import type { fetchTransport } from "@headrace/transport-fetch";

/** What the page has of ours. */
export interface PageGlobals {
  readonly headrace: typeof Core & {
    readonly createFetch: typeof createFetch;
    readonly EventSource: typeof EventSource;
    readonly fetchTransport: typeof fetchTransport;
  };
  /** Tells that so many events of a URL have been taken. */
  readonly tellTaken: (url: string, count: number) => void;
}

/** What is done with one call. Plain data: it goes to a page. */
export interface PageCall {
  readonly verb: "forEachEvent" | "openEventStream" | "subscribe";
  readonly url: string;
  /** Options besides the transport. */
  readonly init?: Record<string, unknown>;
  /** Leaves the loop, or calls `stop()`, at this event. */
  readonly leaveAt?: number;
  /** Aborts at this event; 0: once the call is made. */
  readonly abortAt?: number;
}

/** How it went. */
export interface PageOutcome {
  readonly data: string[];
  /** What the call, or its loop, came to: `end`, an error's code and phase, or the reason of the abort. */
  readonly end: unknown;
  readonly response?: { readonly status: number; readonly url: string; readonly redirected: boolean };
}

// These are sent to a page as text: they must not refer to anything but their argument, the platform and `PageGlobals`.

/** Makes one call. */
export async function callInPage({ verb, url, init, leaveAt, abortAt }: PageCall): Promise<PageOutcome> {
  const { headrace, tellTaken } = globalThis as unknown as PageGlobals;
  const controller = new AbortController();
  const data: string[] = [];
  let response: PageOutcome["response"];
  const { signal } = controller;
  const onResponse = ({ status, url: final, redirected }: Core.ResponseInfo): void => {
    response = { status, url: final, redirected };
  };
  const options = { ...init, signal, onResponse, transport: headrace.fetchTransport() } as Core.EventStreamInit;
  const take = (event: Core.ServerSentEvent): boolean => {
    const count = data.push(event.data);
    tellTaken(url, count);
    if (count === abortAt) controller.abort("the reason");
    return count === leaveAt;
  };
  const run = async (): Promise<void> => {
    if (verb === "forEachEvent") {
      await headrace.forEachEvent(url, options, (event, stop) => void (take(event) && stop()));
      return;
    }
    const stream =
      verb === "subscribe" ? headrace.subscribe(url, options) : await headrace.openEventStream(url, options);
    for await (const event of stream) if (take(event)) break;
  };
  try {
    const running = run();
    if (abortAt === 0) controller.abort("the reason");
    await running;
    return { data, end: "end", ...(response && { response }) };
  } catch (error) {
    const { code, phase } = error as Partial<Core.HeadraceError>;
    return { data, end: code ? [code, phase] : error, ...(response && { response }) };
  }
}

/** What a response has to say, by the `fetch` that we make of ours. */
export async function fetchInPage(url: string): Promise<string> {
  const { headrace } = globalThis as unknown as PageGlobals;
  const response = await headrace.createFetch(headrace.fetchTransport())(url);
  return response.text();
}

/** The data, the ID and the origin of the first message of our EventSource. */
export async function firstMessageInPage(url: string): Promise<string[]> {
  const { headrace } = globalThis as unknown as PageGlobals;
  const source = new headrace.EventSource(url, { transport: headrace.fetchTransport() });
  const message = await new Promise<MessageEvent>((resolve) => (source.onmessage = resolve));
  source.close();
  return [message.data, message.lastEventId, message.origin];
}
