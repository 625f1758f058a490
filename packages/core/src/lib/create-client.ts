import type { ServerSentEvent } from "./event-stream-parser.ts";
import type { CallInit, EventStreamInit } from "./event-stream-init.ts";
import { createHeaders, type HeadersSource } from "./create-headers.ts";
import type { SyncTransport } from "./exchange.ts";
import { type EventStreamSummary, forEachEvent, forEachEventSync } from "./for-each-event.ts";
import { type EventStream, openEventStream } from "./open-event-stream.ts";
import { request, requestSync, type WholeResponse } from "./request.ts";
import { subscribe, type Subscription } from "./subscribe/subscribe.ts";
import type { PerAttempt, SubscribeInit, SubscriptionAttempt } from "./subscribe/subscribe-init.ts";
import type { Transport } from "./transport.ts";

/** What a client fills in for each call: anything but what belongs to one request. */
export type ClientInit<T extends Transport = Transport> = Omit<
  EventStreamInit,
  "body" | "json" | "lastEventId" | "transport"
> & {
  transport: T;
};

/** A call's own options: what it gives replaces the client's, but `headers` and `timeouts` are merged name by name. */
export type ClientCallInit<I extends CallInit> = Omit<I, "transport"> & { transport?: Transport };

/** `SubscribeInit` as a call's own options. */
export type ClientSubscribeInit = Omit<SubscribeInit, "transport"> & { transport?: Transport };

/** The verbs of core with a client's options filled in. */
export interface Client {
  openEventStream(url: string | URL, init?: ClientCallInit<EventStreamInit>): Promise<EventStream>;
  forEachEvent(
    url: string | URL,
    init: ClientCallInit<EventStreamInit>,
    onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
  ): Promise<EventStreamSummary>;
  request(url: string | URL, init?: ClientCallInit<CallInit>): Promise<WholeResponse>;
  subscribe(url: PerAttempt<string | URL>, init?: ClientSubscribeInit): Subscription;
}

/** The blocking verbs, of a client whose transport can block, by type. */
export interface SyncClient extends Client {
  forEachEventSync(
    url: string | URL,
    init: Omit<EventStreamInit, "transport">,
    onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
  ): EventStreamSummary;
  requestSync(url: string | URL, init?: Omit<CallInit, "transport">): WholeResponse;
}

/** Makes a client: the same verbs with these options filled in. It holds nothing and needs no closing. */
export function createClient(defaults: ClientInit<SyncTransport>): SyncClient;
export function createClient(defaults: ClientInit): Client;
export function createClient(defaults: ClientInit): Client {
  const client: Client = {
    openEventStream: async (url, init = {}) => await openEventStream(url, merge(defaults, init)),
    forEachEvent: async (url, init, onEvent) => await forEachEvent(url, merge(defaults, init), onEvent),
    request: async (url, init = {}) => await request(url, merge(defaults, init)),
    subscribe: (url, init = {}) => subscribe(url, mergeSubscription(defaults, init)),
  };
  const { transport } = defaults;
  if (!canBlock(transport)) return client;
  const sync: Omit<SyncClient, keyof Client> = {
    forEachEventSync: (url, init, onEvent) => forEachEventSync(url, { ...merge(defaults, init), transport }, onEvent),
    requestSync: (url, init = {}) => requestSync(url, { ...merge(defaults, init), transport }),
  };
  return Object.assign(client, sync);
}

function canBlock(transport: Transport): transport is SyncTransport {
  return typeof transport?.sendSync === "function";
}

function merge<I extends ClientCallInit<EventStreamInit>>(defaults: ClientInit, init: I): I & { transport: Transport } {
  return { ...mergeOptions(defaults, init), headers: mergeHeaders(defaults.headers, init.headers) };
}

/** A subscription has attempts of its own; headers made anew are merged anew. */
function mergeSubscription(defaults: ClientInit, init: ClientSubscribeInit): SubscribeInit {
  const { attempts: _, ...shared } = defaults;
  const { headers } = init;
  const merged =
    typeof headers === "function"
      ? async (attempt: SubscriptionAttempt): Promise<Headers> => mergeHeaders(defaults.headers, await headers(attempt))
      : mergeHeaders(defaults.headers, headers);
  return { ...mergeOptions(shared, init), headers: merged };
}

function mergeHeaders(defaults: HeadersSource | undefined, given: HeadersSource | undefined): Headers {
  const headers = createHeaders(defaults, []);
  for (const [name, value] of createHeaders(given, [])) headers.set(name, value);
  return headers;
}

function mergeOptions<D extends Pick<ClientInit, "timeouts">, I extends Pick<ClientInit, "timeouts">>(
  defaults: D,
  init: I,
): D & I {
  const timeouts = { ...defaults.timeouts, ...given(init.timeouts ?? {}) };
  return { ...defaults, ...given(init), timeouts };
}

/** What is undefined is not given. */
function given<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}
