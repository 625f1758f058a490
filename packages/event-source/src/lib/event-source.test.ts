import { HeadraceError } from "@headrace/core";
import { TransportError } from "@headrace/core/transport";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { EventSource } from "./event-source.ts";
import { recordedEvents } from "./recorded-events.test-support.ts";
import { passing, type Script, scriptedTransport } from "./scripted-transport.test-support.ts";

const url = "http://a.example/events";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** Answers with this text, and stays open. */
const open =
  (text: string): Script =>
  async (exchange) => {
    await exchange.stream(text);
    await exchange.silence();
  };
const ended =
  (text: string): Script =>
  (exchange) =>
    exchange.stream(text);
const cut =
  (text: string): Script =>
  async (exchange) => {
    await exchange.stream(text);
    exchange.reset();
  };
const answer =
  (status: number, headers?: Record<string, string>): Script =>
  (exchange) =>
    exchange.head(status, headers);
const unreachable: Script = (exchange) => exchange.reset();

/** An EventSource over these scripts, and what it fired within `ms`. */
async function run(scripts: Script[], ms = 100) {
  const transport = scriptedTransport(...scripts);
  const source = new EventSource(url, { transport });
  const events = recordedEvents(source);
  await passing(ms);
  return { transport, source, events };
}

/** The class, as it is where the host has this `setImmediate`, or none. */
async function loadWith(setImmediate: ((task: () => void) => unknown) | undefined): Promise<typeof EventSource> {
  vi.resetModules();
  vi.stubGlobal("setImmediate", setImmediate);
  return (await import("./event-source.ts")).EventSource;
}

describe("9.2.2: the constructor", () => {
  const transport = scriptedTransport(open(""));

  test("step 3: resolves the URL against the document, where there is one", () => {
    const absolute = new EventSource("HTTP://A.example/x/../y?q#f", { transport });
    expect(absolute.url).toBe("http://a.example/y?q#f");
    absolute.close();
    vi.stubGlobal("location", { href: "http://worker.example/a/b" });
    const inWorker = new EventSource("c", { transport });
    expect(inWorker.url).toBe("http://worker.example/a/c");
    inWorker.close();
    vi.stubGlobal("document", { baseURI: "http://page.example/base/" });
    const inPage = new EventSource("c", { transport });
    expect(inPage.url).toBe("http://page.example/base/c");
    inPage.close();
  });

  test.each(["http://[", "/relative", "http://user:secret@[/"])("step 4: %s is a SyntaxError, and not told", (bad) => {
    const make = () => new EventSource(bad, { transport });
    expect(make).toThrow(expect.objectContaining({ name: "SyntaxError", code: 12 }));
    expect(make).toThrow(DOMException);
    expect(make).not.toThrow(bad);
  });

  test("takes a URL object, and gives back the URL that was given, userinfo and all", () => {
    const source = new EventSource(new URL("http://user:secret@a.example/"), { transport });
    expect(source.url).toBe("http://user:secret@a.example/");
    source.close();
  });

  test("step 7: withCredentials is false unless given, and the request's credentials mode", async () => {
    const asking = scriptedTransport(open(""));
    const sources = [{}, { withCredentials: true }].map((init) => new EventSource(url, { transport: asking, ...init }));
    await passing(100);
    expect(sources.map(({ withCredentials }) => withCredentials)).toEqual([false, true]);
    expect(asking.requests.map(({ credentials }) => credentials)).toEqual(["same-origin", "include"]);
    for (const source of sources) source.close();
  });

  test("steps 10 and 11: asks for an event stream, and for none from a cache", async () => {
    const { transport: asked, source } = await run([open("")]);
    const { method, headers } = asked.requests[0] ?? {};
    expect([method, headers?.get("accept"), headers?.get("cache-control"), headers?.get("pragma")]).toEqual([
      "GET",
      "text/event-stream",
      "no-cache",
      "no-cache",
    ]);
    expect(headers?.has("last-event-id")).toBe(false);
    source.close();
  });

  test("returns before anything is sent, CONNECTING", async () => {
    const asked = scriptedTransport(open(""));
    const source = new EventSource(url, { transport: asked });
    expect([source.readyState, asked.requests.length]).toEqual([0, 0]);
    source.close();
    await passing(100);
    expect(asked.requests).toEqual([]);
  });

  test.each([undefined, null, {}, { transport: {} }])("without a transport (%o) is an invalid argument", (init) => {
    expect(() => new EventSource(url, init as never)).toThrow(expect.objectContaining({ code: "invalid-argument" }));
  });
});

