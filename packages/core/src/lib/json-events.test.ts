import { expect, expectTypeOf, test } from "vitest";
import { asHeadraceError } from "./headrace-error.ts";
import { type JsonEvent, jsonEvents, type StandardSchema } from "./json-events.ts";
import type { ServerSentEvent } from "./event-stream-parser.ts";

const event = (data: string, type = "message"): ServerSentEvent => ({ type, data, lastEventId: "7", id: undefined });

async function* streamOf(...events: ServerSentEvent[]): AsyncGenerator<ServerSentEvent> {
  yield* events;
}

/** Accepts objects whose `key` is a string, and gives its length. */
function lengthOf(key: string, wait = false): StandardSchema<number> {
  const validate = (value: unknown) => {
    const found = (value as Record<string, unknown> | null)?.[key];
    return typeof found === "string" ? { value: found.length } : { issues: [{ message: `no ${key}`, path: [key] }] };
  };
  return { "~standard": { version: 1, vendor: "test", validate: wait ? async (value) => validate(value) : validate } };
}

async function collect<T>(events: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const it of events) all.push(it);
  return all;
}

test("without a schema: parsed, of unknown type", async () => {
  const events = jsonEvents(streamOf(event('{"a":[1]}', "x")));
  expectTypeOf(events).toExtend<AsyncIterable<JsonEvent<unknown>>>();
  expect(await collect(events)).toEqual([{ type: "x", data: { a: [1] }, lastEventId: "7", id: undefined }]);
});

test.each([false, true])("one schema for all (asynchronous: %s)", async (wait) => {
  const events = jsonEvents(streamOf(event('{"text":"abc"}')), lengthOf("text", wait));
  expectTypeOf(events).toExtend<AsyncIterable<JsonEvent<number>>>();
  expect((await collect(events)).map(({ data }) => data)).toEqual([3]);
});

test("one schema for each type: others are passed over, even where they are not JSON", async () => {
  const schemas = { delta: lengthOf("text"), stop: lengthOf("why") };
  const events = jsonEvents(
    streamOf(event("ping", "ping"), event('{"text":"abc"}', "delta"), event('{"why":"x"}', "stop")),
    schemas,
  );
  expectTypeOf(events).toExtend<AsyncIterable<{ type: "delta" | "stop"; data: number }>>();
  expect((await collect(events)).map(({ type, data }) => [type, data])).toEqual([
    ["delta", 3],
    ["stop", 1],
  ]);
});

test("a type that objects have by themselves is no schema's", async () => {
  const events = jsonEvents(streamOf(event("1", "constructor"), event('{"text":"a"}', "delta")), {
    delta: lengthOf("text"),
  });
  expect(await collect(events)).toHaveLength(1);
});

test.each(["{", "", "[DONE]"])("%j is invalid-data, with the event", async (data) => {
  const error = await collect(jsonEvents(streamOf(event("1"), event(data)))).catch((reason: unknown) =>
    asHeadraceError(reason, "invalid-data"),
  );
  expect(error).toMatchObject({ event: { data }, eventsDelivered: 1, lastEventId: "7" });
});

test("the message for [DONE] names the way out", async () => {
  await expect(collect(jsonEvents(streamOf(event("[DONE]"))))).rejects.toThrow('terminal: "[DONE]"');
});

test("what a schema refuses is invalid-data, with its issues", async () => {
  const events = streamOf(event('{"text":"abc"}'), event("{}"));
  await expect(collect(jsonEvents(events, lengthOf("text")))).rejects.toMatchObject({
    code: "invalid-data",
    eventsDelivered: 1,
    message: expect.stringContaining("no text") as string,
  });
});

test("leaving the loop ends the stream beneath", async () => {
  let ended = false;
  async function* endless(): AsyncGenerator<ServerSentEvent> {
    try {
      for (;;) yield event("1");
    } finally {
      ended = true;
    }
  }
  for await (const _ of jsonEvents(endless())) break;
  expect(ended).toBe(true);
});
