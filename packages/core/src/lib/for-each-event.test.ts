import { expect, test, vi } from "vitest";
import { forEachEvent, forEachEventSync } from "./for-each-event.ts";
import { asHeadraceError } from "./headrace-error.ts";
import type { EventStreamInit } from "./event-stream-init.ts";
import { bytes, head, type Script, scriptedTransport, stalled, stream } from "./scripted-transport.ts";
import { TransportError } from "./transport-error.ts";

const url = "http://a.example/events?key=s3cr3t";

/** Runs the same call asynchronously and blocking: what one does, the other does. */
async function both(script: Script, init: Omit<EventStreamInit, "transport"> = {}, supports = {}) {
  const results = [];
  for (const run of [forEachEvent, forEachEventSync]) {
    const transport = scriptedTransport(script, supports);
    const data: string[] = [];
    try {
      const summary = await run(url, { ...init, transport }, (event) => void data.push(event.data));
      results.push({ data, completed: summary.completed, eventsDelivered: summary.eventsDelivered, error: undefined });
    } catch (reason) {
      const error = asHeadraceError(reason);
      if (!error) throw reason;
      results.push({ data, error, completed: undefined, eventsDelivered: error.eventsDelivered });
    }
  }
  const [first, second] = results;
  expect({ ...first, error: undefined }).toEqual({ ...second, error: undefined });
  expect(first?.error?.code).toBe(second?.error?.code);
  if (!first) throw new Error("no result");
  return first;
}

const answer =
  (status: number, headers: Record<string, string>, body = ""): Script =>
  (request, sink) => {
    sink.head(head(request, { status, headers }));
    if (body) void sink.body(bytes(body));
  };
const sync =
  (...pieces: string[]): Script =>
  (request, sink) => {
    sink.head(head(request));
    for (const piece of pieces) void sink.body(bytes(piece));
  };

test("each event, in order, and a summary", async () => {
  const transport = scriptedTransport(stream("id: 7\ndata: a\n\nda", "ta: b\n\n"));
  const events: unknown[] = [];
  const summary = await forEachEvent(url, { transport }, (event) => events.push(event));
  expect(events).toEqual([
    { type: "message", data: "a", lastEventId: "7", id: "7" },
    { type: "message", data: "b", lastEventId: "7", id: undefined },
  ]);
  expect(summary).toMatchObject({
    eventsDelivered: 2,
    bytesReceived: 24,
    lastEventId: "7",
    completed: true,
    response: { status: 200 },
  });
});

test.each([
  ["dispatch", ["a", "b"], undefined],
  ["discard", ["a"], undefined],
  ["error", ["a"], "incomplete"],
] as const)("eof: %s at a proven end inside an event", async (eof, data, code) => {
  const result = await both(sync("data: a\n\ndata: b"), { eof });
  expect(result.data).toEqual(data);
  const { pending, phase } = (result.error ?? {}) as { pending?: string; phase?: string };
  expect({ code: result.error?.code, pending, phase }).toEqual(code ? { code, pending: "b", phase: "end" } : {});
});

test("eof: dispatch at an end that is only assumed delivers an event whose last line was ended", async () => {
  const assumed = { endProof: { closeDelimited: false, http2: true, decompression: true } };
  expect((await both(sync("data: a\n\ndata: b\n"), {}, assumed)).data).toEqual(["a", "b"]);
  const cut = await both(sync("data: a\n\ndata: b"), {}, assumed);
  expect(cut.data).toEqual(["a"]);
  expect(cut.error).toMatchObject({ code: "incomplete", pending: "b" });
});

test.each(["2", "3"] as const)(
  "an HTTP/%s stream that ended is proven or not by what the transport says of HTTP/2",
  async (httpVersion) => {
    const script: Script = (request, sink) => {
      sink.head({ ...head(request), httpVersion });
      void sink.body(bytes("data: b"));
    };
    expect(
      (await both(script, {}, { endProof: { closeDelimited: false, http2: true, decompression: false } })).data,
    ).toEqual(["b"]);
    expect(
      (await both(script, {}, { endProof: { closeDelimited: true, http2: false, decompression: false } })).error?.code,
    ).toBe("incomplete");
  },
);

