import { type EventStreamCase, eventStreams } from "@headrace/conformance";
import type { TransportRequest } from "@headrace/core/transport";
import { describe, expect, test } from "vitest";
import { EventSource } from "./event-source.ts";
import { type Script, scriptedTransport } from "./scripted-transport.test-support.ts";

/** What a listener hears of a stream up to its end, and the last event ID that is sent after it. */
async function heard({ bytes, expected }: EventStreamCase): Promise<{ events: unknown[]; sent: string | null }> {
  let ask: ((request: TransportRequest) => void) | undefined;
  const asked = new Promise<TransportRequest>((resolve) => (ask = resolve));
  const first: Script = async (exchange) => {
    exchange.head(200);
    await exchange.bytes(bytes);
  };
  const second: Script = (exchange) => {
    ask?.(exchange.request);
    return exchange.silence();
  };
  const retry = { delay: 1, minDelay: 1, maxDelay: 1, maxReconnectionTime: 1 };
  const source = new EventSource("http://a.example/", { transport: scriptedTransport(first, second), retry });
  const events: unknown[] = [];
  for (const type of new Set(expected.items.map((item) => ("type" in item ? item.type : "message")))) {
    // An event may be named as a plain one is: `open`, `error`.
    source.addEventListener(type, (event) => {
      if (event instanceof MessageEvent) events.push([event.type, event.data, event.lastEventId]);
    });
  }
  const sent = (await asked).headers.get("last-event-id");
  source.close();
  return { events, sent: sent === null ? null : Buffer.from(sent, "latin1").toString() };
}

describe("9.2.6: every stream of the corpus", () => {
  test.each(eventStreams.map((each) => [each.id, each] as const))("%s", async (_, each) => {
    const { items, lastEventId } = each.expected;
    const events = items.flatMap((item) => (item.data === undefined ? [] : [[item.type, item.data, item.lastEventId]]));
    const { sent, events: fired } = await heard(each);
    expect(fired).toEqual(events);
    // Whitespace around a field value is no part of it (RFC 9110 section 5.5).
    expect(sent).toBe(lastEventId.replace(/^[ \t]+|[ \t]+$/g, "") || null);
  });
});
