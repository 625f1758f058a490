import type { Framer } from "./framer.ts";

/** The floor for whoever decodes with a streaming TextDecoder: text, and no event. */
export const decodeOnly: Framer = {
  name: "TextDecoder alone",
  kind: "floor",
  gives: () => undefined,
  load: async () => (pieces) => {
    const decoder = new TextDecoder();
    for (const piece of pieces) decoder.decode(piece, { stream: true });
    decoder.decode();
  },
};
