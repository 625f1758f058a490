import type { Client } from "./client.ts";

/** eventsource-client with its callback, ended where it would connect again. */
export const eventsourceClient: Client = {
  name: "eventsource-client",
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
};
