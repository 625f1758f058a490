import { allClients } from "./all-clients.ts";
import type { Client } from "./client.ts";

const names = new Set([
  "for await, undici",
  "EventSource, undici",
  "eventsource",
  "eventsource-client, callback",
  "eventsource-client, for await",
  "undici EventSource",
  "raw socket",
  "undici request, bytes",
  "fetch, bytes",
  "curl transport, bytes",
]);

/** Who is asked where there is not the time to ask everybody: our fast path on every stack, and what people come from. */
export const headliners: readonly Client[] = allClients.filter(
  ({ name }) => name.startsWith("forEachEvent,") || names.has(name),
);

/** Fewer still, where one sample takes seconds. */
export const frontRunners: readonly Client[] = headliners.filter(
  ({ name }) =>
    name.startsWith("forEachEvent,") ||
    ["eventsource-client, callback", "undici request, bytes", "fetch, bytes", "curl transport, bytes"].includes(name),
);