test("an end with a length is proven whatever the transport can prove of others", async () => {
  const none = { endProof: { closeDelimited: false, http2: false, decompression: false } };
  const script: Script = (request, sink) => {
    sink.head(head(request, { headers: { "content-type": "text/event-stream", "content-length": "7" } }));
    void sink.body(bytes("data: b"));
  };
  expect((await both(script, {}, none)).data).toEqual(["b"]);
});

test("a cut never dispatches the unfinished event, and what came before it is delivered first", async () => {
  const script: Script = (request, sink) => {
    void sync("data: a\n\ndata: b\n")(request, sink, 0);
    throw new TransportError("truncated", "the body was cut short");
  };
  const { data, error } = await both(script);
  expect(data).toEqual(["a"]);
  expect(error).toMatchObject({ code: "truncated", eventsDelivered: 1, bytesReceived: 17 });
});

test.each([
  ["a sentinel is consumed", "[DONE]", ["a"], true],
  ["an event of a type is delivered", { type: "stop" }, ["a", "[DONE]", "z"], true],
  ["a function's event is delivered", (event: { data: string }) => event.data === "[DONE]", ["a", "[DONE]"], true],
])("terminal: %s and ends the stream", async (_, terminal, data, completed) => {
  const result = await both(
    sync("data: a\n\ndata: [DONE]\n\nevent: stop\ndata: z\n\ndata: late\n\n", "data: later\n\n"),
    { terminal },
  );
  expect(result).toMatchObject({ data, completed, error: undefined });
});

test("terminal: a clean end before it is incomplete", async () => {
  const { data, error } = await both(sync("data: a\n\n"), { terminal: "[DONE]" });
  expect(data).toEqual(["a"]);
  expect(error).toMatchObject({ code: "incomplete", phase: "end", eventsDelivered: 1 });
});

test("terminal: one without its blank line counts where eof dispatches it", async () => {
  expect(await both(sync("data: a\n\ndata: [DONE]"), { terminal: "[DONE]" })).toMatchObject({
    data: ["a"],
    completed: true,
  });
  expect((await both(sync("data: a\n\ndata: [DONE]"), { terminal: "[DONE]", eof: "discard" })).error?.code).toBe(
    "incomplete",
  );
});

test("a status keeps its body, headers and Retry-After", async () => {
  const headers = { "content-type": "application/json", "retry-after": "3", "set-cookie": "session=s3cr3t" };
  const { error } = await both(answer(429, headers, '{"error":"slow down"}'));
  expect(error).toMatchObject({
    code: "status",
    status: 429,
    body: '{"error":"slow down"}',
    retryAfter: 3000,
    response: { status: 429 },
  });
  expect(error?.response?.headers.get("content-type")).toBe("application/json");
  expect(error?.response?.headers.get("set-cookie")).toBeNull();
  expect(JSON.stringify(error)).not.toContain("slow down");
});

test("64 KiB of a status's body are read, and how it ends changes nothing", async () => {
  const endless: Script = (request, sink) => {
    sink.head(head(request, { status: 500 }));
    for (let piece = 0; piece < 100; piece++) void sink.body(new Uint8Array(1024).fill(120));
  };
  const { error } = await both(endless);
  expect(error).toMatchObject({ code: "status", status: 500 });
  expect((error as { body?: string }).body).toHaveLength(65_536);
  const broken: Script = (request, sink) => {
    sink.head(head(request, { status: 502 }));
    throw new TransportError("reset", "lost");
  };
  expect((await both(broken)).error).toMatchObject({
    code: "status",
    status: 502,
  });
});

test("a status whose body never ends is reported in time", async () => {
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request, { status: 503 }));
    void sink.body(bytes("busy"));
    await stalled(request.signal);
  });
  await expect(forEachEvent(url, { transport }, () => {})).rejects.toMatchObject({
    code: "status",
    status: 503,
    body: "busy",
  });
});

