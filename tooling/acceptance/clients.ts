import {
  type EventStreamInit,
  forEachEvent,
  forEachEventSync,
  openEventStream,
  type ServerSentEvent,
} from "@headrace/core";
import type { NetworkOptions, Transport } from "@headrace/core/transport";
import { curlTransport } from "@headrace/transport-curl";
import { fetchTransport } from "@headrace/transport-fetch";
import { nodeTransport } from "@headrace/transport-node";
import { undiciTransport } from "@headrace/transport-undici";

/** One way to read a stream: a transport, and a verb. */
export interface Client {
  readonly name: string;
  readonly create: (options?: NetworkOptions) => Transport;
  /** Reads to the end; `onEvent` is called with each event. */
  readonly read: (url: string, init: EventStreamInit, onEvent?: (event: ServerSentEvent) => void) => Promise<void>;
}

async function iterate(
  url: string,
  init: EventStreamInit,
  onEvent: (event: ServerSentEvent) => void = () => {},
): Promise<void> {
  for await (const event of await openEventStream(url, init)) onEvent(event);
}

async function callBack(
  url: string,
  init: EventStreamInit,
  onEvent: (event: ServerSentEvent) => void = () => {},
): Promise<void> {
  await forEachEvent(url, init, onEvent);
}

async function block(
  url: string,
  init: EventStreamInit,
  onEvent: (event: ServerSentEvent) => void = () => {},
): Promise<void> {
  forEachEventSync(url, init as Parameters<typeof forEachEventSync>[1], onEvent);
}

/** Every transport, and the blocking call. */
export const clients: readonly Client[] = [
  { name: "curl", create: curlTransport, read: iterate },
  { name: "curl, blocking", create: curlTransport, read: block },
  { name: "undici", create: undiciTransport, read: callBack },
  { name: "node", create: nodeTransport, read: callBack },
  { name: "fetch", create: fetchTransport, read: iterate },
];
