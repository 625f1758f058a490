import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { CallInit } from "./event-stream-init.ts";
import { forEachEvent } from "./for-each-event.ts";
import { request } from "./request.ts";
import { head, type Script, scriptedTransport, stream } from "./scripted-transport.ts";
import { TransportError, type TransportErrorOptions } from "./transport-error.ts";
import type { HeadraceErrorCode } from "./headrace-error.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const url = "http://a.example/";
const failing =
  (code: HeadraceErrorCode, options?: TransportErrorOptions): Script =>
  () =>
    Promise.reject(new TransportError(code, "no", options));
const status =
  (code: number, headers: Record<string, string> = {}): Script =>
  (it, sink) =>
    sink.head(head(it, { status: code, headers }));

/** How many requests are made of at most three, where each of the first two fails so. */
async function requestsMade(script: Script, init: Partial<CallInit> = {}): Promise<number> {
  const transport = scriptedTransport((it, sink, hop) => (hop < 2 ? script(it, sink, hop) : stream()(it, sink, hop)));
  const call = request(url, { transport, attempts: 3, ...init }).catch(() => {});
  await vi.runAllTimersAsync();
  await call;
  return transport.requests.length;
}

test.each<[string, Script, Partial<CallInit>, number]>([
  ["dns", failing("dns"), {}, 3],
  ["connect", failing("connect"), {}, 3],
  ["connect, POST", failing("connect"), { body: "x" }, 3],
  ["a connect time-out, POST", failing("timeout", { phase: "connect" }), { body: "x" }, 3],
  ["reset before the head", failing("reset", { phase: "head" }), {}, 3],
  ["reset before the head, POST", failing("reset", { phase: "head" }), { body: "x" }, 1],
  ["reset before the head, POST with replay", failing("reset", { phase: "head" }), { body: "x", replay: true }, 3],
  ["a refused stream, POST", failing("reset", { phase: "head", retryable: true }), { body: "x" }, 3],
  ["reset in the body", failing("reset", { phase: "body" }), {}, 1],
  ["truncated", failing("truncated"), {}, 1],
  ["tls", failing("tls"), {}, 1],
  ["protocol", failing("protocol"), {}, 1],
  ["408", status(408), {}, 3],
  ["429", status(429), {}, 3],
  ["503", status(503), {}, 3],
  ["503, POST", status(503), { body: "x" }, 1],
  ["503, POST with replay", status(503), { body: "x", replay: true }, 3],
  ["503, HEAD", status(503), { method: "HEAD" }, 3],
  ["404", status(404), {}, 1],
  ["a Retry-After of an hour", status(503, { "retry-after": "3600" }), {}, 1],
  ["connect, with a head clock shorter than the wait", failing("connect"), { timeouts: { head: 100 } }, 3],
  ["one attempt", failing("connect"), { attempts: 1 }, 1],
  ["by default", failing("connect"), { attempts: undefined }, 1],
])("%s", async (_, script, init, requests) => {
  expect(await requestsMade(script, init)).toBe(requests);
});

test("waits longer each time, within its jitter", async () => {
  const times: number[] = [];
  const script: Script = () => (times.push(performance.now()), Promise.reject(new TransportError("connect", "no")));
  const call = request(url, { transport: scriptedTransport(script), attempts: 3 }).catch(() => {});
  await vi.runAllTimersAsync();
  await call;
  const [first = 0, second = 0, third = 0] = times;
  expect(second - first).toBeGreaterThanOrEqual(249);
  expect(second - first).toBeLessThanOrEqual(502);
  expect(third - second).toBeGreaterThanOrEqual(499);
  expect(third - second).toBeLessThanOrEqual(1002);
});

test("Retry-After is a floor", async () => {
  const times: number[] = [];
  const script: Script = (it, sink) => (
    times.push(performance.now()),
    sink.head(head(it, { status: 429, headers: { "retry-after": "7" } }))
  );
  const call = request(url, { transport: scriptedTransport(script), attempts: 2 }).catch(() => {});
  await vi.runAllTimersAsync();
  await call;
  expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(7000);
});

test("no wait that `total` would not outlast", async () => {
  const transport = scriptedTransport(status(503, { "retry-after": "5" }));
  const call = request(url, { transport, attempts: 2, timeouts: { total: 1000 } });
  await expect(call).rejects.toMatchObject({ code: "status", status: 503 });
  expect(transport.requests).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});

test("an abort ends the wait", async () => {
  const controller = new AbortController();
  const call = request(url, {
    transport: scriptedTransport(failing("connect")),
    attempts: 2,
    signal: controller.signal,
  });
  const outcome = call.catch((reason: unknown) => reason);
  await vi.advanceTimersByTimeAsync(100);
  controller.abort("enough");
  expect(await outcome).toBe("enough");
  expect(vi.getTimerCount()).toBe(0);
});

test("never after an event", async () => {
  const transport = scriptedTransport(async (it, sink, hop) => {
    await stream("data: a\n\n")(it, sink, hop);
    throw new TransportError("reset", "lost", { phase: "head" });
  });
  const attempt = forEachEvent(url, { transport, attempts: 3, replay: true }, () => {}).catch(() => {});
  await vi.runAllTimersAsync();
  await attempt;
  expect(transport.requests).toHaveLength(1);
});