test.each([
  [200, { "content-type": "text/html" }, "content-type"],
  [200, {}, "content-type"],
  [204, {}, "no-content"],
  [205, {}, "no-content"],
  [200, { "content-type": "text/event-stream", "content-encoding": "gzip" }, "unsupported"],
  [302, {}, "status"],
  [404, { "content-type": "text/event-stream", "content-encoding": "gzip" }, "status"],
])("%i with %o is %s", async (status, headers, code) => {
  expect((await both(answer(status, headers as Record<string, string>, status < 204 ? "<p>" : ""))).error?.code).toBe(
    code,
  );
});

test("more content codings than anybody needs are refused before a byte is decoded", async () => {
  const coded = (count: number): Script =>
    answer(200, { "content-type": "text/event-stream", "content-encoding": Array(count).fill("gzip").join(", ") });
  const able = { decompression: ["gzip"] as const };
  expect((await both(coded(5), {}, able)).error?.code).toBeUndefined();
  expect((await both(coded(6), {}, able)).error?.code).toBe("protocol");
});

test("over TLS an end by close alone is never proven (RFC 9112 section 9.8)", async () => {
  const transport = scriptedTransport(stream("data: a\n\ndata: transfer 1"));
  const call = forEachEvent("https://a.example/", { transport }, () => {});
  await expect(call).rejects.toMatchObject({ code: "incomplete", pending: "transfer 1", eventsDelivered: 1 });
});

test.each(["text/event-stream", "TEXT/Event-Stream; charset=utf-8", "text/event-stream;charset=x"])(
  "%s is an event stream",
  async (type) => {
    expect((await both(answer(200, { "content-type": type }, "data: a\n\n"))).data).toEqual(["a"]);
  },
);

test("contentType: ignore reads it all the same", async () => {
  expect(
    (await both(answer(200, { "content-type": "text/plain" }, "data: a\n\n"), { contentType: "ignore" })).data,
  ).toEqual(["a"]);
});

test("an event over maxEventSize is too-large, after the events before it", async () => {
  const { data, error } = await both(sync("data: a\n\n", `data: ${"x".repeat(200)}`), { maxEventSize: 100 });
  expect(data).toEqual(["a"]);
  expect(error?.code).toBe("too-large");
});

test("what the callback throws comes out as it is, and ends the exchange", async () => {
  const mine = new TransportError("dns", "the user's own");
  for (const run of [forEachEvent, forEachEventSync]) {
    const transport = scriptedTransport(sync("data: a\n\ndata: b\n\n"));
    let calls = 0;
    const attempt = async (): Promise<unknown> =>
      await run(url, { transport }, () => {
        calls++;
        throw mine;
      });
    await expect(attempt()).rejects.toBe(mine);
    expect(calls).toBe(1);
  }
});

test("what the callback's promise rejects with comes out as it is, also at the end of the stream", async () => {
  const mine = { mine: true };
  const transport = scriptedTransport(sync("data: a\n\ndata: [DONE]\n\n"));
  const rejecting = (): Promise<never> => Promise.reject(mine);
  await expect(forEachEvent(url, { transport }, rejecting)).rejects.toBe(mine);
  await expect(forEachEvent(url, { transport, terminal: "[DONE]" }, rejecting)).rejects.toBe(mine);
});

test("a promise holds back the next event, and the transport", async () => {
  const order: string[] = [];
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    await sink.body(bytes("data: a\n\ndata: b\n\n"));
    order.push("transport goes on");
    await sink.body(bytes("data: c\n\n"));
  });
  await forEachEvent(url, { transport }, async ({ data }) => {
    order.push(`${data} begins`);
    await new Promise((resolve) => setImmediate(resolve));
    order.push(`${data} ends`);
  });
  expect(order).toEqual(["a begins", "a ends", "b begins", "b ends", "transport goes on", "c begins", "c ends"]);
});

test("a comment does not overtake the events that wait for a promise", async () => {
  const seen: string[] = [];
  const transport = scriptedTransport(stream("data: a\n\n: between\ndata: b\n\n"));
  const onComment = (comment: string): void => void seen.push(comment);
  await forEachEvent(url, { transport, onComment }, async ({ data }) => {
    await new Promise((resolve) => setImmediate(resolve));
    seen.push(data);
  });
  expect(seen).toEqual(["a", "between", "b"]);
});