describe("9.2.2: the interface", () => {
  test("has its constants on the class and on each object", () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("")) });
    for (const holder of [EventSource, source, EventSource.prototype]) {
      expect([holder.CONNECTING, holder.OPEN, holder.CLOSED]).toEqual([0, 1, 2]);
    }
    expect(Object.getOwnPropertyDescriptor(EventSource, "OPEN")).toEqual({
      value: 1,
      enumerable: true,
      writable: false,
      configurable: false,
    });
    source.close();
  });

  test("has enumerable attributes, and says what it is", () => {
    expect(Object.keys(EventSource.prototype).toSorted()).toEqual(
      ["CLOSED", "CONNECTING", "OPEN", "close", "onerror", "onmessage", "onopen", "readyState", "url"].concat(
        "withCredentials",
      ),
    );
    expect(Object.prototype.toString.call(EventSource.prototype)).toBe("[object EventSource]");
    expect(EventSource.name).toBe("EventSource");
  });
});

describe("9.2.2, step 15: which response opens it", () => {
  test.each([
    "text/event-stream",
    "TEXT/Event-Stream",
    "text/event-stream;charset=utf-8",
    "text/event-stream; charset=ISO-8859-1",
    "text/event-stream;",
    " text/event-stream ;x=y",
  ])("200 with %o", async (type) => {
    const script: Script = async (exchange) => {
      exchange.head(200, { "content-type": type });
      await exchange.send("data: ä\n\n");
      await exchange.silence();
    };
    const { events, source } = await run([script]);
    expect(events).toEqual(["open, OPEN", "message ä"]);
    source.close();
  });

  test.each<[string, Script]>([
    ["content-type", answer(200, { "content-type": "text/html" })],
    ["content-type", answer(200, { "content-type": "text/event-streamx" })],
    ["content-type", answer(200, {})],
    ["no-content", answer(204)],
    ["no-content", answer(205)],
    ...[201, 203, 206, 300, 304, 400, 401, 403, 404, 408, 410, 421, 425, 429, 500, 502, 503, 504].map(
      (status): [string, Script] => ["status", answer(status)],
    ),
    ["status", answer(301)],
  ])("anything else fails the connection: %s %#", async (code, script) => {
    const { events, source, transport } = await run([script], 60_000);
    expect(events).toEqual([`error ${code}, CLOSED`]);
    expect(source.readyState).toBe(2);
    expect(transport.requests).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("nor does one that comes after a reconnect", async () => {
    const { events, transport } = await run([ended("data: a\n\n"), answer(503, { "retry-after": "1" })], 60_000);
    expect(events).toEqual(["open, OPEN", "message a", "error end, CONNECTING", "error status, CLOSED"]);
    expect(transport.requests).toHaveLength(2);
  });

  test("a fault that another attempt would not mend fails it, as one that is known to be futile may", async () => {
    const { events, transport } = await run([
      (exchange) => exchange.head(200, { "content-type": "text/event-stream", "content-encoding": "secret" }),
    ]);
    expect(events).toEqual(["error unsupported, CLOSED"]);
    expect(transport.requests).toHaveLength(1);
  });
});

describe("9.2.3: announce the connection", () => {
  test("sets OPEN before it fires open, a plain event, before any message", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("data: a\n\n")) });
    const seen: unknown[] = [];
    source.onopen = (event) => seen.push(event.type, event.constructor === Event, event.bubbles, source.readyState);
    source.onmessage = (event) => seen.push(event.data);
    await passing(100);
    expect(seen).toEqual(["open", true, false, 1, "a"]);
    source.close();
  });

  test("fires open as the head comes, without waiting for an event", async () => {
    const { events, source } = await run([open("")]);
    expect(events).toEqual(["open, OPEN"]);
    source.close();
  });

  test("fires it anew for each connection", async () => {
    const { events, source } = await run([ended("data: a\n\n"), open("data: b\n\n")], 5000);
    expect(events).toEqual(["open, OPEN", "message a", "error end, CONNECTING", "open, OPEN", "message b"]);
    source.close();
  });
});

