import { expect, test, vi } from "vitest";
import { trackExchanges, type MakeExchange } from "./track-exchanges.ts";
import type { ResponseSink, TransportRequest } from "./transport.ts";

const bytes = Uint8Array.of(1);
const silent: ResponseSink = { head() {}, body() {} };

function request(signal = new AbortController().signal): TransportRequest {
  const url = new URL("http://a.test");
  return { url, method: "GET", headers: new Headers(), body: null, signal, connectTimeout: 0 };
}

/** An exchange whose end the test decides. */
function held(): { make: MakeExchange; made: Parameters<MakeExchange>[]; end: (reason?: unknown) => void } {
  const made: Parameters<MakeExchange>[] = [];
  let end: (reason?: unknown) => void = () => {};
  const ended = new Promise<void>((resolve, reject) => {
    end = (reason) => (reason === undefined ? resolve() : reject(reason));
  });
  return { make: (...exchange) => (made.push(exchange), ended), made, end };
}

test("an abort reaches the exchange, and rejects with its reason at once", async () => {
  const { make, made } = held();
  const abort = new AbortController();
  const remove = vi.spyOn(abort.signal, "removeEventListener");
  const sent = trackExchanges(make).send(request(abort.signal), silent);
  const reason = { own: true };
  abort.abort(reason);
  expect(made[0]?.[0].signal.reason).toBe(reason);
  await expect(sent).rejects.toBe(reason);
  expect(remove).toHaveBeenCalledOnce();
});

test("once it is aborted the sink is not called any more", async () => {
  const { make, made } = held();
  const abort = new AbortController();
  const sink = { head: vi.fn(), body: vi.fn(), trailers: vi.fn() };
  const sent = trackExchanges(make).send(request(abort.signal), sink);
  const into = made[0]?.[1];
  await into?.body(bytes);
  abort.abort();
  into?.head({ url: "", status: 200, headers: new Headers() });
  await into?.body(bytes);
  into?.trailers?.(new Headers());
  await expect(sent).rejects.toBe(abort.signal.reason);
  expect([sink.head, sink.body, sink.trailers].map((call) => call.mock.calls.length)).toEqual([0, 1, 0]);
});

test("the sink's promise is the exchange's to wait for", async () => {
  const { make, made, end } = held();
  const pending = Promise.resolve();
  const sent = trackExchanges(make).send(request(), { head() {}, body: () => pending });
  expect(made[0]?.[1].body(bytes)).toBe(pending);
  end();
  await sent;
});

test.each([{ reason: new Error("mine") }, { reason: "text" }])(
  "a failure comes out as it is, and closes the connection: $reason",
  async ({ reason }) => {
    const { make, made, end } = held();
    const sent = trackExchanges(make).send(request(), silent);
    end(reason);
    await expect(sent).rejects.toBe(reason);
    expect(made[0]?.[0].signal.aborted).toBe(true);
  },
);

test("it settles a macrotask after the exchange, whose signal is not aborted then; an abort meanwhile wins", async () => {
  const { make, made, end } = held();
  const abort = new AbortController();
  const { send } = trackExchanges(make);
  const sent = [send(request(), silent), send(request(abort.signal), silent)] as const;
  let settled = false;
  void sent[0].then(() => (settled = true));
  end();
  await Promise.resolve();
  await new Promise<void>((resolve) => process.nextTick(resolve));
  expect(settled).toBe(false);
  abort.abort();
  const [first, second] = await Promise.allSettled(sent);
  expect([first.status, second]).toEqual(["fulfilled", { status: "rejected", reason: abort.signal.reason as unknown }]);
  expect(made[0]?.[0].signal.aborted).toBe(false);
});

test("nothing is started with a signal that is aborted, nor once closed", async () => {
  const { make, made } = held();
  const { send, close } = trackExchanges(make);
  const reason = new Error("mine");
  await expect(send(request(AbortSignal.abort(reason)), silent)).rejects.toBe(reason);
  await close();
  await expect(send(request(), silent)).rejects.toMatchObject({ code: "closed" });
  expect(made).toEqual([]);
});

test("close waits for what is in flight, and a later one ends it by force", async () => {
  const { make } = held();
  const { send, close } = trackExchanges(make);
  const sent = send(request(), silent);
  let isClosed = false;
  const closed = close().then(() => (isClosed = true));
  await new Promise(setImmediate);
  expect(isClosed).toBe(false);
  const forced = close({ force: true });
  await expect(sent).rejects.toMatchObject({ code: "closed" });
  await Promise.all([closed, forced]);
});

test("a user's fake timers hold nothing up", async () => {
  vi.useFakeTimers();
  try {
    const { send } = trackExchanges(() => Promise.resolve());
    await expect(send(request(), silent)).resolves.toBeUndefined();
  } finally {
    vi.useRealTimers();
  }
});
