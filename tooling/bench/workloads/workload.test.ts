import { expect, test } from "vitest";
import { randomOf } from "./random.ts";
import { shapes, workloadNames } from "./shapes.ts";
import { contentOf, cycleOf, eventTypesOf, streamOf } from "./workload.ts";

const textOf = (name: (typeof workloadNames)[number], length: number): string =>
  streamOf(name, length)
    .map(({ text }) => text)
    .join("");

test("equal seeds give equal numbers, within bounds, and different seeds others", () => {
  const take = (seed: number): number[] => {
    const random = randomOf(seed);
    return Array.from({ length: 100 }, () => random(10));
  };
  expect(take(7)).toEqual(take(7));
  expect(take(7)).not.toEqual(take(8));
  expect(new Set(take(7))).toEqual(new Set([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
});

test.for(workloadNames)("%s is made anew with the same text", (name) => {
  const [first] = cycleOf(name);
  expect(shapes[name].item(randomOf(0), 0)).toEqual(first);
});

test.for(workloadNames)("contentOf counts what streamOf makes of %s, beyond its period too", (name) => {
  const { period } = shapes[name];
  for (const length of [1, 2, 3, period, period + 1, 2 * period + 5]) {
    const items = streamOf(name, length);
    const events = items.flatMap(({ event }) => event ?? []);
    expect(items).toHaveLength(length);
    expect(contentOf(name, length)).toEqual({
      events: events.length,
      dataLength: events.reduce((total, { data }) => total + data.length, 0),
      lastCharacters: events.reduce((total, { data }) => total + (data.codePointAt(data.length - 1) ?? 0), 0),
      bytes: items.reduce((total, { text }) => total + Buffer.byteLength(text), 0),
    });
  }
});

test("contentOf leaves out what a reader leaves out, and measures strings alone", () => {
  const gives = ({ data }: { data: string }): unknown => (data === "[DONE]" ? undefined : {});
  expect(contentOf("openai", 10, gives)).toMatchObject({ events: 9, dataLength: 0, lastCharacters: 0 });
});

test("every stream ends with a blank line, and has the line ends of its vendor", () => {
  for (const name of workloadNames) expect(textOf(name, 3)).toMatch(/(\r\n\r\n|\n\n)$/);
  expect(textOf("gemini", 3).replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  const others = workloadNames.filter((name) => name !== "gemini");
  for (const name of others) expect(textOf(name, 3)).not.toContain("\r");
});

test("each workload has the shape that it is named for", () => {
  const [big] = streamOf("64k", 1);
  const [huge] = streamOf("4m", 1);
  expect([big?.text.length, huge?.text.length]).toEqual([65_536, 4_194_304]);
  expect(streamOf("openai", 3).at(-1)?.event?.data).toBe("[DONE]");
  expect(streamOf("openai", 1).at(-1)?.event?.data).toBe("[DONE]");
  expect(JSON.parse(streamOf("openai", 3)[0]?.event?.data ?? "")).toMatchObject({ object: "chat.completion.chunk" });
  expect(streamOf("tiny", 1)[0]?.text.length).toBe(9);
  expect(streamOf("comments", 5).every(({ text, event }) => text.startsWith(":") && event === undefined)).toBe(true);
  expect(Buffer.byteLength(textOf("cjk", 100)) / textOf("cjk", 100).length).toBeGreaterThan(2);
  expect(textOf("emoji", 10)).toMatch(/\p{Emoji_Presentation}{32}/u);
  expect(eventTypesOf("anthropic")).toEqual(["content_block_delta", "ping", "message_stop"]);
  expect(eventTypesOf("many-field")).toHaveLength(3);
});
