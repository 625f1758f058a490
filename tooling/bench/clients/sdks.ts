import { madeFor } from "../contestant.ts";
import type { WorkloadEvent } from "../workloads/workload.ts";
import type { Client } from "./client.ts";

const origin = (url: string): string => new URL(url).origin;
const query = (url: string): Record<string, string> => Object.fromEntries(new URL(url).searchParams);
const messages = [{ role: "user" as const, content: "go" }];
const options = { apiKey: "none", maxRetries: 0 };

const parsed = ({ data }: WorkloadEvent): unknown => (data === "[DONE]" ? undefined : JSON.parse(data));
const withoutPings = ({ type, data }: WorkloadEvent): unknown => (type === "ping" ? undefined : JSON.parse(data));
const text = (event: WorkloadEvent): unknown => {
  const chunk = parsed(event) as
    | { readonly choices: readonly { readonly delta: { readonly content?: string } }[] }
    | undefined;
  return chunk?.choices[0]?.delta.content;
};

/** The vendors' SDKs, as their users stream: JSON parsed, of the events that are the vendor's. */
export const sdkClients: readonly Client[] = [
  {
    name: "openai",
    kind: "peer",
    npm: "openai",
    refuses: madeFor("openai"),
    gives: parsed,
    load: async () => {
      const { OpenAI } = await import("openai");
      return async ({ url, onEvent }) => {
        const client = new OpenAI({ ...options, baseURL: `${origin(url)}/openai`, defaultQuery: query(url) });
        for await (const chunk of await client.chat.completions.create({ model: "m", stream: true, messages }))
          onEvent(chunk);
      };
    },
  },
  {
    name: "@anthropic-ai/sdk",
    kind: "peer",
    npm: "@anthropic-ai/sdk",
    refuses: madeFor("anthropic"),
    gives: withoutPings,
    load: async () => {
      const { Anthropic } = await import("@anthropic-ai/sdk");
      return async ({ url, onEvent }) => {
        const client = new Anthropic({ ...options, baseURL: `${origin(url)}/anthropic`, defaultQuery: query(url) });
        const request = { model: "m", max_tokens: 1, stream: true as const, messages };
        for await (const event of await client.messages.create(request)) onEvent(event);
      };
    },
  },
  {
    name: "ai",
    kind: "peer",
    npm: "ai",
    refuses: madeFor("openai"),
    gives: text,
    load: async () => {
      const { streamText } = await import("ai");
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      return async ({ url, onEvent }) => {
        const provider = createOpenAICompatible({
          name: "x",
          baseURL: `${origin(url)}/openai`,
          queryParams: query(url),
        });
        const { textStream } = streamText({ model: provider("m"), prompt: "go", maxRetries: 0 });
        for await (const delta of textStream) onEvent(delta);
      };
    },
  },
];
