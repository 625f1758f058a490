import type { Client } from "./client.ts";

/** What a page of documentation would say: `fetch`, and two `pipeThrough`. */
export const fetchParserStream: Client = {
  name: "fetch + EventSourceParserStream",
  kind: "peer",
  npm: "eventsource-parser",
  load: async () => {
    const { EventSourceParserStream } = await import("eventsource-parser/stream");
    return async ({ url, onEvent }) => {
      const { body } = await fetch(url);
      const events = body?.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
      for await (const { data } of events ?? []) onEvent(data);
    };
  },
};