describe("9.2.3: reestablish the connection", () => {
  test.each<[string, Script]>([
    ["end", ended("data: a\n\n")],
    ["reset", cut("data: a\n\n")],
  ])("after an %s, with one error event, CONNECTING", async (code, script) => {
    const { events, source, transport } = await run([script, open("data: b\n\n")], 5000);
    expect(events).toEqual(["open, OPEN", "message a", `error ${code}, CONNECTING`, "open, OPEN", "message b"]);
    expect(transport.requests).toHaveLength(2);
    source.close();
  });

  test("also where there was no response yet", async () => {
    const { events, source } = await run([unreachable, unreachable, open("")], 20_000);
    expect(events).toEqual(["error reset, CONNECTING", "error reset, CONNECTING", "open, OPEN"]);
    source.close();
  });

  test.each(["dns", "tls", "protocol"] as const)(
    "not after %s at first, which is futile; but once there was a stream",
    async (code) => {
      const fault: Script = () => {
        throw new TransportError(code, code);
      };
      expect((await run([fault], 10_000)).events).toEqual([`error ${code}, CLOSED`]);
      const { events, source } = await run([ended("data: a\n\n"), fault, open("data: b\n\n")], 20_000);
      expect(events.slice(2)).toEqual([
        "error end, CONNECTING",
        `error ${code}, CONNECTING`,
        "open, OPEN",
        "message b",
      ]);
      source.close();
    },
  );

  test.each(["redirect", "too-large", "closed", "internal"] as const)("not after %s, ever", async (code) => {
    const fault: Script = () => {
      throw new HeadraceError(code, code);
    };
    const { events } = await run([ended("data: a\n\n"), fault], 10_000);
    expect(events.slice(2)).toEqual(["error end, CONNECTING", `error ${code}, CLOSED`]);
  });

  test("step 2: after the reconnection time, which persists, as long as the server says and no shorter", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { transport, source } = await run([ended("retry: 3600000\ndata: a\n\n"), ended("data: b\n\n")], 1000);
    await vi.advanceTimersByTimeAsync(3_598_000);
    expect(transport.requests).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2000);
    expect(transport.requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(3_598_000);
    expect(transport.requests).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(2000);
    expect(transport.requests).toHaveLength(3);
    source.close();
  });

  const faulty =
    (code: "connect" | "redirect" | "tls" | "dns"): Script =>
    () => {
      throw new TransportError(code, code);
    };
  test.each<[string, number, Script]>([
    ["retry: 9999999999, then an end", 1, ended("retry: 9999999999\ndata: a\n\n")],
    ["204", 1, answer(204)],
    ["401", 1, answer(401)],
    ["500", 1, answer(500)],
    ["429 with Retry-After", 1, answer(429, { "retry-after": "1" })],
    ["text/html", 1, answer(200, { "content-type": "text/html" })],
    ["a circle of redirects", 1, faulty("redirect")],
    ["a certificate that is refused", 1, faulty("tls")],
    ["a name that is not found", 1, faulty("dns")],
    ["retry: 0 with one event each", 22, ended("retry: 0\ndata: a\n\n")],
    ["the same event each time", 22, ended("retry: 0\nid: 1\ndata: a\n\n")],
    ["one event, then an end", 6, ended("data: a\n\n")],
    ["an end without an event", 5, ended(": hello\n\n")],
    ["refused", 5, faulty("connect")],
    ["reset before the head", 5, unreachable],
    ["reset after the head", 5, cut(": hello\n\n")],
  ])("step 3: in ten seconds, %s: at most %i requests", async (_, most, script) => {
    const { transport, source } = await run([script], 10_000);
    expect(transport.requests.length).toBeLessThanOrEqual(most);
    expect(transport.requests.length).toBeGreaterThanOrEqual(Math.min(most, 2));
    source.close();
  });

  test("step 4: never before the error event has been fired", async () => {
    // A busy event loop.
    const Busy = await loadWith((task) => setTimeout(task, 100));
    const transport = scriptedTransport(ended("data: a\n\n"));
    const source = new Busy(url, { transport, retry: { delay: 0, minDelay: 0 } });
    const state = (): number => (transport.requests.length > 1 ? NaN : source.readyState);
    const seen: number[] = [];
    source.onerror = () => {
      seen.push(state());
      source.close();
    };
    await passing(1000);
    expect(seen).toEqual([0]);
    expect(transport.requests).toHaveLength(1);
  });

  test("step 5.3: sends back the last event ID, in UTF-8, and none where it is empty", async () => {
    const { transport, source } = await run(
      [ended("id: …\ndata: a\n\n"), ended("data: b\n\n"), ended("id\ndata: c\n\n"), open("")],
      30_000,
    );
    expect(transport.requests.map(({ headers }) => headers.get("last-event-id"))).toEqual([
      null,
      "\xe2\x80\xa6",
      "\xe2\x80\xa6",
      null,
    ]);
    source.close();
  });

  test("begins with the last event ID that is given", async () => {
    const transport = scriptedTransport(ended("data: a\n\n"));
    const source = new EventSource(url, { transport, lastEventId: "7" });
    const events = recordedEvents(source);
    await passing(100);
    expect(events).toContain("message a (id 7)");
    expect(transport.requests[0]?.headers.get("last-event-id")).toBe("7");
    source.close();
  });

  test("there is one connection at a time", async () => {
    let connections = 0;
    let most = 0;
    const counted: Script = async (exchange) => {
      most = Math.max(most, ++connections);
      await exchange.stream("data: a\n\n");
      connections--;
    };
    const { transport, source } = await run([counted], 10_000);
    expect(transport.requests.length).toBeGreaterThan(2);
    expect(most).toBe(1);
    source.close();
  });
});

