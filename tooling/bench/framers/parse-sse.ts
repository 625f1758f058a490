import type { Framer } from "./framer.ts";
import { responseOf } from "./response-of.ts";

/** A TransformStream of text into events, by way of a response, which is how it is used. */
export const parseSse: Framer = {
  name: "parse-sse",
  kind: "peer",
  npm: "parse-sse",
  refuses: (workload, pieceSize) =>
    workload === "4m" && pieceSize < 1024 ? "quadratic: searches the whole line again for each piece" : undefined,
  load: async () => {
    const { parseServerSentEvents } = await import("parse-sse");
    return async (pieces, onEvent) => {
      for await (const { data } of parseServerSentEvents(responseOf(pieces))) onEvent(data);
    };
  },
};
