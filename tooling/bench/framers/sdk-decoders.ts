import type { Frame, Framer } from "./framer.ts";
import { responseOf } from "./response-of.ts";

type Decode = (response: Response, controller: AbortController) => AsyncIterable<{ readonly data: string }>;

const over =
  (decode: Decode): Frame =>
  async (pieces, onEvent) => {
    for await (const { data } of decode(responseOf(pieces), new AbortController())) onEvent(data);
  };

/** The event stream decoders of the OpenAI and Anthropic SDKs, before any JSON is parsed. */
export const sdkDecoders: readonly Framer[] = [
  {
    name: "OpenAI SDK decoder",
    kind: "peer",
    npm: "openai",
    load: async () => over((await import("openai/core/streaming"))._iterSSEMessages),
  },
  {
    name: "Anthropic SDK decoder",
    kind: "peer",
    npm: "@anthropic-ai/sdk",
    load: async () => over((await import("@anthropic-ai/sdk/core/streaming"))._iterSSEMessages),
  },
];