describe("9.2.6: dispatch the event", () => {
  test("is a MessageEvent with data, the last event ID and the origin, neither bubbling nor cancelable", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("id: 1\ndata: a\ndata: b\n\n")) });
    const seen: MessageEvent[] = [];
    source.onmessage = (event) => seen.push(event);
    await passing(100);
    expect(seen[0]).toBeInstanceOf(MessageEvent);
    expect(seen[0]).toMatchObject({
      type: "message",
      data: "a\nb",
      lastEventId: "1",
      origin: "http://a.example",
      bubbles: false,
      cancelable: false,
      target: source,
    });
    source.close();
  });

  test("has the type that the event field names", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("event: add\ndata: a\n\ndata: b\n\n")) });
    const events = recordedEvents(source, "add");
    await passing(100);
    expect(events).toEqual(["open, OPEN", "add a", "message b"]);
    source.close();
  });

  test("an event of type error is a MessageEvent like any other, and ends nothing", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("event: error\ndata: a\n\n")) });
    const seen: unknown[] = [];
    source.onerror = (event) => seen.push(event instanceof MessageEvent && event.data, source.readyState);
    await passing(100);
    expect(seen).toEqual(["a", 1]);
    source.close();
  });

  test("what a server sends again after a reconnect is dispatched again", async () => {
    const { events, source } = await run([cut("id: 1\ndata: a\n\n"), open("id: 1\ndata: a\n\n")], 5000);
    expect(events.filter((event) => event.startsWith("message"))).toEqual(["message a (id 1)", "message a (id 1)"]);
    source.close();
  });

  test("an unfinished event at the end is not dispatched, nor its id sent", async () => {
    const { events, transport, source } = await run([ended("id: 1\ndata: a\n\nid: 2\ndata: b\n"), open("")], 5000);
    expect(events).toEqual(["open, OPEN", "message a (id 1)", "error end, CONNECTING", "open, OPEN"]);
    expect(transport.requests[1]?.headers.get("last-event-id")).toBe("1");
    source.close();
  });

  test("step 8: each in a task of its own: what a listener's promises do comes before the next event", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(ended("data: a\n\ndata: b\n\n")) });
    const seen: string[] = [];
    source.onmessage = async (event) => {
      seen.push(event.data);
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      seen.push(`after ${event.data}`);
    };
    source.onerror = () => seen.push("error");
    await passing(100);
    expect(seen).toEqual(["a", "after a", "b", "after b", "error"]);
    source.close();
  });

  test("a user's fake timers do not hold it up", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("data: a\n\n")) });
    const event = await new Promise<MessageEvent>((resolve) => (source.onmessage = resolve));
    expect(event.data).toBe("a");
    source.close();
  });

  test("in browsers, which have no setImmediate, too", async () => {
    vi.useRealTimers();
    const InBrowsers = await loadWith(undefined);
    const source = new InBrowsers(url, { transport: scriptedTransport(open("data: a\n\ndata: b\n\n")) });
    const seen: string[] = [];
    await new Promise<void>((resolve) => {
      source.onmessage = async (event) => {
        seen.push(event.data);
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        seen.push(`after ${event.data}`);
        if (event.data === "b") resolve();
      };
    });
    expect(seen).toEqual(["a", "after a", "b", "after b"]);
    source.close();
  });
});

