import { once } from "node:events";
import type { Transform } from "node:stream";
import type { Framer } from "./framer.ts";

/** What undici's EventSource hands to its `push`. */
interface FramedEvent {
  readonly options: { readonly data: string };
}

type Constructor = new (options: { readonly push: (event: FramedEvent | null) => boolean }) => Transform;

/** The transform inside undici's EventSource. Its file is not part of undici's interface. */
export const undiciEventSourceStream: Framer = {
  name: "undici EventSourceStream",
  kind: "peer",
  npm: "undici",
  refuses: (workload, pieceSize) =>
    workload === "4m" && pieceSize < 32 ? "refuses a line of more than 131 072 pieces" : undefined,
  load: async () => {
    const { createRequire } = await import("node:module");
    const file = "undici/lib/web/eventsource/eventsource-stream.js";
    const { EventSourceStream } = createRequire(import.meta.url)(file) as { EventSourceStream: Constructor };
    return async (pieces, onEvent) => {
      const stream = new EventSourceStream({
        push: (event) => {
          if (event !== null) onEvent(event.options.data);
          return true;
        },
      });
      for (const piece of pieces) if (!stream.write(piece)) await once(stream, "drain");
      stream.end();
      await once(stream, "finish");
    };
  },
};
