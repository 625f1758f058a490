import { afterEach, describe, expect, test, vi } from "vitest";
import { createEventStreamParser, type EventStreamParser, type ServerSentEvent } from "./event-stream-parser.ts";

const encoder = new TextEncoder();
const bytes = (text: string): Uint8Array => encoder.encode(text);

function collect(options: { maxEventSize?: number } = {}): { events: string[]; parser: EventStreamParser } {
  const events: string[] = [];
  return { events, parser: createEventStreamParser({ ...options, onEvent: ({ data }) => events.push(data) }) };
}

const tooLarge = expect.objectContaining({ name: "HeadraceError", code: "too-large", phase: "body" });
const invalidArgument = expect.objectContaining({
  name: "HeadraceError",
  code: "invalid-argument",
  phase: "arguments",
});

test("an event is a plain object with type, data, lastEventId and id", () => {
  const events: ServerSentEvent[] = [];
  const parser = createEventStreamParser({ onEvent: (event) => events.push(event), lastEventId: "before" });
  parser.push(bytes("data: one\n\nevent: two\nid: 2\ndata: 2\n\n"));
  expect(events).toStrictEqual([
    { type: "message", data: "one", lastEventId: "before", id: undefined },
    { type: "two", data: "2", lastEventId: "2", id: "2" },
  ]);
});

test("callbacks come in the order of the stream", () => {
  const calls: unknown[] = [];
  const parser = createEventStreamParser({
    onEvent: ({ data }) => calls.push(data),
    onComment: (comment) => calls.push({ comment }),
    onReconnectionTime: (retry) => calls.push({ retry }),
    onLastEventId: (id) => calls.push({ id }),
  });
  parser.push(bytes(": a\nretry: 5\nid: 1\n: b\ndata: c\n\nid: 2\n\n: d\n"));
  expect(calls).toEqual([
    { comment: "a" },
    { retry: 5 },
    { comment: "b" },
    { id: "1" },
    "c",
    { id: "2" },
    { comment: "d" },
  ]);
});

test("the bytes are only lent", () => {
  const { events, parser } = collect();
  for (const piece of ["data: one\ndata: t", "wo\n\ndata: three\nid: 1\n", "\n"]) {
    const lent = bytes(piece);
    parser.push(lent);
    lent.fill(0x21);
  }
  expect(events).toEqual(["one\ntwo", "three"]);
});

test("a Buffer, a view into one, and any byte array of another realm are bytes", () => {
  const { events, parser } = collect();
  parser.push(Buffer.from("data: one\n\n"));
  parser.push(bytes("xxdata: two\n\nxx").subarray(2, 13));
  parser.push(new Uint8ClampedArray(bytes("data: three\n\n")) as unknown as Uint8Array);
  expect(events).toEqual(["one", "two", "three"]);
});

test.each<[string, unknown]>([
  ["a string", "data: one\n\n"],
  ["an ArrayBuffer", new ArrayBuffer(4)],
  ["words", new Uint16Array(4)],
  ["nothing", undefined],
])("push refuses %s", (_name, value) => {
  const { parser } = collect();
  expect(() => parser.push(value as Uint8Array)).toThrow(invalidArgument);
});

test.each([undefined, null, {}, { onEvent: "print" }, { onEvent() {}, lastEventId: 5 }])(
  "a parser refuses %o",
  (init) => {
    expect(() => createEventStreamParser(init as never)).toThrow(invalidArgument);
  },
);

test.each([undefined, "", "drop"])("end refuses %s, and the stream goes on", (unfinished) => {
  const { events, parser } = collect();
  parser.push(bytes("data: one"));
  expect(() => parser.end(unfinished as never)).toThrow(invalidArgument);
  parser.push(bytes("\n\n"));
  expect(events).toEqual(["one"]);
});

test.each([0, -1, 1.5, Number.NaN, "16" as unknown as number])("maxEventSize refuses %s", (maxEventSize) => {
  expect(() => createEventStreamParser({ onEvent() {}, maxEventSize })).toThrow(invalidArgument);
});