test("the summary says when", async () => {
  const { timing } = await forEachEvent(url, { transport: scriptedTransport(stream("data: a\n\n")) }, () => {});
  expect(timing.head).toBeLessThanOrEqual(timing.firstEvent ?? -1);
  expect(timing.lastEvent).toBe(timing.firstEvent);
});

test.each<[string, Partial<EventStreamInit>, (stop: () => void) => void]>([
  ["its terminal", { terminal: "[DONE]" }, () => {}],
  ["stop()", {}, (stop) => stop()],
])("says when its events came, also where %s ends it", async (_, init, onEvent) => {
  const transport = scriptedTransport(stream("data: a\n\ndata: [DONE]\n\n"));
  const { timing } = await forEachEvent(url, { transport, ...init }, (_event, stop) => onEvent(stop));
  expect(timing.firstEvent).toBe(timing.lastByte);
  expect(timing.lastEvent).toBe(timing.lastByte);
  expect(timing.lastByte).toBeGreaterThan(0);
});

test("other return values do not hold anything back", async () => {
  const transport = scriptedTransport(sync("data: a\n\ndata: b\n\n"));
  const { eventsDelivered } = await forEachEvent(url, { transport }, () => false);
  expect(eventsDelivered).toBe(2);
});

test("stop ends it in good order: nothing more is delivered", async () => {
  for (const run of [forEachEvent, forEachEventSync]) {
    const transport = scriptedTransport(sync("data: a\n\ndata: b\n\n", "data: c\n\n"));
    const data: string[] = [];
    const summary = await run(url, { transport }, (event, stop) => {
      data.push(event.data);
      stop();
    });
    expect(data).toEqual(["a"]);
    expect(summary).toMatchObject({ completed: false, eventsDelivered: 1 });
  }
});

test("stop from elsewhere ends a stream that is silent", async () => {
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    void sink.body(bytes("data: a\n\n"));
    await stalled(request.signal);
  });
  const summary = await forEachEvent(url, { transport }, (_, stop) => void setImmediate(stop));
  expect(summary.completed).toBe(false);
});

test("an abort in the callback: its reason, and no further call in the same tick", async () => {
  for (const run of [forEachEvent, forEachEventSync]) {
    const controller = new AbortController();
    const reason = { why: "mine" };
    let calls = 0;
    const transport = scriptedTransport(sync("data: a\n\ndata: b\n\n"));
    const attempt = async (): Promise<unknown> =>
      await run(url, { transport, signal: controller.signal }, () => {
        calls++;
        controller.abort(reason);
      });
    await expect(attempt()).rejects.toBe(reason);
    expect(calls).toBe(1);
  }
});

test("an abort while the callback's promise is pending does not wait for it", async () => {
  const controller = new AbortController();
  const transport = scriptedTransport(stream("data: a\n\ndata: b\n\n"));
  let calls = 0;
  const call = forEachEvent(url, { transport, signal: controller.signal }, () => {
    calls++;
    setImmediate(() => controller.abort("enough"));
    return new Promise(() => {});
  });
  await expect(call).rejects.toBe("enough");
  expect(calls).toBe(1);
});

test("a promise that rejects after an abort in its call, or in a blocking call, is nobody's unhandled rejection", async () => {
  const unhandled: unknown[] = [];
  const listener = (reason: unknown): void => void unhandled.push(reason);
  process.on("unhandledRejection", listener);
  const transport = scriptedTransport(sync("data: a\n\n"));
  const controller = new AbortController();
  const rejects = (end: () => void) => async (): Promise<void> => {
    end();
    throw new Error("late");
  };
  const aborted = forEachEvent(
    url,
    { transport, signal: controller.signal },
    rejects(() => controller.abort("enough")),
  );
  await expect(aborted).rejects.toBe("enough");
  expect(() =>
    forEachEventSync(
      url,
      { transport },
      rejects(() => {}),
    ),
  ).toThrow();
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listener);
  expect(unhandled).toEqual([]);
});

