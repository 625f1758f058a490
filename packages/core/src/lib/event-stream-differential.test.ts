import fc from "fast-check";
import { beforeAll, describe, expect, test, vi } from "vitest";
import { readEventStream, type StreamCall, type StreamOutcome } from "./event-stream-oracle.ts";
import type { createEventStreamParser } from "./event-stream-parser.ts";

/** What makes parsers fail, as byte strings; one character is one byte. */
const nasty = [
  ...Array.from("\r\n\r\n\n\0: :dt79"),
  "\r\n",
  "\n\n",
  "\r\r",
  "\r\n\r\n",
  "\n\r",
  "\xef\xbb\xbf",
  "\xef\xbb",
  "\xef",
  "data",
  "data:",
  "data: ",
  "data:  a",
  "event:",
  "event: x",
  "id",
  "id: 1",
  "id: \0",
  "retry: 10",
  "retry:",
  "retry",
  "retry:99999999999999999999",
  "retry: 1x",
  ":c",
  ": comment",
  "Data: no",
  " data: no",
  "datax: no",
  "dat",
  "data\xef\xbb\xbf:",
  "\xc3\xa9",
  "\xe7\xa7\x8b",
  "\xf0\x9f\x98\x80",
  "\xc3",
  "\xe7\xa7",
  "\xf0\x9f\x98",
  "\xed\xa0\x80",
  "\xf4\x90\x80\x80",
  "\xc0\x80",
  "\x80",
  "\xff",
  "\xe2\x80\xa8",
  "\xc2\x85",
  "\v\f\t",
];

const wholeEvents = [
  "data: one\n\n",
  "data:two\r\n\r\n",
  "id: 3\rdata: three\rdata: more\r\r",
  "event: e\ndata: \xc3\xa9\n\n",
];

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

const stream = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...nasty) },
      { weight: 2, arbitrary: fc.constantFrom(...wholeEvents) },
      { weight: 1, arbitrary: fc.integer({ min: 0, max: 255 }).map((byte) => String.fromCharCode(byte)) },
      { weight: 1, arbitrary: fc.integer({ min: 60, max: 90 }).map((length) => "z".repeat(length)) },
      { weight: 1, arbitrary: fc.integer({ min: 30, max: 50 }).map((length) => "\xe7\xa7\x8b".repeat(length)) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => latin1(parts.join("")));

/** A line longer than a piece that is joined to what is kept, and than what is kept as bytes. */
const longLine = fc
  .tuple(
    fc.constantFrom("data: ", "data:", "\xef\xbb\xbfdata: ", ": ", "event: ", "id:", "data"),
    fc.constantFrom(
      "z",
      "\xc3\xa9",
      "\xe7\xa7\x8b",
      "\xf0\x9f\x98\x80",
      "\x80",
      "\xf0\x9f",
      "z\xe7\xa7",
      "zz\xf0\x9f\x98",
    ),
    fc.integer({ min: 7000, max: 24_000 }),
    fc.constantFrom("", "\n", "\r", "\r\n", "\n\n", "\xe7", "\xe7\n"),
  )
  .map(([name, unit, length, end]) => latin1(name + unit.repeat(length / unit.length) + end));

/** That of the host in hand. */
let create: typeof createEventStreamParser;

/** Makes parsers as a host does that has these; it is looked up once, when bytes first come. */
async function useHost(Buffer: unknown, process: unknown): Promise<void> {
  vi.resetModules();
  create = (await import("./event-stream-parser.ts")).createEventStreamParser;
  vi.stubGlobal("Buffer", Buffer);
  vi.stubGlobal("process", process);
  create({ onEvent() {} }).push(Uint8Array.of(10));
  vi.unstubAllGlobals();
}

const unfinished = fc.constantFrom("discard" as const, "dispatch" as const);

interface Seen extends StreamOutcome {
  /** What `end` returned. */
  readonly wasUnfinished: boolean;
}

function observe(pieces: readonly Uint8Array[], end: "discard" | "dispatch", lastEventId?: string): Seen {
  const calls: StreamCall[] = [];
  const parser = create({
    onEvent: (event) => calls.push(["event", event, parser.bytesConsumed]),
    onComment: (comment) => calls.push(["comment", comment]),
    onReconnectionTime: (time) => calls.push(["reconnectionTime", time]),
    onLastEventId: (id) => calls.push(["lastEventId", id]),
    lastEventId,
  });
  for (const piece of pieces) {
    const lent = piece.slice();
    parser.push(lent);
    lent.fill(0xaa);
  }
  const { pending } = parser;
  const wasUnfinished = parser.end(end);
  return { calls, bytesConsumed: parser.bytesConsumed, pending, wasUnfinished };
}

function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const places = [
    0,
    ...positions.map((position) => position % (bytes.length + 1)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to));
}

const bytewise = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte));