describe("bytesConsumed", () => {
  test("counts to the end of the last event, blank line and byte order mark included", () => {
    const { parser } = collect();
    expect(parser.bytesConsumed).toBe(0);
    parser.push(bytes("\uFEFFdata: é\n\n: comment\n\ndata: x"));
    expect(parser.bytesConsumed).toBe(3 + 10);
    parser.push(bytes("\n\n"));
    expect(parser.bytesConsumed).toBe(3 + 10 + 11 + 9);
  });

  test("counts the LF of a CR LF once it has come", () => {
    const { parser } = collect();
    parser.push(bytes("data: x\r\n\r"));
    expect(parser.bytesConsumed).toBe(10);
    parser.push(bytes("\n"));
    expect(parser.bytesConsumed).toBe(11);
    parser.push(bytes("\n"));
    expect(parser.bytesConsumed).toBe(11);
  });

  test("does not count the LF that ends a line in many pieces for that of a CR before it", () => {
    const line = bytes(`data: ${"y".repeat(4794)}`);
    for (let length = 4000; length <= line.length; length += 40) {
      const { events, parser } = collect();
      parser.push(bytes("data: x\r\r"));
      for (let i = 0; i < length; i += 40) parser.push(line.subarray(i, i + 40));
      parser.push(bytes("\n"));
      expect(parser.bytesConsumed).toBe(9);
      parser.push(bytes("\n"));
      expect(events.map((data) => data.length)).toEqual([1, length - 6]);
      expect(parser.bytesConsumed).toBe(9 + length + 2);
    }
  });

  test("is known inside the callback, at any split", () => {
    const stream = bytes("data: é秋\r\n\r\ndata: b\n\ndata: 😀\r\rdata: d\n\n");
    const offsets = (size: number): number[] => {
      const seen: number[] = [];
      const parser = createEventStreamParser({ onEvent: () => seen.push(parser.bytesConsumed) });
      for (let i = 0; i < stream.length; i += size) parser.push(stream.subarray(i, i + size));
      return seen;
    };
    const whole = offsets(stream.length);
    expect(whole).toEqual([14, 24, 36, 45]);
    for (let size = 1; size < stream.length; size++) expect(offsets(size)).toEqual(whole);
  });

  test("counts past 4 GiB", () => {
    const { parser } = collect();
    const piece = bytes(`: ${"x".repeat(2 ** 16 - 3)}\n`);
    for (let i = 0; i < 2 ** 16; i++) parser.push(piece);
    parser.push(bytes("data: x\n\n"));
    expect(parser.bytesConsumed).toBe(2 ** 32 + 9);
  });
});

describe("the end", () => {
  test("tells whether an event was unfinished, once", () => {
    const { events, parser } = collect();
    parser.push(bytes("data: one\n\ndata: two"));
    expect(parser.pending).toEqual({ data: "two", lineEnded: false });
    expect(parser.end("dispatch")).toBe(true);
    expect(parser.pending).toBeUndefined();
    expect(parser.end("dispatch")).toBe(false);
    expect(events).toEqual(["one", "two"]);
    expect(parser.bytesConsumed).toBe(20);
  });

  test("is the same for both where nothing is pending", () => {
    for (const unfinished of ["discard", "dispatch"] as const) {
      const calls: unknown[] = [];
      const parser = createEventStreamParser({
        onEvent: (event) => calls.push(event),
        onLastEventId: (id) => calls.push(id),
        onComment: (comment) => calls.push(comment),
      });
      parser.push(bytes("id: 1\n: cut"));
      expect(parser.end(unfinished)).toBe(false);
      expect(calls).toEqual([]);
    }
  });

  test("leaves a parser that takes nothing before a reset", () => {
    const { events, parser } = collect();
    parser.push(bytes("data: one"));
    parser.end("discard");
    expect(() => parser.push(bytes("\n\n"))).toThrow(invalidArgument);
    parser.reset();
    parser.push(bytes("\uFEFFdata: two\n\n"));
    expect(events).toEqual(["two"]);
    expect(parser.bytesConsumed).toBe(14);
  });
});

test("reset forgets all but the options", () => {
  const events: ServerSentEvent[] = [];
  const parser = createEventStreamParser({ onEvent: (event) => events.push(event), lastEventId: "first" });
  parser.push(bytes("id: 1\ndata: one\n\nevent: x\nid: 2\ndata: two\ndata: cut\r"));
  parser.reset();
  parser.push(bytes("\ndata: three\n\n"));
  expect(events[1]).toEqual({ type: "message", data: "three", lastEventId: "first", id: undefined });
  expect(parser.bytesConsumed).toBe(14);
});

