import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createFetch } from "./create-fetch.ts";
import { asHeadraceError } from "../headrace-error.ts";
import { bytes, head, type Script, scriptedTransport, stalled } from "../scripted-transport.ts";
import { TransportError } from "../transport-error.ts";
import type { ResponseSink } from "../transport.ts";
import type { Timeouts } from "../clocks.ts";

const url = "http://a.example/";
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function deferred<T>() {
  let settle: { resolve: (value: T) => void; reject: (reason: unknown) => void } | undefined;
  const promise = new Promise<T>((resolve, reject) => (settle = { resolve, reject }));
  return {
    promise,
    resolve: (value: T) => settle?.resolve(value),
    reject: (reason: unknown) => settle?.reject(reason),
  };
}

/** A server in the test's hand: what its sink says, and how its exchange was ended. */
function byHand(headers: Record<string, string> = {}, timeouts: Timeouts = {}) {
  const sinks: ResponseSink[] = [];
  const ended = deferred<unknown>();
  const over = deferred<void>();
  const script: Script = async (request, sink) => {
    request.signal.addEventListener("abort", () => ended.resolve(request.signal.reason));
    sink.head(head(request, { headers }));
    sinks.push(sink);
    await Promise.race([over.promise, stalled(request.signal)]);
  };
  const fetch = createFetch(scriptedTransport(script), { timeouts });
  const push = (text: string | Uint8Array) => sinks[0]?.body(typeof text === "string" ? bytes(text) : text);
  return { fetch, push, ended: ended.promise, end: over.resolve, fail: over.reject };
}

async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
}

const text = ({ value }: { value?: Uint8Array | undefined }): string => new TextDecoder().decode(value);

test("bytes are read as they come, each piece copied", async () => {
  const { fetch, push, end } = byHand();
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader();
  const reading = reader.read();
  const lent = bytes("lent");
  expect(push(lent)).toBeUndefined();
  lent.fill(0);
  expect(text(await reading)).toBe("lent");
  void push("kept");
  expect(text(await reader.read())).toBe("kept");
  end();
  expect(await reader.read()).toEqual({ done: true, value: undefined });
});

test("64 KiB are kept of what nobody reads; then the transport is held back until a read waits", async () => {
  const { fetch, push } = byHand();
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader();
  const half = new Uint8Array(32 * 1024);
  expect(push(half)).toBeUndefined();
  const held = push(half);
  expect(held).toBeInstanceOf(Promise);
  let settled = false;
  void held?.then(() => (settled = true));
  await macrotask();
  expect(settled).toBe(false);
  await reader.read();
  await reader.read();
  await macrotask();
  expect(settled).toBe(false);
  const reading = reader.read();
  await held;
  void push("more");
  expect(text(await reading)).toBe("more");
});

test("a short response that is never read comes to its end", async () => {
  const ended = vi.fn();
  const fetch = createFetch(
    scriptedTransport(async (request, sink) => {
      sink.head(head(request));
      await sink.body(bytes("short"));
      ended();
    }),
  );
  const response = await fetch(url);
  await macrotask();
  expect(ended).toHaveBeenCalled();
  expect(await response.text()).toBe("short");
});

test("cancelling the body ends the exchange at once, read or not", async () => {
  const unread = byHand();
  await (await unread.fetch(url)).body?.cancel();
  await unread.ended;
  const { fetch, push, ended } = byHand();
  const response = await fetch(url);
  void push("one");
  for await (const piece of response.body ?? []) {
    expect(text({ value: piece })).toBe("one");
    break;
  }
  await ended;
});

test("cancelling one branch of a clone leaves the other; cancelling both ends the exchange", async () => {
  const { fetch, push, ended } = byHand();
  const response = await fetch(url);
  const clone = response.clone();
  void clone.body?.cancel();
  void push("one");
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(text(await reader.read())).toBe("one");
  await reader.cancel();
  await ended;
});

test("an abort after the head fails the body at once with the very reason, what was not read dropped", async () => {
  const { fetch, push, ended } = byHand();
  const controller = new AbortController();
  const reader = ((await fetch(url, { signal: controller.signal })).body as ReadableStream<Uint8Array>).getReader();
  void push("one");
  expect(text(await reader.read())).toBe("one");
  void push("two");
  const reason = new TransportError("timeout", "one of ours, but not from here");
  controller.abort(reason);
  expect(await failureOf(reader.read())).toBe(reason);
  expect(await ended).toBe(reason);
});

test("an abort reaches a body that has come to its end but was not read", async () => {
  const { fetch, push, end } = byHand();
  const controller = new AbortController();
  const response = await fetch(url, { signal: controller.signal });
  void push("one");
  end();
  await macrotask();
  controller.abort("mine");
  expect(await failureOf(response.text())).toBe("mine");
});

test("an abort after the body was read does nothing", async () => {
  const { fetch, push, end } = byHand();
  const controller = new AbortController();
  const response = await fetch(url, { signal: controller.signal });
  void push("one");
  end();
  expect(await response.text()).toBe("one");
  controller.abort();
  await macrotask();
  expect(response.bodyUsed).toBe(true);
});

