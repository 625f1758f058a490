// Type-checked with the types of a browser (tsconfig.json beside it), where the platform has an EventSource of its own.
import { createEventSource, EventSource, type EventSourceInit } from "@headrace/event-source";
import { fetchTransport } from "@headrace/transport-fetch";
import { expect, test } from "vitest";

const url = "https://a.example/events";

/** Code that knows the platform's class only. */
function firstEvent(Platform: typeof globalThis.EventSource, type: string): Promise<string> {
  const source: globalThis.EventSource = new Platform(url, { withCredentials: true });
  return new Promise((resolve, reject) => {
    source.addEventListener(type, (event: MessageEvent<string>) => {
      source.close();
      resolve(event.data);
    });
    source.onerror = (event: Event) => reject(new Error(event.type));
  });
}

const respond = (body: string): typeof fetch => {
  const headers = { "content-type": "text/event-stream" };
  return async () => new Response(body, { headers });
};

test("stands where the platform's class is asked for", async () => {
  const Class = createEventSource({ transport: fetchTransport({ fetch: respond("event: add\ndata: a\n\n") }) });
  expect(await firstEvent(Class satisfies typeof globalThis.EventSource, "add")).toBe("a");
});

test("has types of its own for its events", async () => {
  const init: EventSourceInit = { transport: fetchTransport({ fetch: respond("data: a\n\n") }) };
  const source = new EventSource(url, init) satisfies globalThis.EventSource;
  const seen: unknown[] = [];
  await new Promise<void>((resolve) => {
    source.onmessage = function ({ data, origin }) {
      seen.push(data.length, origin, this.readyState);
    };
    source.addEventListener("error", function ({ code, status, message }) {
      // @ts-expect-error: there is no such code
      seen.push(code === "no-such-code", code, status, message);
      this.close();
      resolve();
    });
  });
  expect(seen).toEqual([1, "https://a.example", 1, false, undefined, undefined, "the server ended the stream"]);
});
