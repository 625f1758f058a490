import type { ServerSentEvent } from "./event-stream-parser.ts";
import type { CallInit, EventStreamInit } from "./event-stream-init.ts";
import { createHeaders } from "./create-headers.ts";
import type { SyncTransport } from "./exchange.ts";
import { type EventStreamSummary, forEachEvent, forEachEventSync } from "./for-each-event.ts";
import { type EventStream, openEventStream } from "./open-event-stream.ts";
import { request, requestSync, type WholeResponse } from "./request.ts";
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

/** The verbs of core with a client's options filled in. */
export interface Client {
  openEventStream(url: string | URL, init?: ClientCallInit<EventStreamInit>): Promise<EventStream>;
  forEachEvent(
    url: string | URL,
    init: ClientCallInit<EventStreamInit>,
    onEvent: (event: ServerSentEvent, stop: () => void) => unknown,
  ): Promise<EventStreamSummary>;
  request(url: string | URL, init?: ClientCallInit<CallInit>): Promise<WholeResponse>;
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
  const headers = createHeaders(defaults.headers, []);
  for (const [name, value] of createHeaders(init.headers, [])) headers.set(name, value);
  const given = Object.fromEntries(Object.entries(init).filter(([, value]) => value !== undefined)) as I;
  return { ...defaults, ...given, headers, timeouts: { ...defaults.timeouts, ...init.timeouts } };
}
