import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { asHeadraceError } from "../headrace-error.ts";
import { bytes, head, type Script, scriptedTransport, stalled, stream } from "../scripted-transport.ts";
import { CallController } from "../call-controller.ts";
import { pause } from "../pause.ts";
import { byteOffset, fromCursor, lastEventId } from "./resume.ts";
import { subscribe } from "./subscribe.ts";
import type { SubscribeInit } from "./subscribe-init.ts";
import { TransportError } from "../transport-error.ts";

const url = "http://a.example/events";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** A server with a script for each connection, the last one for all that follow. */
function server(...scripts: Script[]) {
  let open = 0;
  let most = 0;
  const transport = scriptedTransport(async (request, sink, hop) => {
    most = Math.max(most, ++open);
    try {
      await (scripts[hop] ?? scripts.at(-1))?.(request, sink, hop);
    } finally {
      open--;
    }
  });
  const header = (name: string): (string | null)[] => transport.requests.map(({ headers }) => headers.get(name));
  return { transport, header, mostOpen: () => most };
}

const status =
  (code: number, headers: Record<string, string> = {}): Script =>
  (request, sink) =>
    sink.head(head(request, { status: code, headers }));

const failing =
  (code: "reset" | "dns" | "tls" | "connect", before: string = ""): Script =>
  async (request, sink) => {
    if (before !== "") {
      sink.head(head(request));
      await sink.body(bytes(before));
    }
    throw new TransportError(code, code, { phase: before === "" ? "head" : "body" });
  };

const silent: Script = async (request, sink) => {
  sink.head(head(request));
  await stalled(request.signal);
};

/** Reads until it ends or so many events came; time passes as fast as it can. */
async function read(init: SubscribeInit, count: number = Infinity, from: Parameters<typeof subscribe>[0] = url) {
  const data: string[] = [];
  let failure: unknown;
  const reading = (async () => {
    for await (const event of subscribe(from, init)) {
      data.push(event.data);
      if (data.length >= count) break;
    }
  })().catch((reason: unknown) => (failure = reason));
  let over = false;
  void reading.then(() => (over = true));
  for (let step = 0; step < 1000 && !over; step++) await vi.advanceTimersByTimeAsync(500);
  expect(over).toBe(true);
  return { data, failure };
}

