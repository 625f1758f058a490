import type { Client } from "./client.ts";
import { ourTransports } from "./our-transports.ts";

/** `forEachEvent` over each of our transports. */
export const forEachEventClients: readonly Client[] = Object.entries(ourTransports).map(([name, create]) => ({
  name: `forEachEvent, ${name}`,
  kind: "ours",
  load: async () => {
    const { forEachEvent } = await import("@headrace/core");
    const transport = await create();
    return async ({ url, onEvent }) => {
      await forEachEvent(url, { transport }, ({ data }) => onEvent(data));
    };
  },
}));
