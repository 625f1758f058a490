import type { Client, Read } from "./client.ts";
import { ourTransports } from "./our-transports.ts";

/** What all EventSources have of the standard's interface. */
interface EventSourceLike {
  addEventListener(type: string, listener: (event: Event) => void): void;
  close(): void;
}

/** An EventSource, until it says that the connection is lost: there is no other sign of a stream's end. */
function until(create: (url: string) => EventSourceLike): Read {
  return ({ url, types, onEvent }) =>
    new Promise((resolve) => {
      const source = create(url);
      for (const type of types) source.addEventListener(type, (event) => onEvent((event as MessageEvent).data));
      source.addEventListener("error", () => {
        source.close();
        resolve();
      });
    });
}

/** The standard's EventSource: ours over undici, the one of npm, and undici's. */
export const eventSourceClients: readonly Client[] = [
  {
    name: "EventSource, undici",
    kind: "ours",
    load: async () => {
      const { EventSource } = await import("@headrace/event-source");
      const transport = await ourTransports.undici();
      return until((url) => new EventSource(url, { transport }));
    },
  },
  {
    name: "eventsource",
    kind: "peer",
    npm: "eventsource",
    load: async () => {
      const { EventSource } = await import("eventsource");
      return until((url) => new EventSource(url));
    },
  },
  {
    name: "undici EventSource",
    kind: "peer",
    npm: "undici",
    load: async () => {
      const { EventSource } = await import("undici");
      return until((url) => new EventSource(url));
    },
  },
];
