import type { Client } from "./client.ts";
import { ourTransports } from "./our-transports.ts";

/** `for await` over `openEventStream` over each of our transports. */
export const forAwaitClients: readonly Client[] = Object.entries(ourTransports).map(([name, create]) => ({
  name: `for await, ${name}`,
  kind: "ours",
  load: async () => {
    const { openEventStream } = await import("@headrace/core");
    const transport = await create();
    return async ({ url, onEvent }) => {
      for await (const { data } of await openEventStream(url, { transport })) onEvent(data);
    };
  },
}));
