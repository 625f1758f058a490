import type { Client } from "./client.ts";

/** The blocking call: it has the thread for itself, so there is one stream at a time. */
export const forEachEventSyncClient: Client = {
  name: "forEachEventSync, curl",
  kind: "ours",
  load: async () => {
    const { forEachEventSync } = await import("@headrace/core");
    const { curlTransport } = await import("@headrace/transport-curl");
    const transport = curlTransport();
    return async ({ url, onEvent }) => {
      forEachEventSync(url, { transport }, ({ data }) => onEvent(data));
    };
  },
};
