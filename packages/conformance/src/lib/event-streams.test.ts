import { createEventStreamParser } from "@headrace/core/parser";
import { describe, expect, test, vi } from "vitest";
import { eventStreams, type EventStreamCase, type EventStreamItem } from "./event-streams.ts";
import { splitsOf } from "./event-streams-splits.ts";

interface Heard {
  readonly items: readonly EventStreamItem[];
  readonly lastEventId: string;
  readonly pending: EventStreamCase["expected"]["pending"];
}

/** As a parser tells it: an id that comes with an event is told before it, too. */
function told(items: readonly EventStreamItem[]): EventStreamItem[] {
  return items.flatMap((item) =>
    item.data === undefined || item.id === undefined ? [item] : [{ lastEventId: item.id }, item],
  );
}

function hear(pieces: readonly Uint8Array[], unfinished: "discard" | "dispatch"): Heard {
  const items: EventStreamItem[] = [];
  let lastEventId = "";
  const parser = createEventStreamParser({
    onEvent: (event) => items.push(event),
    onComment: (comment) => items.push({ comment }),
    onReconnectionTime: (retry) => items.push({ retry }),
    onLastEventId: (id) => {
      lastEventId = id;
      items.push({ lastEventId });
    },
  });
  for (const piece of pieces) {
    parser.push(piece);
    piece.fill(0);
  }
  const { pending } = parser;
  expect(parser.end(unfinished)).toBe(pending !== undefined);
  return { items, lastEventId, pending };
}

test("there are at least 90 streams, with ids of their own", () => {
  expect(eventStreams.length).toBeGreaterThanOrEqual(90);
  expect(new Set(eventStreams.map(({ id }) => id)).size).toBe(eventStreams.length);
});

test("importing it reads no file; looking into it does", async () => {
  const readdirSync = vi.fn(() => []);
  vi.doMock("node:fs", () => ({ existsSync: () => true, readdirSync, readFileSync: vi.fn() }));
  vi.resetModules();
  const fresh = await import("./event-streams.ts");
  expect(readdirSync).not.toHaveBeenCalled();
  expect(fresh.eventStreams).toHaveLength(0);
  expect(readdirSync).toHaveBeenCalledOnce();
  vi.doUnmock("node:fs");
});

test("the corpus is an array that cannot be changed", () => {
  expect(Array.isArray(eventStreams)).toBe(true);
  expect(() => (eventStreams as EventStreamCase[]).pop()).toThrow(TypeError);
});

describe.each([...new Set(eventStreams.map(({ topic }) => topic))])("%s", (topic) => {
  const streams = eventStreams.filter((stream) => stream.topic === topic);
  test.each(streams.map((stream) => [stream.id, stream.title, stream] as const))("%s: %s", (_id, _title, stream) => {
    const { items, lastEventId, pending, dispatched } = stream.expected;
    for (const { name, pieces } of splitsOf(stream.bytes)) {
      expect(hear(pieces, "discard"), name).toEqual({ items: told(items), lastEventId, pending });
    }
    for (const { name, pieces } of splitsOf(stream.bytes)) {
      expect(hear(pieces, "dispatch"), `${name}, dispatched`).toMatchObject({
        items: told([...items, ...dispatched]),
        pending,
      });
    }
  });
});
