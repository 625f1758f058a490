import { formatEvent } from "@headrace/core/parser";

/** What the demo's server sends: a chat completion in OpenAI's shape, a word an event. */
export interface Completion {
  /** The words, joined. */
  readonly text: string;
  /** The data of each event, without the sentinel. */
  readonly data: readonly string[];
  /** The bytes of each event, the sentinel's last. */
  readonly events: readonly Uint8Array[];
  readonly byteLength: number;
}

/** What ends the stream. */
export const SENTINEL = "[DONE]";

const text =
  "A headrace is the channel that carries water to the mill wheel. This one carries server-sent events: " +
  "the same bytes, the same events and the same errors, whichever HTTP stack you choose – piece by piece, " +
  "even where a naïve reader would cut a “character” in two.";

/** Makes the completion. */
export function createCompletion(): Completion {
  const words = text.match(/\s*\S+/g) ?? [];
  const chunks = [
    chunk({ role: "assistant", content: "" }),
    ...words.map((content) => chunk({ content })),
    chunk({}, "stop"),
  ];
  const data = chunks.map((each) => JSON.stringify(each));
  const events = [...data, SENTINEL].map((each) => Buffer.from(formatEvent({ data: each })));
  return { text, data, events, byteLength: events.reduce((sum, { length }) => sum + length, 0) };
}

function chunk(delta: { role?: string; content?: string }, finishReason: string | null = null): unknown {
  return {
    id: "chatcmpl-headrace",
    object: "chat.completion.chunk",
    created: 1_764_000_000,
    model: "mill-wheel",
    choices: [{ index: 0, delta, finish_reason: finishReason }],
  };
}

/** The text that an event's data adds. */
export function deltaOf(data: string): string {
  const { choices } = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
  return choices[0]?.delta.content ?? "";
}