describe("9.2.2: close()", () => {
  test("closes the connection, and nothing is fired any more: not what came in the same piece", async () => {
    const source = new EventSource(url, { transport: scriptedTransport(open("data: a\n\ndata: b\n\ndata: c\n\n")) });
    const events = recordedEvents(source);
    source.addEventListener("message", ({ data }) => data === "b" && source.close());
    await passing(5000);
    expect(events).toEqual(["open, OPEN", "message a", "message b"]);
    expect(source.readyState).toBe(2);
  });

  test.each<[string, Script[], number]>([
    ["while it connects", [(exchange) => exchange.silence()], 0],
    ["while it streams", [open("data: a\n\n")], 2],
    ["while it waits", [unreachable], 1],
  ])("%s", async (_, scripts, before) => {
    const { transport, source, events } = await run(scripts, 200);
    source.close();
    expect(source.readyState).toBe(2);
    await passing(60_000);
    expect(events).toHaveLength(before);
    expect(transport.requests).toHaveLength(1);
    expect(transport.requests[0]?.signal.aborted).toBe(scripts[0] !== unreachable);
    expect(vi.getTimerCount()).toBe(0);
    source.close();
  });

  test.each(["open", "error"] as const)("in the handler of %s", async (type) => {
    const transport = scriptedTransport(ended("data: a\n\n"));
    const source = new EventSource(url, { transport });
    const events = recordedEvents(source);
    source.addEventListener(type, () => source.close());
    await passing(10_000);
    expect(events).toEqual(type === "open" ? ["open, OPEN"] : ["open, OPEN", "message a", "error end, CONNECTING"]);
    expect(transport.requests).toHaveLength(1);
  });

  test("leaves nothing behind, a thousand times", async () => {
    const transport = scriptedTransport(open("data: a\n\n"));
    for (let cycle = 0; cycle < 1000; cycle++) {
      const source = new EventSource(url, { transport });
      const opened = new Promise((resolve) => (source.onmessage = resolve));
      await vi.advanceTimersByTimeAsync(1);
      await opened;
      source.close();
    }
    await passing(100);
    expect(vi.getTimerCount()).toBe(0);
    expect(transport.requests.filter(({ signal }) => !signal.aborted)).toEqual([]);
  });
});

describe("the clocks", () => {
  test("none runs on a quiet stream unless asked, for the standard has none", async () => {
    const beats: Script = async (exchange) => {
      exchange.head(200);
      for (let beat = 0; beat < 5; beat++) {
        await new Promise((resolve) => setTimeout(resolve, 5000));
        await exchange.send(": beat\n\n");
      }
      await exchange.silence();
    };
    const { events, source } = await run([beats], 600_000);
    expect(events).toEqual(["open, OPEN"]);
    source.close();
    const transport = scriptedTransport(beats);
    const watched = new EventSource(url, { transport, timeouts: { idle: "auto" } });
    const seen = recordedEvents(watched);
    await passing(60_000);
    expect(seen.slice(0, 2)).toEqual(["open, OPEN", "error timeout, CONNECTING"]);
    watched.close();
  });
});
