import { nextHop, type ResponseSink, type TransportRequest } from "@headrace/core/transport";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EventSource, type EventSourceInit } from "./event-source.ts";
import { recordedEvents } from "./recorded-events.test-support.ts";
import { passing, type Script, scriptedTransport } from "./scripted-transport.test-support.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const event: Script = (exchange) => exchange.stream("data: x\n\n");
const to =
  (location: string, status = 302): Script =>
  (exchange) =>
    exchange.head(status, { location });

/** The URL and the headers of these names, of each request that was made in a while. */
async function requests(scripts: Script[], init: Partial<EventSourceInit> = {}, url = "http://a.example/") {
  const transport = scriptedTransport(...scripts, (exchange) => exchange.silence());
  const source = new EventSource(url, { transport, ...init });
  const events = recordedEvents(source);
  const origins: string[] = [];
  source.onmessage = ({ origin }) => origins.push(origin);
  await passing(20_000);
  source.close();
  const urls = transport.requests.map((request) => request.url.href);
  const sent = (name: string) => transport.requests.map(({ headers }) => headers.get(name));
  return { urls, sent, events, origins, source };
}

describe("a redirect", () => {
  test("changes where the next connection goes and the origin of the events, not url", async () => {
    const { urls, origins, source } = await requests([to("http://b.example/x?y"), event, event]);
    expect(urls).toEqual(["http://a.example/", "http://b.example/x?y", "http://b.example/x?y", "http://b.example/x?y"]);
    expect(origins).toEqual(["http://b.example", "http://b.example"]);
    expect(source.url).toBe("http://a.example/");
  });

  test("may lead on from there", async () => {
    const { urls } = await requests([to("/b"), event, to("c"), event]);
    expect(urls.map((url) => new URL(url).pathname)).toEqual(["/", "/b", "/b", "/c", "/c"]);
  });

  test("within the origin keeps the credentials, those of the URL too", async () => {
    const { sent, urls } = await requests([to("/b"), event], {}, "http://user:secret@a.example/");
    expect(urls).toEqual(["http://a.example/", "http://a.example/b", "http://a.example/b"]);
    expect(new Set(sent("authorization"))).toEqual(new Set([`Basic ${btoa("user:secret")}`]));
  });

  const headers = {
    Authorization: "Bearer secret",
    Cookie: "secret",
    Host: "a.example",
    "X-API-Key": "secret",
    accept: "text/event-stream",
    "x-own": "own",
  };
  const names = Object.keys(headers);

  test.each<[string, Script[]]>([
    ["to another origin", [to("http://b.example/")]],
    ["by another origin and back", [to("http://b.example/"), to("http://a.example/")]],
  ])("%s drops the credentials for good, as core does", async (_, redirects) => {
    for (const given of [headers, new Headers(headers), Object.entries(headers), async () => headers]) {
      const { sent } = await requests([...redirects, event, event], { headers: given as never });
      for (const name of names) {
        const [first, ...later] = sent(name);
        expect(first).toBe(headers[name as keyof typeof headers]);
        const isKept = name === "accept" || name === "x-own";
        expect(later).toEqual(Array(redirects.length + 2).fill(isKept ? first : null));
      }
    }
  });

  test("to another origin drops the credentials of the URL", async () => {
    const { sent } = await requests([to("http://b.example/"), event], {}, "http://user:secret@a.example/");
    expect(sent("authorization")).toEqual([`Basic ${btoa("user:secret")}`, null, null]);
  });

  test("that a browser's fetch has followed by itself is seen by where it led", async () => {
    const transport = scriptedTransport(event, (exchange) => exchange.silence());
    const automatic = {
      ...transport,
      supports: { ...transport.supports, redirects: "automatic" as const },
      send: (request: TransportRequest, sink: ResponseSink) =>
        transport.send(request, {
          head: (head) => sink.head({ ...head, url: "http://b.example/", redirected: true }),
          body: (bytes) => sink.body(bytes),
        }),
    };
    const init = { transport: automatic, headers: { authorization: "secret" } };
    const source = new EventSource("http://a.example/", init);
    await passing(5000);
    source.close();
    const seen = transport.requests.map(({ url, headers }) => [url.href, headers.get("authorization")]);
    expect(seen).toEqual([
      ["http://a.example/", "secret"],
      ["http://b.example/", null],
    ]);
  });

  test("drops the very headers that core drops", async () => {
    const all = { ...headers, "api-key": "1", "x-goog-api-key": "1", "x-auth-token": "1" };
    const { sent } = await requests([to("http://b.example/"), event], { headers: all });
    const { signal } = new AbortController();
    const request = { url: new URL("http://a.example/"), method: "GET", headers: new Headers(all), body: null, signal };
    const head = { url: "", status: 302, headers: new Headers({ location: "http://b.example/" }) };
    const left = nextHop({ ...request, connectTimeout: 0 }, head)?.headers;
    for (const name of Object.keys(all)) expect([name, sent(name)[2]]).toEqual([name, left?.get(name) ?? null]);
  });

  test("drops what credentialHeaders names instead", async () => {
    const init = { headers: { "x-own": "secret", "x-api-key": "1" }, credentialHeaders: ["X-Own"] };
    const { sent } = await requests([to("http://b.example/"), event], init);
    expect([sent("x-own"), sent("x-api-key")]).toEqual([
      ["secret", null, null],
      ["1", "1", "1"],
    ]);
  });
});

describe("the headers", () => {
  test("are made anew for each connection where they are a function", async () => {
    const seen: unknown[] = [];
    const headers: EventSourceInit["headers"] = async ({ attempt, lastEventId }) => {
      seen.push([attempt, lastEventId]);
      return { authorization: `Bearer ${attempt}` };
    };
    const { sent } = await requests([(exchange) => exchange.stream("id: 7\ndata: x\n\n")], { headers });
    expect(sent("authorization")).toEqual(["Bearer 1", "Bearer 2"]);
    expect(seen).toEqual([
      [1, ""],
      [2, "7"],
    ]);
  });

  test("replace those of the standard", async () => {
    const { sent } = await requests([], {
      headers: { Accept: "text/event-stream, */*", "Cache-Control": "max-age=1" },
    });
    expect([sent("accept"), sent("cache-control"), sent("pragma")]).toEqual([
      ["text/event-stream, */*"],
      ["max-age=1"],
      ["no-cache"],
    ]);
  });

  test("are none but the user's where a browser's fetch adds its own", async () => {
    const transport = { ...scriptedTransport((exchange) => exchange.silence()), supports: {} };
    const browser = { ...transport, supports: { redirects: "automatic" as const } };
    const source = new EventSource("http://a.example/", { transport: browser });
    await passing(100);
    source.close();
    expect(Array.from(browser.requests[0]?.headers.keys() ?? [])).not.toContain("cache-control");
  });

  test.each([["text"], [{ "x-bad": "secret\nvalue" }], [[["a"]]], [[null]], [5]])(
    "that are bad fail it before anything is sent, and are not told: %o",
    async (headers) => {
      const { urls, events } = await requests([], { headers: headers as never });
      expect(urls).toEqual([]);
      expect(events).toEqual(["error invalid-argument, CLOSED"]);
    },
  );

  test("what their function throws fails it, and is the event's error", async () => {
    const thrown = new Error("no token");
    const transport = scriptedTransport(event);
    const headers = (): never => {
      throw thrown;
    };
    const source = new EventSource("http://a.example/", { transport, headers });
    let error: unknown;
    source.onerror = (event) => (error = event.error);
    await passing(100);
    expect([error, source.readyState, transport.requests]).toEqual([thrown, 2, []]);
  });
});