describe("reconnection", () => {
  test("goes on after an end and after a break, from the event last taken", async () => {
    const { transport, header } = server(
      stream("id: 1\ndata: a\n\n"),
      failing("reset", "id: 2\ndata: b\n\nid: 3\ndata: cut"),
      stream("id: 3\ndata: c\n\n"),
    );
    expect(await read({ transport }, 3)).toEqual({ data: ["a", "b", "c"], failure: undefined });
    expect(header("last-event-id")).toEqual([null, "1", "2"]);
    expect(header("accept")).toEqual(Array(3).fill("text/event-stream"));
  });

  test("an id in a block without data counts, an event that was cut does not", async () => {
    const { transport, header } = server(
      stream("id: 1\ndata: a\n\nid: 2\n\nid: 3\ndata: unfinished"),
      stream("data: b\n\n"),
    );
    await read({ transport }, 2);
    expect(header("last-event-id")).toEqual([null, "2"]);
  });

  test("the memory lives on over connections, and a server clears it", async () => {
    const { transport, header } = server(
      stream("id: 1\ndata: a\n\n"),
      stream("data: b\n\n"),
      stream("id\ndata: c\n\n"),
      stream("data: d\n\n"),
    );
    const ids: string[] = [];
    const reading = (async () => {
      for await (const { lastEventId } of subscribe(url, { transport })) if (ids.push(lastEventId) === 4) break;
    })();
    await vi.advanceTimersByTimeAsync(60_000);
    await reading;
    expect(ids).toEqual(["1", "1", "", ""]);
    expect(header("last-event-id")).toEqual([null, "1", "1", null]);
  });

  test("an event that comes again is dropped", async () => {
    const { transport } = server(
      failing("reset", "id: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
      stream("id: 2\ndata: b\n\nid: 3\ndata: c\n\n"),
    );
    expect((await read({ transport }, 3)).data).toEqual(["a", "b", "c"]);
  });

  test("an event that comes again is delivered where that is asked, and is no progress", async () => {
    const { transport } = server(failing("reset", "id: 1\ndata: a\n\n"), stream("id: 1\ndata: a\n\n"));
    const retry = { maxAttempts: 3 };
    const { data, failure } = await read({ transport, duplicates: "deliver", retry });
    expect(data).toEqual(["a", "a", "a", "a"]);
    expect(failure).toMatchObject({ code: "gave-up" });
  });

  test("says why and for how long, before it waits", async () => {
    vi.spyOn(Math, "random").mockReturnValue(0);
    const { transport } = server(failing("reset", "id: 1\ndata: a\n\n"), status(503), stream("id: 2\ndata: b\n\n"));
    const told: unknown[] = [];
    const onRetry: SubscribeInit["onRetry"] = ({ cause, ...rest }) =>
      told.push({ ...rest, code: asHeadraceError(cause)?.code });
    await read({ transport, onRetry }, 2);
    expect(told).toEqual([
      { attempt: 2, delay: 2000, lastEventId: "1", code: "reset" },
      { attempt: 3, delay: 2000, lastEventId: "1", code: "status" },
    ]);
  });

  test("there is one connection at a time", async () => {
    const { transport, mostOpen } = server(stream("data: a\n\n"), failing("reset", "data: b\n\n"), silent, silent);
    await read({ transport, timeouts: { idle: 1000 }, retry: { maxAttempts: 3 } });
    expect(transport.requests.length).toBeGreaterThan(3);
    expect(mostOpen()).toBe(1);
  });
});

describe("requests in ten seconds", () => {
  test.each<[string, number, Script]>([
    ["retry: 9999999999, then an end", 1, stream("retry: 9999999999\ndata: a\n\n")],
    ["401", 1, status(401)],
    ["204", 1, status(204)],
    ["text/html", 1, status(200, { "content-type": "text/html" })],
    ["a certificate that never worked", 1, failing("tls")],
    ["a name that was never found", 1, failing("dns")],
    ["retry: 0 with one event each", 22, stream("retry: 0\ndata: a\n\n")],
    ["one event, then an end", 6, stream("data: a\n\n")],
    ["an end without an event", 5, stream(": hello\n\n")],
    ["500", 5, status(500)],
    ["refused", 5, failing("connect")],
    ["reset before the head", 5, failing("reset")],
    ["reset after the head", 5, failing("reset", ": hello\n\n")],
    ["429 with Retry-After: 3", 4, status(429, { "retry-after": "3" })],
  ])("%s: at most %i", async (_, most, script) => {
    const { transport } = server(script);
    const controller = new AbortController();
    const reading = (async () => {
      for await (const event of subscribe(url, { transport, signal: controller.signal })) void event;
    })().catch(() => {});
    await vi.advanceTimersByTimeAsync(10_000);
    expect(transport.requests.length).toBeLessThanOrEqual(most);
    expect(transport.requests.length).toBeGreaterThanOrEqual(Math.min(most, 2));
    controller.abort();
    await reading;
  });
});

describe("it ends", () => {
  test("in good order after the terminal, and on 204", async () => {
    const { transport } = server(stream("data: a\n\n"), stream("data: b\n\ndata: [DONE]\n\n"));
    expect(await read({ transport, terminal: "[DONE]" })).toEqual({ data: ["a", "b"], failure: undefined });
    expect(transport.requests).toHaveLength(2);
    const gone = server(stream("data: a\n\n"), status(204));
    expect(await read({ transport: gone.transport })).toEqual({ data: ["a"], failure: undefined });
  });

  test("and says with what, where that is no failure", async () => {
    const { transport } = server(stream("data: a\n\n"), status(204));
    const subscription = subscribe(url, { transport });
    const reading = (async () => {
      for await (const event of subscription) expect([event.data, subscription.cause]).toEqual(["a", undefined]);
    })();
    await vi.advanceTimersByTimeAsync(5000);
    await reading;
    expect(subscription.cause).toMatchObject({ code: "no-content", response: { status: 204 } });
  });

  test("with the error that another attempt would not mend, after the events before it", async () => {
    const { transport } = server(stream("data: a\n\n"), status(403));
    const { data, failure } = await read({ transport });
    expect(data).toEqual(["a"]);
    expect(failure).toMatchObject({ code: "status", status: 403 });
  });

  test("with an error that isRetryable does not take", async () => {
    const { transport } = server(status(503));
    const { failure } = await read({ transport, isRetryable: ({ code }) => code !== "status" });
    expect(failure).toMatchObject({ code: "status", status: 503 });
    expect(transport.requests).toHaveLength(1);
  });

  test("with gave-up, and every cause", async () => {
    const { transport } = server(failing("connect"), status(500));
    const { failure } = await read({ transport, retry: { maxAttempts: 2 } });
    expect(failure).toMatchObject({ code: "gave-up", causes: [{ code: "connect" }, { status: 500 }] });
  });

  test("with the very reason of an abort, while it streams and while it waits", async () => {
    for (const script of [silent, status(500)]) {
      const controller = new AbortController();
      const { transport } = server(script);
      const next = subscribe(url, { transport, signal: controller.signal })[Symbol.asyncIterator]().next();
      const refused = next.catch((reason: unknown) => reason);
      await vi.advanceTimersByTimeAsync(100);
      controller.abort("enough");
      expect(await refused).toBe("enough");
      expect(vi.getTimerCount()).toBe(0);
    }
  });

  test("when it is closed, also by somebody else than its reader", async () => {
    const { transport } = server(silent);
    const subscription = subscribe(url, { transport });
    const next = subscription[Symbol.asyncIterator]().next();
    await vi.advanceTimersByTimeAsync(100);
    await subscription.close();
    expect(await next).toEqual({ value: undefined, done: true });
    expect(transport.requests[0]?.signal.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
    const unread = subscribe(url, { transport });
    await unread.close();
    expect(await unread[Symbol.asyncIterator]().next()).toEqual({ value: undefined, done: true });
    expect(transport.requests).toHaveLength(1);
  });

  test("when it is closed before there is a head, between two connections, and while its URL is made", async () => {
    const headless: Script = (request) => stalled(request.signal);
    for (const script of [headless, status(500)]) {
      const { transport } = server(script);
      const subscription = subscribe(url, { transport });
      const next = subscription[Symbol.asyncIterator]().next();
      await vi.advanceTimersByTimeAsync(100);
      await subscription.close();
      expect(await next).toEqual({ value: undefined, done: true });
      expect([transport.requests.length, vi.getTimerCount()]).toEqual([1, 0]);
    }
    const { transport } = server(silent);
    const subscription = subscribe(() => new Promise<URL>(() => {}), { transport });
    const next = subscription[Symbol.asyncIterator]().next();
    await vi.advanceTimersByTimeAsync(100);
    await subscription.close();
    expect(await next).toEqual({ value: undefined, done: true });
    expect(transport.requests).toEqual([]);
  });

  test("when its reader leaves, and its timers with it", async () => {
    const { transport } = server(async (request, sink) => {
      sink.head(head(request));
      await sink.body(bytes("data: a\n\n"));
      await stalled(request.signal);
    });
    await read({ transport, timeouts: { total: 60_000, idle: 20_000 } }, 1);
    expect(transport.requests[0]?.signal.aborted).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("not by a name that was found before", async () => {
    const { transport } = server(stream("data: a\n\n"), failing("dns"), failing("tls"), stream("data: b\n\n"));
    expect(await read({ transport }, 2)).toEqual({ data: ["a", "b"], failure: undefined });
  });

  test("when the total clock runs out, over all connections", async () => {
    const { transport } = server(stream("data: a\n\n"));
    const { failure } = await read({ transport, timeouts: { total: 7000 } });
    expect(failure).toMatchObject({ code: "timeout", phase: "total" });
    expect(transport.requests.length).toBeGreaterThan(2);
  });

  test("with what a callback threw", async () => {
    const { transport } = server(stream("data: a\n\n"));
    const thrown = new Error("mine");
    const fail = (): never => {
      throw thrown;
    };
    for (const init of [{ onRetry: fail }, { headers: fail }, { onResponse: fail }, { onComment: fail }]) {
      const commented = server(stream(": hello\ndata: a\n\n"));
      expect((await read({ transport: commented.transport, ...init })).failure).toBe(thrown);
    }
    expect((await read({ transport }, Infinity, fail)).failure).toBe(thrown);
    expect((await read({ transport: server(status(500)).transport, isRetryable: fail })).failure).toBe(thrown);
  });
});

test("a stall ends in a reconnect: the idle clock is auto unless given", async () => {
  const beats: Script = async (request, sink) => {
    sink.head(head(request));
    for (let beat = 0; beat < 3; beat++) {
      await new Promise((resolve) => setTimeout(resolve, 6000));
      await sink.body(bytes(": beat\n\n"));
    }
    await stalled(request.signal);
  };
  const { transport } = server(beats, stream("data: back\n\n"));
  const causes: unknown[] = [];
  const { data } = await read({ transport, onRetry: ({ cause }) => causes.push(cause) }, 1);
  expect(data).toEqual(["back"]);
  expect(causes).toEqual([expect.objectContaining({ code: "timeout", phase: "idle" })]);
});

test("waking from sleep reconnects at once, and loses nothing that was not taken", async () => {
  const { transport, header } = server(async (request, sink) => {
    sink.head(head(request));
    await sink.body(bytes("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"));
    await stalled(request.signal);
  }, stream("id: 3\ndata: c\n\n"));
  const events = subscribe(url, { transport })[Symbol.asyncIterator]();
  expect((await events.next()).value).toMatchObject({ data: "a" });
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(5000);
  expect((await events.next()).value).toMatchObject({ data: "b" });
  const next = events.next();
  await vi.advanceTimersByTimeAsync(3000);
  expect((await next).value).toMatchObject({ data: "c" });
  expect(header("last-event-id")).toEqual([null, "2"]);
  await events.return?.();
});

describe("the request", () => {
  test("is made anew for each connection", async () => {
    const { transport, header } = server(stream("id: 1\ndata: a\n\n"), status(401), stream("id: 2\ndata: b\n\n"));
    const seen: unknown[] = [];
    const headers: SubscribeInit["headers"] = async ({ attempt, lastEventId, cause }) => {
      seen.push([attempt, lastEventId, asHeadraceError(cause)?.code]);
      return { authorization: `Bearer ${attempt}` };
    };
    const body: SubscribeInit["body"] = ({ lastEventId }) => `from ${lastEventId}`;
    const init = { transport, headers, body, method: "POST", replay: true };
    await read(init, 2, ({ attempt }) => `${url}?attempt=${attempt}`);
    expect(header("authorization")).toEqual(["Bearer 1", "Bearer 2", "Bearer 3"]);
    expect(transport.requests.map((request) => request.url.search)).toEqual(["?attempt=1", "?attempt=2", "?attempt=3"]);
    expect(transport.requests.map((request) => new TextDecoder().decode(request.body ?? undefined))).toEqual([
      "from ",
      "from 1",
      "from 1",
    ]);
    expect(seen).toEqual([
      [1, "", undefined],
      [2, "1", undefined],
      [3, "1", "status"],
    ]);
  });

  test("that was a POST is not sent again, unless replay says so or it was never sent", async () => {
    const once = server(failing("connect"), stream("data: a\n\n"));
    expect(await read({ transport: once.transport, json: {} })).toEqual({ data: ["a"], failure: undefined });
    expect(once.transport.requests).toHaveLength(2);
    const broken = server(failing("reset", "data: a\n\n"));
    expect((await read({ transport: broken.transport, json: {} })).failure).toMatchObject({ code: "reset" });
    expect(broken.transport.requests).toHaveLength(1);
    const again = server(failing("reset", "data: a\n\n"), stream("data: b\n\n"));
    expect((await read({ transport: again.transport, json: {}, replay: true }, 2)).data).toEqual(["a", "b"]);
  });
});

describe("the cursor", () => {
  /** A store that remembers all that it was told. */
  function store(stored?: unknown) {
    const kept: string[] = [];
    return { kept, get: async () => stored, set: async (_: string, cursor: string) => void kept.push(cursor) };
  }
  const three = stream("id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n");

  test("is stored when the next event is asked for, and not by leaving", async () => {
    const kept = store();
    await read({ transport: server(three).transport, store: { store: kept, key: "k" } }, 3);
    expect(kept.kept).toEqual(["1", "2"]);
  });

  test("is stored with every so many events, and what is left at the end", async () => {
    const kept = store();
    const { transport } = server(three, status(204));
    await read({ transport, store: { store: kept, key: "k", every: 2 } });
    expect(kept.kept).toEqual(["2", "3"]);
    const left = store();
    await read({ transport: server(three).transport, store: { store: left, key: "k", every: 10 } }, 3);
    expect(left.kept).toEqual(["2"]);
  });

  test("is where the next process begins", async () => {
    const { transport, header } = server(three);
    await read({ transport, store: { store: store("7"), key: "k" }, lastEventId: "5" }, 1);
    await read({ transport, store: { store: new Map(), key: "k" }, lastEventId: "5" }, 1);
    expect(header("last-event-id")).toEqual(["7", "5"]);
  });

  test("is stored when the server clears it, and only when it has changed", async () => {
    const kept = store("7");
    const stream7 = stream("id: 7\ndata: a\n\ndata: b\n\nid: 8\ndata: c\n\nid\ndata: d\n\ndata: e\n\ndata: f\n\n");
    await read({ transport: server(stream7).transport, store: { store: kept, key: "k" } }, 6);
    expect(kept.kept).toEqual(["8", ""]);
    const none = store();
    await read({ transport: server(stream("data: a\n\ndata: b\n\n")).transport, store: { store: none, key: "k" } }, 2);
    expect(none.kept).toEqual([]);
  });

  test("does not pass over what came and was not handed out, when it is aborted", async () => {
    const controller = new AbortController();
    const kept = store();
    const { transport } = server(three);
    const init: SubscribeInit = { transport, commit: "manual", store: { store: kept, key: "k" } };
    const subscription = subscribe(url, { ...init, signal: controller.signal });
    const events = subscription[Symbol.asyncIterator]();
    await events.next();
    controller.abort("enough");
    await expect(events.next()).rejects.toBe("enough");
    await subscription.commit();
    expect([subscription.cursor, kept.kept]).toEqual(["1", ["1"]]);
  });

  test("is stored by hand where commit is manual", async () => {
    const kept = store();
    const { transport } = server(three);
    const subscription = subscribe(url, { transport, commit: "manual", store: { store: kept, key: "k" } });
    for await (const { data } of subscription) {
      if (data === "b") await subscription.commit();
      if (data === "c") break;
    }
    expect(kept.kept).toEqual(["2"]);
    expect(subscription.cursor).toBe("3");
  });

  test("a store that fails ends the call with what it threw", async () => {
    const broken = new Error("disk full");
    const failingStore = { get: () => undefined, set: () => Promise.reject(broken) };
    const { failure } = await read({ transport: server(three).transport, store: { store: failingStore, key: "k" } });
    expect(failure).toBe(broken);
  });
});

test.each<[string, Record<string, unknown>]>([
  ["attempts", { attempts: 2 }],
  ["commit", { commit: "sometimes" }],
  ["duplicates", { duplicates: "keep" }],
  ["isRetryable", { isRetryable: true }],
  ["onRetry", { onRetry: true }],
  ["resume", { resume: "last-event-id" }],
  ["store.store", { store: { store: {}, key: "k" } }],
  ["store.key", { store: { store: new Map(), key: "" } }],
  ["store.every", { store: { store: new Map(), key: "k", every: 0 } }],
  ["retry.delay", { retry: { delay: -1 } }],
  ["store", { store: { store: new Map([["k", 5]]), key: "k" } }],
])("a bad %s is an invalid argument, and nothing is sent", async (name, init) => {
  const { transport } = server(silent);
  const { failure } = await read({ transport, ...init });
  expect(failure).toMatchObject({ code: "invalid-argument", message: expect.stringContaining(`\`${name}`) as string });
  expect(transport.requests).toEqual([]);
});

test("nothing is left of a thousand subscriptions on one signal", async () => {
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  const { transport } = server(silent);
  for (let cycle = 0; cycle < 1000; cycle++) {
    const subscription = subscribe(url, { transport, signal });
    const next = subscription[Symbol.asyncIterator]().next();
    await vi.advanceTimersByTimeAsync(0);
    await subscription.close();
    await next;
  }
  expect(added).toHaveBeenCalledTimes(1000);
  expect(removed).toHaveBeenCalledTimes(1000);
  expect(vi.getTimerCount()).toBe(0);
});

describe("repetitions", () => {
  test("ids that come again are not one", async () => {
    const states = ["A", "B", "A", "B", "A"].map((id) => stream(`id: ${id}\ndata: ${id}\n\n`));
    const { transport } = server(...states);
    expect((await read({ transport }, 5)).data).toEqual(["A", "B", "A", "B", "A"]);
  });

  test("an event that may begin one waits a second at most", async () => {
    const { transport } = server(stream("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"), async (request, sink) => {
      sink.head(head(request));
      await sink.body(bytes("id: 1\ndata: a\n\n"));
      await stalled(request.signal);
    });
    expect((await read({ transport }, 3)).data).toEqual(["a", "b", "a"]);
  });

  test("an event that comes after it has waited in vain is not lost", async () => {
    const { transport } = server(stream("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"), async (request, sink) => {
      sink.head(head(request));
      await sink.body(bytes("id: 1\ndata: a\n\n"));
      await pause(5000, new CallController());
      await sink.body(bytes("id: 3\ndata: c\n\nid: 4\ndata: d\n\n"));
      await stalled(request.signal);
    });
    expect((await read({ transport }, 5)).data).toEqual(["a", "b", "a", "c", "d"]);
  });

  test("one that is cut does not take the cursor back", async () => {
    const history = "id: 1\ndata: a\n\nid: 2\ndata: b\n\n";
    const { transport, header } = server(
      stream(`${history}id: 3\ndata: c\n\n`),
      failing("reset", history),
      stream(`${history}id: 3\ndata: c\n\nid: 4\ndata: d\n\n`),
    );
    expect((await read({ transport }, 4)).data).toEqual(["a", "b", "c", "d"]);
    expect(header("last-event-id")).toEqual([null, "3", "3"]);
  });

  test("there are none where the cursor is not an id", async () => {
    const same = stream("id: 1\ndata: same\n\n");
    for (const resume of [byteOffset(), fromCursor(({ data }) => data)]) {
      const { transport } = server(same);
      expect((await read({ transport, resume }, 3)).data).toEqual(["same", "same", "same"]);
    }
  });
});

describe("what hangs or fails in the user's own code", () => {
  const never = (): Promise<never> => new Promise(() => {});
  const hanging: [string, Partial<SubscribeInit>][] = [
    ["a headers function", { headers: never }],
    ["a body function", { body: never, method: "POST" }],
    ["a store's get", { store: { store: { get: never, set: () => {} }, key: "k" } }],
    ["a store's set", { store: { store: { get: () => undefined, set: never }, key: "k" } }],
  ];

  test.each(hanging)("%s holds up neither an abort, nor the total clock, nor close", async (_, init) => {
    const { transport } = server(stream("id: 1\ndata: a\n\nid: 2\ndata: b\n\n"));
    const controller = new AbortController();
    const aborted = read({ transport, ...init, signal: controller.signal });
    await vi.advanceTimersByTimeAsync(10);
    controller.abort("enough");
    expect((await aborted).failure).toBe("enough");
    expect((await read({ transport, ...init, timeouts: { total: 500 } })).failure).toMatchObject({ phase: "total" });
    const subscription = subscribe(url, { transport, ...init });
    const events = subscription[Symbol.asyncIterator]();
    const first = events.next();
    await vi.advanceTimersByTimeAsync(10);
    const second = events.next();
    await subscription.close();
    await Promise.all([first, second]);
    expect((await events.next()).done).toBe(true);
  });

  test("one of our errors from a function of theirs is judged as any other", async () => {
    const headers = ({ attempt }: { attempt: number }): Record<string, string> => {
      if (attempt === 2) throw new TransportError("connect", "the token server was not there");
      return {};
    };
    const { transport } = server(stream("data: a\n\n"), stream("data: b\n\n"));
    expect((await read({ transport, headers }, 2)).data).toEqual(["a", "b"]);
  });
});

test("events go to those who asked, in the order in which they did", async () => {
  const answers: (string | undefined)[] = [];
  const ask = async (): Promise<void> => {
    const place = answers.push(undefined) - 1;
    answers[place] = (await events.next()).value?.data;
  };
  const { transport } = server(async (request, sink) => {
    sink.head(head(request));
    await sink.body(bytes("data: a\n\ndata: b\n\n"));
    for (let asked = 0; asked < 3; asked++) void ask(); // The first for b, which has come.
    void sink.body(bytes(Array.from("cdefghijklmnop", (data) => `data: ${data}\n\n`).join("")));
    for (let turn = 0; turn < 12; turn++) {
      await Promise.resolve();
      void ask();
    }
    await stalled(request.signal);
  });
  const events = subscribe(url, { transport })[Symbol.asyncIterator]();
  await ask();
  await vi.advanceTimersByTimeAsync(1000);
  expect(answers.join("")).toBe("abcdefghijklmnop");
  await events.return?.();
});

test("return() ends it, though a next() is pending", async () => {
  const { transport } = server(silent);
  const events = subscribe(url, { transport })[Symbol.asyncIterator]();
  const next = events.next();
  await vi.advanceTimersByTimeAsync(10);
  await events.return?.();
  expect(await next).toEqual({ value: undefined, done: true });
  expect(transport.requests[0]?.signal.aborted).toBe(true);
});

test("an abort drops what had arrived, also after the response's end", async () => {
  const { transport } = server(stream("data: a\n\ndata: b\n\ndata: c\n\n"));
  const controller = new AbortController();
  const data: string[] = [];
  const reading = (async () => {
    for await (const event of subscribe(url, { transport, signal: controller.signal })) {
      data.push(event.data);
      await vi.advanceTimersByTimeAsync(10);
      controller.abort("enough");
    }
  })();
  await expect(reading).rejects.toBe("enough");
  expect(data).toEqual(["a"]);
});

test("a stored cursor lives on where the connection has no id, in the query too", async () => {
  const store = new Map([["k", "7"]]);
  const { transport } = server(stream(": hello\n\n"), stream(": hello\n\n"), status(204));
  await read({ transport, resume: lastEventId({ query: "last" }), store: { store, key: "k" } });
  expect(transport.requests.map((request) => request.url.search)).toEqual(["?last=7", "?last=7", "?last=7"]);
  expect(store.get("k")).toBe("7");
});

test("its own errors say how far it got", async () => {
  const { transport } = server(stream("id: 9\ndata: a\n\n"), failing("reset"));
  const told = { eventsDelivered: 1, lastEventId: "9" };
  expect((await read({ transport, retry: { maxAttempts: 1 } })).failure).toMatchObject({ code: "gave-up", ...told });
  const again = server(stream("id: 9\ndata: a\n\n"), silent);
  expect((await read({ transport: again.transport, timeouts: { total: 5000 } })).failure).toMatchObject({
    message: "total timeout: not within 5000 ms, after 1 events over 2 connections",
    ...told,
  });
});

test("a request that cannot be made again has no clock that guesses", async () => {
  const { transport } = server(async (request, sink) => {
    sink.head(head(request));
    for (let beat = 0; beat < 4; beat++) {
      await sink.body(bytes("data: a\n\n"));
      await new Promise((resolve) => setTimeout(resolve, beat === 3 ? 100_000 : 6000));
    }
  });
  const { data, failure } = await read({ transport, json: {} });
  expect([data.length, failure]).toEqual([4, undefined]);
});

test("what a body function gives decides whether the request may be made again", async () => {
  const { transport } = server(stream("data: a\n\n"));
  expect((await read({ transport, body: () => undefined }, 2)).data).toEqual(["a", "a"]);
});

test("a function of the user's that throws nothing ends it all the same", async () => {
  const transport = scriptedTransport(stream("data: a\n\n"));
  let asked = 0;
  const headers = (): Promise<never> => {
    asked++;
    return Promise.reject();
  };
  const events = subscribe("http://a.example/", { transport, headers })[Symbol.asyncIterator]();
  await expect(events.next()).rejects.toBeUndefined();
  expect(asked).toBe(1);
});
