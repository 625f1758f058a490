import { type EventStreamCase, eventStreams } from "@headrace/conformance";
import type { TransportRequest } from "@headrace/core/transport";
import { describe, expect, test } from "vitest";
import { EventSource } from "./event-source.ts";
import { type Script, scriptedTransport } from "./scripted-transport.test-support.ts";

/** What HTTP does not allow in a field (RFC 9110 section 5.5), and most stacks do not send. */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const unsendable = /[\0-\x08\x0a-\x1f\x7f]/;

/** What a listener hears of a stream up to its end, and the last event ID that is sent after it, if anything is. */
async function heard({ bytes, expected }: EventStreamCase): Promise<{ events: unknown[]; sent?: string | null }> {
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
  const closed = new Promise<undefined>((resolve) => {
    source.addEventListener("error", () => {
      if (source.readyState === source.CLOSED) resolve(undefined);
    });
  });
  const request = await Promise.race([asked, closed]);
  source.close();
  if (!request) return { events };
  const sent = request.headers.get("last-event-id");
  return { events, sent: sent === null ? null : Buffer.from(sent, "latin1").toString() };
}

describe("9.2.6: every stream of the corpus", () => {
  test.each(eventStreams.map((each) => [each.id, each] as const))("%s", async (_, each) => {
    const { items, lastEventId } = each.expected;
    const events = items.flatMap((item) => (item.data === undefined ? [] : [[item.type, item.data, item.lastEventId]]));
    const { sent, events: fired } = await heard(each);
    expect(fired).toEqual(events);
    // Whitespace around a field value is no part of it (RFC 9110 section 5.5).
    const value = lastEventId.replace(/^[ \t]+|[ \t]+$/g, "") || null;
    expect(sent).toBe(unsendable.test(lastEventId) ? undefined : value);
  });
});
