import type { Client } from "./client.ts";
import { eventSourceClients } from "./event-source.ts";
import { eventsourceClients } from "./eventsource-client.ts";
import { fetchEventSourceClient } from "./fetch-event-source.ts";
import { fetchParserStream } from "./fetch-parser-stream.ts";
import { floorClients } from "./floors.ts";
import { forAwaitClients } from "./for-await.ts";
import { forEachEventClients } from "./for-each-event.ts";
import { forEachEventSyncClient } from "./for-each-event-sync.ts";
import { launchdarklyEventsource } from "./launchdarkly-eventsource.ts";
import { sdkClients } from "./sdks.ts";
import { subscribeClient } from "./subscribe.ts";

/** Every client, ours first, the floors last. */
export const allClients: readonly Client[] = [
  ...forEachEventClients,
  ...forAwaitClients,
  forEachEventSyncClient,
  subscribeClient,
  ...eventSourceClients,
  ...eventsourceClients,
  launchdarklyEventsource,
  fetchParserStream,
  fetchEventSourceClient,
  ...sdkClients,
  ...floorClients,
];
