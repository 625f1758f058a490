import type { Client } from "./client.ts";
import { ourTransports } from "./our-transports.ts";
import { secondLibcurl } from "./second-libcurl.ts";

/** `forEachEvent` over each of our transports, and over a second libcurl where there is one. */
export const forEachEventClients: readonly Client[] = Object.entries({ ...ourTransports, ...secondLibcurl() }).map(
  ([name, create]) => ({
    name: `forEachEvent, ${name}`,
    kind: "ours",
    load: async () => {
      const { forEachEvent } = await import("@headrace/core");
      const transport = await create();
      return async ({ url, onEvent }) => {
        await forEachEvent(url, { transport }, ({ data }) => onEvent(data));
      };
    },
  }),
);
