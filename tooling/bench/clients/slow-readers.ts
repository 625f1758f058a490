import { setImmediate as turn } from "node:timers/promises";
import type { Client } from "./client.ts";
import { ourTransports } from "./our-transports.ts";

/** After so many events a slow reader lets the event loop turn before it takes the next. */
const between = 256;

const transports = Object.entries(ourTransports);

/** Our verbs with a consumer that is slower than the source, so that every transport must hold it back. */
export const slowReaders: readonly Client[] = [
  ...transports.map(([name, create]): Client => ({
    name: `forEachEvent, ${name}, slowly`,
    kind: "ours",
    load: async () => {
      const { forEachEvent } = await import("@headrace/core");
      const transport = await create();
      return async ({ url, onEvent }) => {
        let count = 0;
        await forEachEvent(url, { transport }, ({ data }) => {
          onEvent(data);
          count += 1;
          return count % between === 0 ? turn() : undefined;
        });
      };
    },
  })),
  ...transports.map(([name, create]): Client => ({
    name: `for await, ${name}, slowly`,
    kind: "ours",
    load: async () => {
      const { openEventStream } = await import("@headrace/core");
      const transport = await create();
      return async ({ url, onEvent }) => {
        let count = 0;
        for await (const { data } of await openEventStream(url, { transport })) {
          onEvent(data);
          count += 1;
          if (count % between === 0) await turn();
        }
      };
    },
  })),
];
