import { Readable } from "node:stream";
import { expect, test, vi } from "vitest";
import { createFetch } from "./create-fetch.ts";
import { asHeadraceError } from "../headrace-error.ts";
import { head, scriptedTransport } from "../scripted-transport.ts";

const url = "http://a.example/";
const MiB = 1024 * 1024;

function post(body: unknown, init: RequestInit = {}, timeouts = {}) {
  const transport = scriptedTransport((request, sink) => sink.head(head(request, { status: 204 })));
  const call = createFetch(transport, { timeouts })(url, { method: "POST", body: body as never, ...init });
  const failure = call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { failure, sent: () => transport.requests.map(({ body }) => new TextDecoder().decode(body ?? undefined)) };
}

/** A stream of so many MiB, counting what was cancelled with. */
function mebibytes(count: number) {
  const cancelled = vi.fn<(reason: unknown) => void>();
  let left = count;
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(MiB));
      else controller.close();
    },
    cancel: cancelled,
  });
  return { stream, cancelled };
}

test("a stream is read whole and sent", async () => {
  const { failure, sent } = post(new Blob(["all of ", "it"]).stream(), { duplex: "half" });
  expect(await failure).toBeUndefined();
  expect(sent()).toEqual(["all of it"]);
});

test("an async iterable is read whole and sent, though it uses one buffer again and again", async () => {
  const buffer = new Uint8Array(1);
  async function* letters() {
    for (const code of [65, 66, 67]) {
      buffer[0] = code;
      yield buffer;
    }
  }
  const { failure, sent } = post(letters());
  expect(await failure).toBeUndefined();
  expect(sent()).toEqual(["ABC"]);
});

test("strings of an async iterable are sent as UTF-8", async () => {
  const { failure, sent } = post(Readable.from(["\u00fc", Buffer.from("b"), "er"]));
  expect(await failure).toBeUndefined();
  expect(sent()).toEqual(["\u00fcber"]);
});

test("16 MiB are read, and no more: the stream is cancelled, nothing is sent", async () => {
  expect(await post(mebibytes(16).stream).failure).toBeUndefined();
  const { stream, cancelled } = mebibytes(18);
  const { failure, sent } = post(stream);
  expect(await failure).toBeInstanceOf(TypeError);
  expect(asHeadraceError(await failure)).toMatchObject({ code: "invalid-argument" });
  expect(((await failure) as Error).message).toContain("16 MiB");
  expect(cancelled).toHaveBeenCalledTimes(1);
  expect(sent()).toEqual([]);
});

test("a piece that is neither bytes nor a string is refused, and the iterable ended", async () => {
  const ended = vi.fn<() => void>();
  async function* numbers() {
    try {
      yield 1;
    } finally {
      ended();
    }
  }
  const { failure, sent } = post(numbers());
  expect(asHeadraceError(await failure)?.code).toBe("invalid-argument");
  expect(ended).toHaveBeenCalledTimes(1);
  expect(sent()).toEqual([]);
});

test("a piece of a stream that is no Uint8Array is refused, as by Fetch", async () => {
  const { failure, sent } = post(ReadableStream.from(["words"]));
  expect(asHeadraceError(await failure)).toMatchObject({ code: "invalid-argument" });
  expect(((await failure) as Error).message).toContain("Uint8Array");
  expect(sent()).toEqual([]);
});

test("what the stream fails with is the cause", async () => {
  const mine = new Error("mine");
  const { failure } = post(new ReadableStream({ start: (controller) => controller.error(mine) }));
  expect(await failure).toBeInstanceOf(TypeError);
  expect(asHeadraceError(await failure)).toMatchObject({ code: "invalid-argument", cause: mine });
});

test("a stream that is locked or was read before is refused, a used Request too", async () => {
  const locked = new Blob(["x"]).stream();
  locked.getReader();
  const read = new Blob(["x"]).stream();
  await new Response(read).text();
  const used = new Request(url, { method: "POST", body: "x" });
  await used.text();
  for (const call of [post(locked), post(read), post(used.body)]) {
    expect(await call.failure).toBeInstanceOf(TypeError);
    expect(asHeadraceError(await call.failure)?.code).toBe("invalid-argument");
    expect(call.sent()).toEqual([]);
  }
});

test("a Request is used up by the call", async () => {
  const fetch = createFetch(scriptedTransport((request, sink) => sink.head(head(request, { status: 204 }))));
  const request = new Request(url, { method: "POST", body: "x" });
  await fetch(request);
  expect(request.bodyUsed).toBe(true);
  await expect(fetch(request)).rejects.toThrow(TypeError);
});

test("an abort ends the reading with the very reason, and the stream is cancelled with it", async () => {
  const cancelled = vi.fn<(reason: unknown) => void>();
  const stream = new ReadableStream<Uint8Array>({ cancel: cancelled });
  const controller = new AbortController();
  const { failure, sent } = post(stream, { signal: controller.signal });
  await Promise.resolve();
  const reason = { mine: true };
  controller.abort(reason);
  expect(await failure).toBe(reason);
  expect(cancelled).toHaveBeenCalledExactlyOnceWith(reason);
  expect(sent()).toEqual([]);
});

test("with a signal already aborted nothing is read", async () => {
  const { stream, cancelled } = mebibytes(1);
  const reason = new Error("mine");
  expect(await post(stream, { signal: AbortSignal.abort(reason) }).failure).toBe(reason);
  expect(cancelled).toHaveBeenCalledExactlyOnceWith(reason);
});

test("no listener stays on the signal", async () => {
  const { signal } = new AbortController();
  const listeners = new Set<unknown>();
  vi.spyOn(signal, "addEventListener").mockImplementation((_, listener) => void listeners.add(listener));
  vi.spyOn(signal, "removeEventListener").mockImplementation((_, listener) => void listeners.delete(listener));
  expect(await post(new Blob(["x"]).stream(), { signal }).failure).toBeUndefined();
  await new Promise((resolve) => setImmediate(resolve)); // The exchange goes on after the head.
  expect(listeners.size).toBe(0);
});

test("a stream that stalls is not waited for longer than `total` and `head` allow", async () => {
  vi.useFakeTimers();
  try {
    for (const timeouts of [{ total: 50 }, { head: 50 }]) {
      const { failure } = post(new ReadableStream(), {}, timeouts);
      await vi.advanceTimersByTimeAsync(60);
      expect(asHeadraceError(await failure, "timeout")?.phase).toBe(Object.keys(timeouts)[0]);
    }
  } finally {
    vi.useRealTimers();
  }
});
