import type { Framer } from "./framer.ts";

/** The parser that most clients are built on; it takes text, so a streaming decoder stands before it. */
export const eventsourceParser: Framer = {
  name: "TextDecoder + eventsource-parser",
  kind: "peer",
  npm: "eventsource-parser",
  load: async () => {
    const { createParser } = await import("eventsource-parser");
    return (pieces, onEvent) => {
      const decoder = new TextDecoder();
      const parser = createParser({ onEvent: ({ data }) => onEvent(data) });
      for (const piece of pieces) parser.feed(decoder.decode(piece, { stream: true }));
      parser.feed(decoder.decode());
    };
  },
};