/** fast-check prints seed and path of a failure and shrinks it; HEADRACE_SEED and HEADRACE_RUNS are for looking further. */
const env = process.env;
const runs = Number(env["HEADRACE_RUNS"] ?? 3000);
const longRuns = Math.ceil(runs / 10);
const parameters: fc.Parameters<unknown> = {
  numRuns: runs,
  ...(env["HEADRACE_SEED"] === undefined ? { seed: 20_261_122 } : { seed: Number(env["HEADRACE_SEED"]) }),
};

describe.each([
  ["Node's Buffer", Buffer, process],
  ["the Buffer of Node before 24", Buffer, { version: "v22.3.0" }],
  ["what every platform has", undefined, undefined],
])("over %s, the parser", (_name, Buffer, process) => {
  beforeAll(() => useHost(Buffer, process));

  test("agrees with the standard's algorithm on any stream, at any split", () => {
    fc.assert(
      fc.property(
        stream,
        unfinished,
        fc.array(fc.nat({ max: 999 }), { maxLength: 8 }),
        fc.constantFrom("", "before"),
        (bytes, end, cuts, id) => {
          const outcome = readEventStream(bytes, end, id);
          const expected: Seen = { ...outcome, wasUnfinished: outcome.pending !== undefined };
          expect(observe([bytes], end, id)).toEqual(expected);
          expect(observe(bytewise(bytes), end, id)).toEqual(expected);
          expect(observe(cut(bytes, cuts), end, id)).toEqual(expected);
        },
      ),
      parameters as fc.Parameters<[Uint8Array, "discard" | "dispatch", number[], string]>,
    );
  }, 60_000);

  test("agrees with it on streams longer than a piece, ASCII or not", () => {
    fc.assert(
      fc.property(
        stream,
        fc.constantFrom("z", "\xe7\xa7\x8b", "data: \xc3\xa9\n\n", "data: a\ndata: b\r\n\r\n"),
        fc.nat({ max: 65_540 }),
        (bytes, filler, at) => {
          const long = latin1(filler.repeat(Math.ceil(140_000 / filler.length)));
          long.set(bytes, at);
          const outcome = readEventStream(long, "dispatch");
          expect(observe([long], "dispatch").calls).toEqual(outcome.calls);
          expect(observe(cut(long, [at, at + 1, 65_536]), "dispatch").calls).toEqual(outcome.calls);
        },
      ),
      { seed: 7, numRuns: 12 },
    );
  }, 60_000);

  test("agrees with it on lines that are kept as text, at any split", () => {
    const run = (pieces: readonly Uint8Array[], maxEventSize: number): unknown[] => {
      const seen: unknown[] = [];
      const parser = create({ onEvent: (event) => seen.push(event, parser.bytesConsumed), maxEventSize });
      try {
        for (const piece of pieces) parser.push(piece);
        seen.push(parser.pending);
      } catch (error) {
        seen.push((error as { code: unknown }).code);
      }
      return seen;
    };
    fc.assert(
      fc.property(
        fc.tuple(stream, longLine, stream, fc.oneof(fc.constant(latin1("")), longLine)),
        fc.constantFrom(257, 1000, 1025, 5000, 8193, 16_384, 65_536),
        fc.array(fc.nat({ max: 99_999 }), { maxLength: 8 }),
        fc.integer({ min: 9000, max: 20_000 }),
        (parts, size, cuts, limit) => {
          const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
          const sized = cut(
            bytes,
            Array.from({ length: Math.floor(bytes.length / size) }, (_, i) => (i + 1) * size),
          );
          const expected = readEventStream(bytes, "dispatch", "");
          for (const pieces of [[bytes], sized, cut(bytes, cuts)]) {
            expect(observe(pieces, "dispatch", "")).toMatchObject(expected);
          }
          const limited = run([bytes], limit);
          for (const pieces of [sized, cut(bytes, cuts)]) expect(run(pieces, limit)).toEqual(limited);
        },
      ),
      { ...(parameters as fc.Parameters<[Uint8Array[], number, number[], number]>), numRuns: longRuns },
    );
  }, 60_000);

  test("draws the line of maxEventSize at the same byte at any split", () => {
    const run = (pieces: readonly Uint8Array[], maxEventSize: number): unknown[] => {
      const seen: unknown[] = [];
      const parser = create({
        onEvent: (event) => seen.push(event.data),
        onComment: (comment) => seen.push(comment),
        maxEventSize,
      });
      try {
        for (const piece of pieces) parser.push(piece);
      } catch (error) {
        seen.push((error as { code: unknown }).code);
      }
      return seen;
    };
    fc.assert(
      fc.property(
        stream,
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.nat({ max: 999 }), { maxLength: 8 }),
        (bytes, limit, cuts) => {
          const whole = run([bytes], limit);
          expect(run(bytewise(bytes), limit)).toEqual(whole);
          expect(run(cut(bytes, cuts), limit)).toEqual(whole);
        },
      ),
      { ...(parameters as fc.Parameters<[Uint8Array, number, number[]]>) },
    );
  }, 60_000);
});
