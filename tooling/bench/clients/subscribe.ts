import type { Client } from "./client.ts";
import { ourTransports } from "./our-transports.ts";

/** `subscribe` over undici, ended where it would connect again. */
export const subscribeClient: Client = {
  name: "subscribe, undici",
  kind: "ours",
  load: async () => {
    const { subscribe } = await import("@headrace/core");
    const transport = await ourTransports.undici();
    return async ({ url, onEvent }) => {
      const controller = new AbortController();
      const init = { transport, signal: controller.signal, onRetry: () => controller.abort() };
      try {
        for await (const { data } of subscribe(url, init)) onEvent(data);
      } catch (error) {
        if (!controller.signal.aborted) throw error;
      }
    };
  },
};
