import type { Client } from "./client.ts";

/** fetch-event-source as on a page that is always open; it wants a browser's `window` and `document`. */
export const fetchEventSourceClient: Client = {
  name: "fetch-event-source",
  kind: "peer",
  npm: "@microsoft/fetch-event-source",
  refuses: (workload) => (workload === "comments" ? "calls back for each comment, as if it were an event" : undefined),
  load: async () => {
    const document = { addEventListener: () => {}, removeEventListener: () => {}, hidden: false };
    Object.assign(globalThis, { window: globalThis, document });
    const { fetchEventSource } = await import("@microsoft/fetch-event-source/lib/cjs/index.js");
    return async ({ url, onEvent }) => {
      await fetchEventSource(url, { openWhenHidden: true, fetch, onmessage: ({ data }) => onEvent(data) });
    };
  },
};