describe("a callback that throws", () => {
  const failure = new Error("from the callback");

  test.each([
    ["onEvent", "data: bad\n\n"],
    ["onEvent", "data: bad\r\r"],
    ["onEvent", "data: bad\ndata: bad\n\n"],
    ["onComment", ": bad\n"],
    ["onReconnectionTime", "retry: 1\n"],
    ["onLastEventId", "id: bad\n\n"],
  ])("%s: its value comes out of push, the rest of the bytes is dropped (%j)", (name, bad) => {
    for (const lead of ["", bad.slice(0, 3)]) {
      const events: string[] = [];
      const parser = createEventStreamParser({
        onEvent: ({ data }) => events.push(data),
        [name]: (value: unknown) => {
          if (name !== "onEvent") throw failure;
          const { data } = value as ServerSentEvent;
          if (data.startsWith("bad")) throw failure;
          events.push(data);
        },
      });
      parser.push(bytes(`data: one\n\n${lead}`));
      expect(() => parser.push(bytes(`${bad.slice(lead.length)}data: dropped\n\ndata: dropped`))).toThrow(failure);
      parser.push(bytes("data: two\n\n"));
      expect(events).toEqual(["one", "two"]);
    }
  });

  test("bytesConsumed counts the event it threw for, and the bytes dropped", () => {
    let fail = true;
    const parser = createEventStreamParser({
      onEvent() {
        if (fail) throw failure;
      },
    });
    expect(() => parser.push(bytes("data: é\n\ndata: dropped\n\n"))).toThrow(failure);
    expect(parser.bytesConsumed).toBe(10);
    fail = false;
    parser.push(bytes("data: a\n\n"));
    expect(parser.bytesConsumed).toBe(10 + 15 + 9);
  });

  test("bytesConsumed stays with the last event where a later line throws", () => {
    const parser = createEventStreamParser({
      onEvent() {},
      onComment(comment) {
        if (comment === "bad") throw failure;
      },
    });
    expect(() => parser.push(bytes("data: é\n\n: é\ndata: b\n: bad\n"))).toThrow(failure);
    expect(parser.bytesConsumed).toBe(10);
  });

  test("end ends all the same", () => {
    const parser = createEventStreamParser({
      onEvent() {
        throw failure;
      },
    });
    parser.push(bytes("data: a"));
    expect(() => parser.end("dispatch")).toThrow(failure);
    expect(parser.end("dispatch")).toBe(false);
  });
});

test.each(["push", "end", "reset"] as const)("%s from inside a callback throws", (verb) => {
  const errors: unknown[] = [];
  const parser = createEventStreamParser({
    onEvent() {
      try {
        if (verb === "push") parser.push(bytes("data: b\n\n"));
        else if (verb === "end") parser.end("discard");
        else parser.reset();
      } catch (error) {
        errors.push(error);
      }
    },
  });
  parser.push(bytes("data: a\n\ndata: c\n\n"));
  expect(errors).toEqual([invalidArgument, invalidArgument]);
});

describe("maxEventSize", () => {
  const size = 1000;
  const event = (length: number): string => `data: ${"x".repeat(length - 6)}`;

  test.each([1, 7, 999, 5000])("in pieces of %d: an event of the limit passes, one byte more fails", (piece) => {
    const feed = (text: string): string[] => {
      const { events, parser } = collect({ maxEventSize: size });
      const all = bytes(text);
      for (let i = 0; i < all.length; i += piece) parser.push(all.subarray(i, i + piece));
      return events;
    };
    expect(feed(`${event(size)}\n\n${event(size)}\r\n\r\n`)).toHaveLength(2);
    expect(() => feed(`${event(size + 1)}\n\n`)).toThrow(tooLarge);
    expect(feed(`data: one\n${event(size - 10)}\n\n`)).toHaveLength(1);
    expect(() => feed(`data: one\n${event(size - 9)}\n\n`)).toThrow(tooLarge);
    expect(() => feed(`data: one\n${": between\n".repeat(120)}data: two\n\n`)).toThrow(tooLarge);
    expect(feed(`${": before\n".repeat(1200)}data: two\n\n`)).toHaveLength(1);
    expect(() => feed(`: ${"x".repeat(size)}\n`)).toThrow(tooLarge);
  });

  test("fails while bytes accumulate, after the events before; then takes nothing before a reset", () => {
    const { events, parser } = collect({ maxEventSize: size });
    expect(() => parser.push(bytes(`data: one\n\n${event(size + 1)}`))).toThrow(tooLarge);
    expect(events).toEqual(["one"]);
    expect(() => parser.push(bytes("\n\n"))).toThrow(invalidArgument);
    expect(parser.end("dispatch")).toBe(false);
    parser.reset();
    parser.push(bytes("data: two\n\n"));
    expect(events).toEqual(["one", "two"]);
  });

  test("is 16 MiB", () => {
    const { events, parser } = collect();
    const piece = bytes(event(2 ** 16).replace("data:", "dataa"));
    parser.push(bytes("data:\n"));
    for (let i = 6; i + piece.length <= 2 ** 24; i += piece.length) parser.push(piece);
    expect(() => parser.push(piece)).toThrow(tooLarge);
    expect(events).toEqual([]);
  });

  test("may be off", () => {
    const { events, parser } = collect({ maxEventSize: Number.POSITIVE_INFINITY });
    parser.push(bytes("data: "));
    const piece = new Uint8Array(2 ** 22).fill(0x78);
    for (let i = 0; i < 5; i++) parser.push(piece);
    parser.push(bytes("\n\n"));
    expect(events.map(({ length }) => length)).toEqual([5 * 2 ** 22]);
  });
});

