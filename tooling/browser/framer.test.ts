import { type EventStreamItem, eventStreams } from "@headrace/conformance";
import { createEventStreamParser } from "@headrace/core/parser";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { chromiumMissing, launchChromium } from "./chromium.ts";
import { frameStreams, type Outcome } from "./frame-streams.ts";
import { serveSources, type SourceServer } from "./serve-sources.ts";

const why = chromiumMissing === undefined ? "" : ` (${chromiumMissing})`;
const streams = eventStreams.map(({ bytes }) => [...bytes]);

/** As the calls are: an id that comes with an event is told before it, too. */
function callsOf(items: readonly EventStreamItem[]): unknown[][] {
  return items.flatMap((item) => {
    if ("comment" in item) return [["comment", item.comment]];
    if ("retry" in item) return [["retry", item.retry]];
    if (item.data === undefined) return [["id", item.lastEventId]];
    const event = [item.type, item.data, item.lastEventId, item.id ?? null, expect.any(Number)];
    return item.id === undefined ? [event] : [["id", item.id], event];
  });
}

function framedByNode(): Outcome[][] {
  vi.stubGlobal("framer", createEventStreamParser);
  const outcomes = frameStreams(streams);
  vi.unstubAllGlobals();
  return outcomes;
}

describe.skipIf(chromiumMissing !== undefined)(`the framer in Chromium${why}`, () => {
  let sources: SourceServer;
  let browser: Browser;
  let hasBuffer: boolean;
  let outcomes: Outcome[][];

  beforeAll(async () => {
    sources = await serveSources();
    browser = await launchChromium();
    const page = await browser.newPage();
    await page.goto(sources.origin);
    const script = `import { createEventStreamParser } from "@headrace/core/parser"; globalThis.framer = createEventStreamParser;`;
    await page.addScriptTag({ type: "module", content: script });
    await page.waitForFunction("globalThis.framer");
    hasBuffer = await page.evaluate("'Buffer' in globalThis");
    outcomes = await page.evaluate(frameStreams, streams);
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    sources?.close();
  });

  test.each(eventStreams.map(({ id, title, expected }, i) => [id, title, expected, i] as const))(
    "%s: %s, however it is cut",
    (_id, _title, { items, dispatched, pending }, i) => {
      expect(outcomes[i]).toMatchObject([
        {
          discard: { calls: callsOf(items), pending: pending ?? null },
          dispatch: { calls: callsOf([...items, ...dispatched]) },
        },
      ]);
    },
  );

  test("has no Buffer to lean on", () => {
    expect(hasBuffer).toBe(false);
  });

  test("tells the same as in Node, to the byte", () => {
    expect(outcomes).toEqual(framedByNode());
  });
});
