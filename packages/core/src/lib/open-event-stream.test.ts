import { expect, test, vi } from "vitest";
import { openEventStream } from "./open-event-stream.ts";
import { bytes, head, scriptedTransport, stalled, stream } from "./scripted-transport.ts";
import { TransportError } from "./transport-error.ts";

const url = "http://a.example/";
const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A server that sends pieces and then stays silent; says when its connection was closed. */
function holding(...pieces: string[]) {
  let closed = (): void => {};
  const closing = new Promise<void>((resolve) => (closed = resolve));
  const transport = scriptedTransport(async (request, sink) => {
    request.signal.addEventListener("abort", closed, { once: true });
    await stream(...pieces)(request, sink, 0);
    await stalled(request.signal);
  });
  return { transport, closing };
}

async function collect(events: AsyncIterable<{ data: string }>): Promise<string[]> {
  const data: string[] = [];
  for await (const event of events) data.push(event.data);
  return data;
}

test("resolves at the head, and the loop gives each event", async () => {
  const stream_ = await openEventStream(url, { transport: scriptedTransport(stream("data: a\n\nda", "ta: b\n\n")) });
  expect(stream_.response).toMatchObject({ status: 200, redirected: false });
  expect(await collect(stream_)).toEqual(["a", "b"]);
  expect(stream_.completed).toBe(true);
});

test("rejects for a response that is refused", async () => {
  const transport = scriptedTransport((request, sink) => sink.head(head(request, { status: 401 })));
  await expect(openEventStream(url, { transport })).rejects.toMatchObject({ code: "status", status: 401 });
});

test("rejects where there is no response", async () => {
  const transport = scriptedTransport(() => Promise.reject(new TransportError("connect", "refused")));
  await expect(openEventStream(url, { transport })).rejects.toMatchObject({
    code: "connect",
    message: expect.stringContaining("by scripted to http://a.example/") as string,
  });
});

test("break closes the connection", async () => {
  const { transport, closing } = holding("data: a\n\ndata: b\n\n");
  const events = await openEventStream(url, { transport });
  for await (const { data } of events) {
    expect(data).toBe("a");
    break;
  }
  await closing;
  expect(await collect(events)).toEqual([]);
  expect(events.completed).toBe(false);
});

test("a throw in the loop closes the connection", async () => {
  const { transport, closing } = holding("data: a\n\n");
  const events = await openEventStream(url, { transport });
  const loop = async (): Promise<void> => {
    for await (const _ of events) throw new Error("mine");
  };
  await expect(loop()).rejects.toThrow("mine");
  await closing;
});

test("cancel ends the loop and closes the connection, once or twice", async () => {
  const { transport, closing } = holding();
  const events = await openEventStream(url, { transport });
  const collecting = collect(events);
  await Promise.all([events.cancel(), events.cancel()]);
  await closing;
  expect(await collecting).toEqual([]);
});

test("disposing closes the connection", async () => {
  const { transport, closing } = holding("data: a\n\n");
  const events = await openEventStream(url, { transport });
  await events[Symbol.asyncDispose]();
  await closing;
  expect(await collect(events)).toEqual([]);
});

test("an abort rejects a pending read with the reason", async () => {
  const { transport, closing } = holding();
  const controller = new AbortController();
  const events = await openEventStream(url, { transport, signal: controller.signal });
  const collecting = collect(events);
  const reason = { why: "mine" };
  controller.abort(reason);
  await expect(collecting).rejects.toBe(reason);
  await closing;
});

test("an abort in the loop drops what was queued, in the same tick", async () => {
  const { transport } = holding("data: a\n\ndata: b\n\ndata: c\n\n");
  const controller = new AbortController();
  const seen: string[] = [];
  const loop = async (): Promise<void> => {
    for await (const { data } of await openEventStream(url, { transport, signal: controller.signal })) {
      seen.push(data);
      controller.abort("enough");
    }
  };
  await expect(loop()).rejects.toBe("enough");
  expect(seen).toEqual(["a"]);
});

test("an abort before the head rejects with the reason", async () => {
  const controller = new AbortController();
  const opening = openEventStream(url, {
    transport: scriptedTransport((request) => stalled(request.signal)),
    signal: controller.signal,
  });
  controller.abort("no");
  await expect(opening).rejects.toBe("no");
});

test("what came before a failure is taken first", async () => {
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    await sink.body(bytes("data: a\n\ndata: b\n\n"));
    throw new TransportError("reset", "lost");
  });
  const seen: string[] = [];
  const events = await openEventStream(url, { transport });
  await macrotask();
  const loop = async (): Promise<void> => {
    for await (const { data } of events) seen.push(data);
  };
  await expect(loop()).rejects.toMatchObject({ code: "reset", eventsDelivered: 2, response: { status: 200 } });
  expect(seen).toEqual(["a", "b"]);
  expect(await collect(events)).toEqual([]);
});