describe("work is linear", () => {
  /** Fails where a quadratic parser would take minutes. A linear one takes well under a second. */
  function feed(parser: EventStreamParser, stream: Uint8Array, size: number): void {
    const deadline = performance.now() + 15_000;
    for (let i = 0, n = 0; i < stream.length; i += size, n++) {
      parser.push(stream.subarray(i, i + size));
      if (n % 1024 === 0 && performance.now() > deadline)
        throw new Error(`only ${i} of ${stream.length} bytes in 15 s`);
    }
  }

  test.each([
    ["one event of 16 MiB, a byte a push", bytes(`data: ${"x".repeat(2 ** 24 - 6)}\n\n`), 1, 1],
    ["one event of 16 MiB, 100 bytes a push", bytes(`data: ${"é".repeat(2 ** 23 - 3)}\n\n`), 100, 1],
    ["one event of many lines", bytes(`${"data: x\n".repeat(2 ** 20)}\n`), 7, 1],
    ["one event of many empty lines, whole", bytes(`${"data\n".repeat(2 ** 20)}\n`), 2 ** 23, 1],
    ["lines that CR ends", bytes("data\r\r".repeat(2 ** 19)), 2 ** 22, 2 ** 19],
    ["lines that LF ends, a CR far off", bytes(`${"data\n\n".repeat(2 ** 19)}\r`), 2 ** 22, 2 ** 19],
    ["short lines of other text", bytes("data:é\n\n".repeat(2 ** 18)), 2 ** 22, 2 ** 18],
    ["fields without a colon", bytes(`${"x\n".repeat(2 ** 21)}data\n\n`), 2 ** 22, 1],
  ])("%s", { timeout: 30_000 }, (_name, stream, size, count) => {
    const { events, parser } = collect();
    feed(parser, stream, size);
    expect(events).toHaveLength(count);
  });
});

describe("hosts", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  /** A byte order mark, cut sequences at line ends and at the end, and a line longer than a short run. */
  const stream = Uint8Array.from(
    `\xEF\xBB\xBFdata: \xC3\xA9\xE7\xA7\r\n\r\ndata: \xE7\xA7\x8B ${"long ".repeat(40)}\xF0\x9F\n\ndata\xFF: no\ndata: \xE7\xA7`,
    (character) => character.charCodeAt(0),
  );
  const broken = { utf8Slice: () => "?", indexOf: () => 13 };
  const throwing = {
    ...broken,
    utf8Slice() {
      throw new Error("not this kind");
    },
  };

  test.each([
    ["no Buffer", undefined, process],
    ["a Buffer of another kind", { prototype: {} }, process],
    ["a Buffer that decodes otherwise", { prototype: broken }, process],
    ["a Buffer that throws", { prototype: throwing }, process],
    ["Node's Buffer", Buffer, process],
    ["an older Node's Buffer", Buffer, { version: "v22.3.0" }],
  ])("%s", async (_name, buffer, process) => {
    vi.resetModules();
    const fresh = await import("./event-stream-parser.ts");
    const events: string[] = [];
    const parser = fresh.createEventStreamParser({ onEvent: ({ data }) => events.push(data) });
    vi.stubGlobal("Buffer", buffer);
    vi.stubGlobal("process", process);
    // The host is looked up once, when bytes first come.
    parser.push(bytes("data: \n\n"));
    vi.unstubAllGlobals();
    for (let size = 1; size <= stream.length; size++) {
      events.length = 0;
      parser.reset();
      for (let i = 0; i < stream.length; i += size) parser.push(stream.subarray(i, i + size));
      parser.end("dispatch");
      expect(events).toEqual(["é\uFFFD", `秋 ${"long ".repeat(40)}\uFFFD`, "\uFFFD"]);
    }
  });
});