test("no listener stays on the signal, however the call ends", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  vi.spyOn(signal, "addEventListener").mockImplementation((_, listener) => void listeners.add(listener));
  vi.spyOn(signal, "removeEventListener").mockImplementation((_, listener) => void listeners.delete(listener));
  const read = byHand();
  const response = await read.fetch(url, { signal });
  expect(listeners.size).toBe(1);
  read.end();
  await response.text();
  expect(listeners.size).toBe(0);
  await (await byHand().fetch(url, { signal })).body?.cancel();
  expect(listeners.size).toBe(0);
  const refused = scriptedTransport(() => Promise.reject(new TransportError("connect", "refused")));
  await failureOf(createFetch(refused)(url, { signal }));
  expect(listeners.size).toBe(0);
});

test("a body that fails with nobody there makes no unhandled rejection", async () => {
  const unhandled = vi.fn<(reason: unknown) => void>();
  process.on("unhandledRejection", unhandled);
  const { fetch, fail } = byHand();
  const response = await fetch(url);
  const clone = response.clone();
  fail(new TransportError("reset", "lost"));
  await macrotask();
  await macrotask();
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect(asHeadraceError(await failureOf(clone.text()))?.code).toBe("reset");
});

test("a buffer of one's own is filled, and given back at the end", async () => {
  const { fetch, push, end } = byHand();
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader({ mode: "byob" });
  void push("abc");
  expect(text(await reader.read(new Uint8Array(2)))).toBe("ab");
  expect(text(await reader.read(new Uint8Array(2)))).toBe("c");
  const last = reader.read(new Uint8Array(2));
  end();
  expect(await last).toMatchObject({ done: true });
});

test("what a read into a buffer left over is no end of one that asks for more", async () => {
  const { fetch, push, end } = byHand();
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader({ mode: "byob" });
  void push("abcde");
  end();
  await macrotask();
  expect(text(await reader.read(new Uint8Array(2)))).toBe("ab");
  expect(text(await reader.read(new Uint8Array(4), { min: 4 }))).toBe("cde");
  expect(await reader.read(new Uint8Array(2))).toMatchObject({ done: true });
});

test("what a read into a buffer left over is read before a failure", async () => {
  const { fetch, push, fail } = byHand();
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader({ mode: "byob" });
  void push("abcde");
  fail(new TransportError("reset", "lost"));
  await macrotask();
  const read = [];
  for (let part = 0; part < 3; part++) read.push(text(await reader.read(new Uint8Array(2))));
  expect(read).toEqual(["ab", "cd", "e"]);
  expect(asHeadraceError(await failureOf(reader.read(new Uint8Array(2))))?.code).toBe("reset");
});

test("an abort drops what a read into a buffer left over", async () => {
  const { fetch, push, end } = byHand();
  const controller = new AbortController();
  const { body } = await fetch(url, { signal: controller.signal });
  const reader = (body as ReadableStream<Uint8Array>).getReader({ mode: "byob" });
  void push("abcde");
  end();
  await macrotask();
  expect(text(await reader.read(new Uint8Array(2)))).toBe("ab");
  controller.abort("enough");
  expect(await failureOf(reader.read(new Uint8Array(2)))).toBe("enough");
});

test("where there are no streams of bytes the body is a plain one", async () => {
  const { ReadableStream } = globalThis;
  vi.stubGlobal(
    "ReadableStream",
    class extends ReadableStream<Uint8Array> {
      constructor(source: object, strategy?: QueuingStrategy<Uint8Array>) {
        if ("type" in source) throw new TypeError("no bytes");
        super(source, strategy);
      }
    },
  );
  const { fetch, push, end } = byHand();
  const response = await fetch(url);
  vi.unstubAllGlobals();
  void push("one");
  const body = response.text();
  void push("two");
  end();
  expect(await body).toBe("onetwo");
});

test("bytes of a response that has no body are dropped, and so is how it ended", async () => {
  const script: Script = async (request, sink) => {
    sink.head(head(request, { status: 205 }));
    await sink.body(bytes("x"));
    throw new TransportError("truncated", "cut");
  };
  expect((await createFetch(scriptedTransport(script))(url)).body).toBeNull();
  await macrotask();
});

test("a body that is dropped unread ends the exchange, but not while it can still be read", async () => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  const { fetch, push, ended } = byHand();
  let isOver = false;
  void ended.then(() => (isOver = true));
  const collect = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) {
      collectGarbage();
      await macrotask();
    }
  };
  const start = async () => {
    const { body } = await fetch(url);
    return { reading: (body as ReadableStream<Uint8Array>).getReader().read() };
  };
  const read = async () => {
    const { reading } = await start();
    await collect();
    expect(isOver).toBe(false); // A read waits, and holds the stream.
    void push("one");
    expect(text(await reading)).toBe("one");
  };
  await read();
  await collect();
  await ended;
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] }));
afterEach(() => void vi.useRealTimers());

