import type { Client } from "./client.ts";

/** eventsource-client, ended where it would connect again: with its callback, and with its iterator. */
export const eventsourceClients: readonly Client[] = [
  {
    name: "eventsource-client, callback",
    kind: "peer",
    npm: "eventsource-client",
    load: async () => {
      const { createEventSource } = await import("eventsource-client");
      return ({ url, onEvent }) =>
        new Promise((resolve) => {
          const source = createEventSource({
            url,
            onMessage: ({ data }) => onEvent(data),
            onScheduleReconnect: () => {
              source.close();
              resolve();
            },
          });
        });
    },
  },
  {
    name: "eventsource-client, for await",
    kind: "peer",
    npm: "eventsource-client",
    load: async () => {
      const { createEventSource } = await import("eventsource-client");
      return async ({ url, onEvent }) => {
        // closing drops what is queued: not before the loop has had its turn
        const source = createEventSource({ url, onScheduleReconnect: () => setImmediate(() => source.close()) });
        for await (const { data } of source) onEvent(data);
      };
    },
  },
];
