import type { Random } from "./random.ts";
import type { Shape, WorkloadItem } from "./workload.ts";

/** The workloads, each the shape of a stream that is met in the field or that hurts. */
export type WorkloadName =
  | "openai"
  | "anthropic"
  | "gemini"
  | "tiny"
  | "many-field"
  | "cjk"
  | "emoji"
  | "64k"
  | "4m"
  | "comments";

const words =
  " the| of| mill| wheel| turns|,| because| water| falls| and| every| channel| carries|.|\\n\\n| it| down".split("|");
const pick = <T>(from: readonly T[], random: Random): T => from[random(from.length)] as T;
const hex = (random: Random, length: number): string => Array.from({ length }, () => random(16).toString(16)).join("");
const characters = (random: Random, length: number, first: number, span: number): string =>
  Array.from({ length }, () => String.fromCodePoint(first + random(span))).join("");

/** The text and the event of lines `event: type` (where it is not `message`) and `data: …`. */
function message(data: string, type = "message", lineEnd = "\n"): WorkloadItem {
  const first = type === "message" ? "" : `event: ${type}${lineEnd}`;
  return { text: `${first}data: ${data}${lineEnd}${lineEnd}`, event: { type, data } };
}

function openaiChunk(delta: string, finish: string): string {
  const head = '{"id":"chatcmpl-B9sK2mVq71ZtLwYx40RhPdEuJcNfA","object":"chat.completion.chunk","created":1767225600,';
  return `${head}"model":"gpt-5-mini","system_fingerprint":"fp_5e3c09a1d7","choices":[{"index":0,"delta":${delta},"finish_reason":${finish}}]}`;
}

/** A delta of one word, and a ping now and then. */
function anthropicItem(random: Random, index: number): WorkloadItem {
  if (index % 64 === 63) return message('{"type": "ping"}', "ping");
  const delta = `{"type":"text_delta","text":"${pick(words, random)}"}`;
  return message(`{"type":"content_block_delta","index":0,"delta":${delta}}`, "content_block_delta");
}

/** Every field there is, one that is none, a comment, and data in several lines, not all with the space. */
function manyFieldItem(random: Random, index: number): WorkloadItem {
  const type = pick(["created", "updated", "removed"], random);
  const data = ["{", `"key":"${hex(random, 12)}",`, `"revision":${index},"by":"${pick(words, random)}"`, "}"];
  const [open, key, rest, close] = data;
  const lines = [`: ${hex(random, 8)}`, `id: ${index}-${hex(random, 8)}`, `event:${type}`, "retry: 3000"];
  const text = [
    ...lines,
    `trace: ${hex(random, 16)}`,
    `data:${open}`,
    `data: ${key}`,
    `data: ${rest}`,
    `data:${close}`,
  ];
  return { text: `${text.join("\n")}\n\n`, event: { type, data: data.join("\n") } };
}

/** One line of `length` bytes of ASCII, as images and audio come. */
function bigItem(random: Random, length: number): WorkloadItem {
  const piece = hex(random, 1024);
  const wrapper = '{"b64":""}';
  return message(
    `{"b64":"${piece.repeat(Math.ceil(length / 1024)).slice(wrapper.length + "data: \n\n".length, length)}"}`,
  );
}

function geminiItem(random: Random, index: number): WorkloadItem {
  const text = `${pick(words, random)}${pick(words, random)}${pick(words, random)}`;
  const candidates = `"candidates":[{"content":{"parts":[{"text":"${text}"}],"role":"model"},"index":0}]`;
  const usage = `"usageMetadata":{"promptTokenCount":12,"candidatesTokenCount":${index},"totalTokenCount":${12 + index}}`;
  return message(
    `{${candidates},${usage},"modelVersion":"gemini-3-flash","responseId":"pQ7wK9xU2c"}`,
    "message",
    "\r\n",
  );
}

/** How each workload looks. */
export const shapes: Readonly<Record<WorkloadName, Shape>> = {
  openai: {
    period: 4096,
    item: (random) => message(openaiChunk(`{"content":"${pick(words, random)}"}`, "null")),
    ending: [message(openaiChunk("{}", '"stop"')), message("[DONE]")],
  },
  anthropic: { period: 4096, item: anthropicItem, ending: [message('{"type":"message_stop"}', "message_stop")] },
  gemini: { period: 4096, item: geminiItem },
  tiny: { period: 4096, item: (random) => message(String(random(10))) },
  "many-field": { period: 4096, item: manyFieldItem },
  cjk: { period: 4096, item: (random) => message(`{"text":"${characters(random, 64, 0x4e00, 0x5000)}"}`) },
  emoji: { period: 4096, item: (random) => message(`{"text":"${characters(random, 32, 0x1f600, 0x50)}"}`) },
  "64k": { period: 16, item: (random) => bigItem(random, 65_536) },
  "4m": { period: 2, item: (random) => bigItem(random, 4 * 1024 * 1024) },
  comments: { period: 4096, item: (random) => ({ text: `: ping ${hex(random, 16)}\n\n` }) },
};

/** The names of all workloads, in the order of the tables. */
export const workloadNames: readonly WorkloadName[] = Object.keys(shapes) as WorkloadName[];