const eventStream = { "content-type": "text/event-stream; charset=utf-8" };

test("`head` and `total` hold for every response", async () => {
  const silent = createFetch(
    scriptedTransport((request) => stalled(request.signal)),
    { timeouts: { head: 50 } },
  );
  const failed = failureOf(silent(url));
  await vi.advanceTimersByTimeAsync(50);
  expect(asHeadraceError(await failed)).toMatchObject({ code: "timeout", phase: "head" });
  const { fetch, push, ended } = byHand({}, { total: 50 });
  const response = await fetch(url);
  void push("what had come");
  await vi.advanceTimersByTimeAsync(50);
  expect(asHeadraceError(await ended)).toMatchObject({ code: "timeout", phase: "total" });
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  expect(text(await reader.read())).toBe("what had come");
  expect(asHeadraceError(await failureOf(reader.read()), "timeout")?.bytesReceived).toBe(13);
});

test("`idle` runs only while a read waits", async () => {
  const { fetch, push } = byHand({}, { idle: 50 });
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader();
  await vi.advanceTimersByTimeAsync(500);
  void push("one");
  await vi.advanceTimersByTimeAsync(500);
  expect(text(await reader.read())).toBe("one");
  await vi.advanceTimersByTimeAsync(500);
  let reading = reader.read();
  await vi.advanceTimersByTimeAsync(40);
  void push("two");
  expect(text(await reading)).toBe("two");
  await vi.advanceTimersByTimeAsync(500);
  reading = reader.read();
  await vi.advanceTimersByTimeAsync(40);
  const failed = failureOf(reading);
  await vi.advanceTimersByTimeAsync(10);
  expect(asHeadraceError(await failed)).toMatchObject({ code: "timeout", phase: "idle" });
});

test("`idle: auto` learns the rhythm of what is read", async () => {
  const { fetch, push } = byHand({}, { idle: "auto" });
  const failed = failureOf((await fetch(url)).text());
  for (let count = 0; count < 4; count++) {
    await vi.advanceTimersByTimeAsync(6000);
    void push("one");
  }
  await vi.advanceTimersByTimeAsync(17_999);
  expect(vi.getTimerCount()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(asHeadraceError(await failed)).toMatchObject({ code: "timeout", phase: "idle" });
});

test("`firstEvent` waits for the first event of an event stream, and comments are none", async () => {
  const { fetch, push } = byHand(eventStream, { firstEvent: 50 });
  const failed = failureOf((await fetch(url)).text());
  await vi.advanceTimersByTimeAsync(40);
  void push(": waiting\n\ndata: 1\n");
  await vi.advanceTimersByTimeAsync(10);
  expect(asHeadraceError(await failed)).toMatchObject({ code: "timeout", phase: "first-event" });
});

test.each([
  ["an event", eventStream, "data: 1\n\n"],
  ["too much for one", eventStream, `data: ${"x".repeat(16 * 1024 * 1024)}`],
  ["another content type", { "content-type": "application/json" }, "{"],
])("after %s `firstEvent` is no more", async (_, headers, piece) => {
  const { fetch, push, end } = byHand(headers, { firstEvent: 50 });
  const body = (await fetch(url)).text();
  void push(piece);
  await vi.advanceTimersByTimeAsync(500);
  end();
  expect(await body).toBe(piece);
});

test("`firstEvent` stands still while bytes wait to be read, and starts again then", async () => {
  const { fetch, push } = byHand(eventStream, { firstEvent: 50 });
  const reader = ((await fetch(url)).body as ReadableStream<Uint8Array>).getReader();
  const first = reader.read();
  void push(":\n");
  await first;
  void push(":\n");
  await vi.advanceTimersByTimeAsync(500);
  await reader.read();
  const failed = failureOf(reader.read());
  await vi.advanceTimersByTimeAsync(49);
  expect(vi.getTimerCount()).toBeGreaterThan(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(asHeadraceError(await failed)?.phase).toBe("first-event");
});

test("no timer is left once the body was cancelled, or has come to its end unread", async () => {
  const timeouts = { head: 50, firstEvent: 50, idle: 50, total: 50 };
  const cancelled = byHand(eventStream, timeouts);
  await (await cancelled.fetch(url)).body?.cancel();
  const unread = byHand(eventStream, timeouts);
  const response = await unread.fetch(url);
  void unread.push(":\n");
  unread.end();
  await macrotask();
  expect(vi.getTimerCount()).toBe(0);
  expect(response.bodyUsed).toBe(false);
});

test("no timer is left once the body has been read", async () => {
  const { fetch, push, end } = byHand(eventStream, { head: 50, firstEvent: 50, idle: 50, total: 50 });
  const body = (await fetch(url)).text();
  void push("data: 1\n\n");
  end();
  await body;
  expect(vi.getTimerCount()).toBe(0);
});