test.each([
  ["at the terminal", "data: a\n\ndata: [DONE]\n\n", { terminal: "[DONE]" }],
  ["at the end of the stream", "data: a", {}],
])("a callback still pending %s is waited for only as long as signal and total allow", async (_, text, init) => {
  const transport = scriptedTransport(sync(text));
  const never = (): Promise<void> => new Promise(() => {});
  const controller = new AbortController();
  const aborted = forEachEvent(url, { transport, ...init, signal: controller.signal }, () => {
    setImmediate(() => controller.abort("enough"));
    return never();
  });
  await expect(aborted).rejects.toBe("enough");
  const late = forEachEvent(url, { transport, ...init, timeouts: { total: 50 } }, never);
  await expect(late).rejects.toMatchObject({ code: "timeout", phase: "total" });
});

test.each<[string, (stop: () => void) => Promise<void> | void]>([
  ["before its promise", (stop) => stop()],
  ["while it is pending", (stop) => new Promise((resolve) => setImmediate(() => resolve(stop())))],
])("a callback that stops %s is waited for, and what it rejects with comes out", async (_, stopping) => {
  const transport = scriptedTransport(stream("data: a\n\ndata: b\n\n"));
  let work = "begun";
  const summary = await forEachEvent(url, { transport }, async (_event, stop) => {
    await stopping(stop);
    await new Promise((resolve) => setImmediate(resolve));
    work = "done";
  });
  expect(summary).toMatchObject({ eventsDelivered: 1, completed: false });
  expect(work).toBe("done");
  const failing = forEachEvent(url, { transport }, async (_event, stop) => {
    await stopping(stop);
    throw new Error("mine");
  });
  await expect(failing).rejects.toThrow("mine");
});

test("after stop, too, the signal and the total clock end the wait for a callback", async () => {
  for (const text of ["data: a\n\n", "data: a"]) {
    const transport = scriptedTransport(sync(text));
    const controller = new AbortController();
    const stopped = (init: Partial<EventStreamInit>, then: () => void): Promise<unknown> =>
      forEachEvent(url, { transport, ...init }, (_event, stop) => {
        stop();
        setImmediate(then);
        return new Promise(() => {});
      });
    const aborted = stopped({ signal: controller.signal }, () => controller.abort("enough"));
    await expect(aborted).rejects.toBe("enough");
    const late = stopped({ timeouts: { total: 50 } }, () => {});
    await expect(late).rejects.toMatchObject({ code: "timeout", phase: "total" });
  }
});

test("lastEventId is that of the last event that the callback was called with", async () => {
  const text = "id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n";
  const transport = scriptedTransport(stream(text));
  const call = forEachEvent(url, { transport, timeouts: { total: 50 } }, () => new Promise(() => {}));
  await expect(call).rejects.toMatchObject({ eventsDelivered: 1, lastEventId: "1" });
  const whole = await forEachEvent(url, { transport }, () => Promise.resolve());
  expect(whole).toMatchObject({ eventsDelivered: 3, lastEventId: "3" });
});

test("what is thrown after stop comes out, after an abort the abort's reason, blocking or not", async () => {
  const transport = scriptedTransport(sync("data: a\n\n"));
  for (const run of [forEachEvent, forEachEventSync]) {
    const stopping = async (): Promise<unknown> =>
      await run(url, { transport }, (_, stop) => {
        stop();
        throw new Error("mine");
      });
    await expect(stopping()).rejects.toThrow("mine");
    const controller = new AbortController();
    const aborting = async (): Promise<unknown> =>
      await run(url, { transport, signal: controller.signal }, () => {
        controller.abort("reason");
        throw new Error("mine");
      });
    await expect(aborting()).rejects.toBe("reason");
  }
});

test("completed is false after stop in the event that the end dispatched", async () => {
  for (const run of [forEachEvent, forEachEventSync]) {
    const summary = await run(url, { transport: scriptedTransport(sync("data: a")) }, (_, stop) => stop());
    expect(summary).toMatchObject({ completed: false, eventsDelivered: 1 });
  }
});

test("what the callback throws is never taken for a failure to try again", async () => {
  const transport = scriptedTransport(sync("data: a\n\n"));
  const mine = new TransportError("connect", "of another call");
  const call = forEachEvent(url, { transport, attempts: 3 }, () => {
    throw mine;
  });
  await expect(call).rejects.toBe(mine);
  expect(transport.requests).toHaveLength(1);
});

