import { expect, test } from "vitest";
import { eventStreams, type EventStreamCase } from "./event-streams.ts";
import { type Flaw, FlawedParser, flaws } from "./event-streams-mutants.ts";
import { splitsOf } from "./event-streams-splits.ts";

/** The first split of the stream at which the parser is wrong, if there is one. */
function wrongAt(stream: EventStreamCase, flaw?: Flaw): string | undefined {
  for (const { name, pieces } of splitsOf(stream.bytes)) {
    const parser = new FlawedParser(flaw);
    try {
      for (const piece of pieces) parser.push(piece);
      parser.end();
      expect(parser.items).toEqual(stream.expected.items);
      expect(parser.lastEventId).toBe(stream.expected.lastEventId);
    } catch {
      return name;
    }
  }
  return undefined;
}

test("a parser without a flaw passes the whole corpus", () => {
  expect(eventStreams.filter((stream) => wrongAt(stream) !== undefined).map(({ id }) => id)).toEqual([]);
});

test.each(Object.entries(flaws) as [Flaw, string][])("%s: caught by %s", (flaw, id) => {
  const stream = eventStreams.find((candidate) => candidate.id === id);
  expect(stream, `no stream ${id}`).toBeDefined();
  expect(wrongAt(stream as EventStreamCase, flaw), "passed at every split").toBeDefined();
});

test("flaws of cut streams show only where they are cut", () => {
  const cutOnly: Flaw[] = [
    "CR LF cut in two is two line ends",
    "each piece is decoded alone",
    "an empty piece forgets a CR",
  ];
  for (const flaw of cutOnly) {
    const stream = eventStreams.find(({ id }) => id === flaws[flaw]) as EventStreamCase;
    expect(wrongAt(stream, flaw), flaw).not.toBe("whole");
  }
});
