import type { Client } from "./client.ts";

/** launchdarkly-eventsource, over node:http, ended where it would connect again. */
export const launchdarklyEventsource: Client = {
  name: "launchdarkly-eventsource",
  kind: "peer",
  npm: "launchdarkly-eventsource",
  load: async () => {
    const { EventSource } = await import("launchdarkly-eventsource");
    return ({ url, types, onEvent }) =>
      new Promise((resolve) => {
        const source = new EventSource(url);
        for (const type of types) source.addEventListener(type, ({ data }) => onEvent(data));
        source.addEventListener("end", () => {
          source.close();
          resolve();
        });
      });
  },
};