test("blocking: a callback that returns a promise is told so", () => {
  const transport = scriptedTransport(sync("data: a\n\n"));
  expect(() => forEachEventSync(url, { transport }, async () => {})).toThrow(
    expect.objectContaining({ code: "invalid-argument" }) as Error,
  );
});

test("blocking: the head clock has a default", () => {
  let longest = 0;
  const transport = scriptedTransport(() => {});
  const probing = {
    ...transport,
    sendSync: (...args: Parameters<typeof transport.sendSync>) => ((longest = args[2]()), transport.sendSync(...args)),
  };
  expect(() => forEachEventSync(url, { transport: probing }, () => {})).toThrow();
  expect(longest).toBe(1000);
});

test("onResponse, onComment: once accepted, in stream order", async () => {
  const seen: string[] = [];
  const transport = scriptedTransport(sync(": one\ndata: a\n\n: two\n"));
  const onResponse = ({ status }: { status: number }): void => void seen.push(`response ${status}`);
  const onComment = (comment: string): void => void seen.push(`comment ${comment}`);
  await forEachEvent(url, { transport, onResponse, onComment }, ({ data }) => void seen.push(`event ${data}`));
  expect(seen).toEqual(["response 200", "comment one", "event a", "comment two"].map((line) => line));
});

test("the idle clock's message says what support will ask", async () => {
  const transport = scriptedTransport(async (request, sink) => {
    sink.head({
      ...head(request, { headers: { "content-type": "text/event-stream", "x-request-id": "r1" } }),
      httpVersion: "2",
    });
    void sink.body(bytes("data: a\n\n: ping\n"));
    await stalled(request.signal);
  });
  const error = await forEachEvent(url, { transport, timeouts: { idle: 30 } }, () => {}).catch((reason: unknown) =>
    asHeadraceError(reason),
  );
  expect(error).toMatchObject({ code: "timeout", phase: "idle", eventsDelivered: 1, bytesReceived: 16 });
  expect((error as Error).message).toMatch(
    /^idle timeout: nothing for 30 ms after 1 events \(16 bytes\), last comment 0\.\d s ago; 200 over h2 by scripted from http:\/\/a\.example\/events\?key=… \(x-request-id: r1\)$/,
  );
});

test.each([
  ["bytes", undefined],
  ["events", "idle"],
] as const)("idleCounts: %s, and comments keep coming", async (idleCounts, phase) => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    for (let turn = 0; turn < 8; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 60));
      await sink.body(bytes(":\n"));
    }
  });
  const call = forEachEvent(url, { transport, idleCounts, timeouts: { idle: 100 } }, () => {});
  const outcome = call.then(
    () => undefined,
    (reason: unknown) => asHeadraceError(reason)?.phase,
  );
  await vi.advanceTimersByTimeAsync(1000);
  vi.useRealTimers();
  expect(await outcome).toBe(phase);
});

test("first-event and total", async () => {
  const pinging: Script = async (request, sink) => {
    sink.head(head(request));
    for (;;) {
      await sink.body(bytes(": ping\n"));
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const transport = scriptedTransport(pinging);
  await expect(forEachEvent(url, { transport, timeouts: { firstEvent: 20 } }, () => {})).rejects.toMatchObject({
    phase: "first-event",
  });
  await expect(forEachEvent(url, { transport, timeouts: { total: 20 } }, () => {})).rejects.toMatchObject({
    phase: "total",
  });
});

test.each([
  [{ eof: "flush" }],
  [{ contentType: "any" }],
  [{ redirect: "no" }],
  [{ maxEventSize: 0 }],
  [{ maxEventSize: "1" }],
  [{ terminal: 5 }],
  [{ attempts: 0 }],
  [{ attempts: 1.5 }],
  [{ idleCounts: "pings" }],
  [{ timeouts: { firstevent: 10 } }],
  [{ onResponse: 5 }],
  [{ headers: "authorization: s3cr3t" }],
  [{ headers: ["s3cr3t"] }],
  [{ transport: { send() {} } }],
])("refuses %o before anything is sent", async (init) => {
  const transport = scriptedTransport(stream());
  await expect(forEachEvent(url, { transport, ...(init as object) }, () => {})).rejects.toMatchObject({
    code: "invalid-argument",
  });
  expect(transport.requests).toEqual([]);
});