test("a slow reader holds the transport back, however many events a piece has", async () => {
  let accepted = 0;
  const piece = "data: x\n\n".repeat(200);
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    for (; accepted < 100; accepted++) await sink.body(bytes(piece));
  });
  const events = await openEventStream(url, { transport });
  const iterator = events[Symbol.asyncIterator]();
  await iterator.next();
  for (let turn = 0; turn < 10; turn++) await macrotask();
  expect(accepted).toBe(0);
  expect(await collect(events)).toHaveLength(100 * 200 - 1);
});

test("reads asked for ahead are answered in order, and all of them at the end", async () => {
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    await macrotask();
    await sink.body(bytes("data: a\n\ndata: b\n\n"));
  });
  const iterator = (await openEventStream(url, { transport }))[Symbol.asyncIterator]();
  const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
  expect(results.map(({ value }) => value?.data)).toEqual(["a", "b", undefined, undefined]);
});

test("a stream that nobody can read any more is closed", async () => {
  const { transport, closing } = holding("data: a\n\n");
  await (async () => void (await openEventStream(url, { transport })))();
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  let closed = false;
  void closing.then(() => (closed = true));
  for (let turn = 0; turn < 200 && !closed; turn++) {
    collectGarbage();
    await macrotask();
  }
  expect(closed).toBe(true);
});

test("who awaits a read keeps the stream open", async () => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  let send = (): void => {};
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    await new Promise<void>((resolve) => (send = resolve));
    await sink.body(bytes("data: late\n\n"));
  });
  const reading = openEventStream(url, { transport }).then((events) => events[Symbol.asyncIterator]().next());
  for (let turn = 0; turn < 20; turn++) {
    await macrotask();
    collectGarbage();
  }
  send();
  expect((await reading).value?.data).toBe("late");
});

test("a reader that left before the last event did not complete the stream", async () => {
  const events = await openEventStream(url, { transport: scriptedTransport(stream("data: a\n\ndata: b\n\n")) });
  for (let turn = 0; turn < 3; turn++) await macrotask();
  for await (const _ of events) break;
  expect(events.completed).toBe(false);
});

test("a loop that holds only its iterator keeps the stream open", async () => {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  const collectGarbage = runInNewContext("gc") as () => void;
  let send = (): void => {};
  const transport = scriptedTransport(async (request, sink) => {
    sink.head(head(request));
    await new Promise<void>((resolve) => (send = resolve));
    await sink.body(bytes("data: late\n\n"));
  });
  const collecting = (async () => await collect(await openEventStream(url, { transport })))();
  for (let turn = 0; turn < 20; turn++) {
    await macrotask();
    collectGarbage();
  }
  send();
  expect(await collecting).toEqual(["late"]);
});

test("the terminal ends the loop and says completed", async () => {
  const { transport, closing } = holding("data: a\n\ndata: [DONE]\n\n");
  const events = await openEventStream(url, { transport, terminal: "[DONE]" });
  expect(await collect(events)).toEqual(["a"]);
  expect(events.completed).toBe(true);
  await closing;
});

test("an abort drops what was not taken, also after the response's end", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const transport = scriptedTransport(stream("data: a\n\ndata: b\n\ndata: c\n\n"));
  const events = await openEventStream(url, { transport, signal });
  for (let turn = 0; turn < 3; turn++) await macrotask();
  const iterator = events[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.data).toBe("a");
  controller.abort("enough");
  await expect(iterator.next()).rejects.toBe("enough");
  expect(await iterator.next()).toEqual({ value: undefined, done: true });
  expect(events.completed).toBe(false);
});

test("the signal is let go of once everything is taken, or the reader has left", async () => {
  for (const take of [3, 1]) {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, "addEventListener");
    const removed = vi.spyOn(signal, "removeEventListener");
    const transport = scriptedTransport(stream("data: a\n\ndata: b\n\ndata: c\n\n"));
    const events = await openEventStream(url, { transport, signal });
    for (let turn = 0; turn < 3; turn++) await macrotask();
    expect(removed).not.toHaveBeenCalled();
    let taken = 0;
    for await (const _ of events) if (++taken === take) break;
    expect([added.mock.calls.length, removed.mock.calls.length > 0]).toEqual([1, true]);
  }
});

test("an abort in `onResponse` is what it fails with", async () => {
  const controller = new AbortController();
  const onResponse = (): void => controller.abort("enough");
  const opening = openEventStream(url, { transport: holding().transport, signal: controller.signal, onResponse });
  await expect(opening).rejects.toBe("enough");
});
