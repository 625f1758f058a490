import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { exchange, exchangeSync } from "./exchange.ts";
import { asHeadraceError } from "./headrace-error.ts";
import { bytes, head, type Script, scriptedTransport, stalled, stream } from "./scripted-transport.ts";
import { TransportError } from "./transport-error.ts";
import type { ResponseHead, ResponseSink, TransportRequest } from "./transport.ts";

function request(init: Partial<TransportRequest> = {}): TransportRequest {
  const signal = new AbortController().signal;
  return {
    url: new URL("http://a.example/start"),
    method: "GET",
    headers: new Headers(),
    body: null,
    signal,
    connectTimeout: 0,
    ...init,
  };
}

function recorder() {
  const heads: ResponseHead[] = [];
  const calls: string[] = [];
  const sink: ResponseSink = {
    head(it) {
      heads.push(it);
      calls.push(`head ${it.status}`);
    },
    body: (it) => void calls.push(new TextDecoder().decode(it)),
    trailers: (it) => void calls.push(`trailers ${[...it.keys()].join()}`),
  };
  return { sink, heads, calls };
}

async function failure(script: Script, sink: ResponseSink = recorder().sink): Promise<unknown> {
  return await exchange(scriptedTransport(script), request(), sink).then(
    () => "no failure",
    (reason: unknown) => reason,
  );
}

const moved =
  (to: string, status = 302): ((it: TransportRequest) => ResponseHead) =>
  (it) =>
    head(it, { status, headers: { location: to } });

test("head, body and trailers reach the sink in order", async () => {
  const { sink, calls } = recorder();
  const script: Script = (it, to) => {
    to.head(head(it));
    void to.body(bytes("one"));
    void to.body(bytes("two"));
    to.trailers?.(new Headers({ "x-t": "1" }));
  };
  await exchange(scriptedTransport(script), request(), sink);
  expect(calls).toEqual(["head 200", "one", "two", "trailers x-t"]);
});

test("what a sink returns that is no promise is ignored; a promise of another realm is one", async () => {
  const text = "ab";
  const send = async (answer: () => unknown): Promise<unknown> => {
    const returned: unknown[] = [];
    const script: Script = async (it, to) => {
      to.head(head(it));
      for (const piece of text) await returned[returned.push(to.body(bytes(piece))) - 1];
    };
    await exchange(scriptedTransport(script), request(), { head: () => {}, body: answer as () => undefined });
    return returned;
  };
  for (const value of [true, 1, "text", {}, null]) expect(await send(() => value)).toEqual([undefined, undefined]);
  const Foreign = runInNewContext("Promise") as PromiseConstructor;
  expect(await send(() => Foreign.resolve())).toEqual([expect.any(Promise), expect.any(Promise)]);
});

test.each<[string, Script]>([
  ["body before head", (_, sink) => void sink.body(bytes("x"))],
  ["a second head", (it, sink) => (sink.head(head(it)), sink.head(head(it)))],
  ["an empty piece", (it, sink) => (sink.head(head(it)), void sink.body(new Uint8Array()))],
  [
    "body after trailers",
    (it, sink) => (sink.head(head(it)), sink.trailers?.(new Headers()), void sink.body(bytes("x"))),
  ],
  ["an informational head", (it, sink) => sink.head(head(it, { status: 103 }))],
  ["an end without a head", () => {}],
  ["a failure that is no TransportError", () => Promise.reject(new Error("ECONNRESET"))],
])("a transport that makes %s is told so: internal", async (_, script) => {
  expect(await failure(script)).toMatchObject({ code: "internal" });
});

test("a call while the sink's promise is pending is a breach", async () => {
  const sink: ResponseSink = { head() {}, body: () => new Promise(() => {}) };
  const script: Script = (it, to) => (to.head(head(it)), void to.body(bytes("1")), void to.body(bytes("2")));
  expect(await failure(script, sink)).toMatchObject({ code: "internal" });
});

test("a call before send has returned is a breach", async () => {
  const transport = scriptedTransport(() => {});
  const eager = {
    ...transport,
    send: (it: TransportRequest, sink: ResponseSink) => (sink.head(head(it)), Promise.resolve()),
  };
  await expect(exchange(eager, request(), recorder().sink)).rejects.toMatchObject({ code: "internal" });
});

test("a TransportError comes out as it is", async () => {
  const error = new TransportError("reset", "lost", { phase: "head" });
  expect(await failure(() => Promise.reject(error))).toBe(error);
});

test.each(["head", "body"] as const)(
  "what the sink throws in %s comes out as it is, and aborts the transport",
  async (where) => {
    const value = { mine: true };
    let signal: AbortSignal | undefined;
    const sink: ResponseSink = {
      head() {},
      body() {},
      [where]: () => {
        throw value;
      },
    };
    const script: Script = async (it, to) => {
      signal = it.signal;
      to.head(head(it));
      await to.body(bytes("x"));
    };
    expect(await failure(script, sink)).toBe(value);
    expect(signal?.aborted).toBe(true);
  },
);

test("what the sink's promise rejects with comes out as it is", async () => {
  const value = new Error("disk full");
  expect(await failure(stream("a", "b"), { head() {}, body: () => Promise.reject(value) })).toBe(value);
});

test("an abort ends it at once, even where the transport does not listen, and nothing more arrives", async () => {
  const controller = new AbortController();
  const { sink, calls } = recorder();
  let late = (): void => {};
  const script: Script = (it, to) => {
    to.head(head(it));
    late = () => void to.body(bytes("late"));
    return new Promise(() => {});
  };
  const sent = exchange(scriptedTransport(script), request({ signal: controller.signal }), sink);
  await new Promise((resolve) => setImmediate(resolve));
  const reason = { why: "mine" };
  controller.abort(reason);
  late();
  await expect(sent).rejects.toBe(reason);
  expect(calls).toEqual(["head 200"]);
});

test("a signal aborted before: no request", async () => {
  const transport = scriptedTransport(stream("x"));
  await expect(exchange(transport, request({ signal: AbortSignal.abort("no") }), recorder().sink)).rejects.toBe("no");
  expect(transport.requests).toEqual([]);
});

test("no listener stays on the signal", async () => {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const [add, remove] = [signal.addEventListener, signal.removeEventListener];
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add.apply(signal, args));
  signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove.apply(signal, args));
  const transport = scriptedTransport((it, sink, hop) =>
    hop === 0 ? sink.head(moved("/next")(it)) : stream("x")(it, sink, hop),
  );
  await exchange(transport, request({ signal }), recorder().sink);
  await exchange(
    scriptedTransport(() => Promise.reject(new TransportError("dns", "no"))),
    request({ signal }),
    recorder().sink,
  ).catch(() => {});
  expect(listeners).toBe(0);
});

test("follows a redirect, whose head and body the sink never sees", async () => {
  const { sink, heads, calls } = recorder();
  const transport = scriptedTransport(async (it, to, hop) => {
    if (hop > 0) return await stream("there")(it, to, hop);
    to.head(moved("/next")(it));
    await to.body(bytes("moved"));
  });
  await exchange(transport, request(), sink);
  expect(calls).toEqual(["head 200", "there"]);
  expect(heads[0]).toMatchObject({ url: "http://a.example/next", redirected: true });
});

test("does not wait for the endless body of a redirect", async () => {
  const aborted: boolean[] = [];
  const transport = scriptedTransport(async (it, to, hop) => {
    if (hop > 0) return await stream("there")(it, to, hop);
    it.signal.addEventListener("abort", () => aborted.push(true));
    to.head(moved("/next")(it));
    for (;;) await to.body(new Uint8Array(1024));
  });
  const { sink, calls } = recorder();
  await exchange(transport, request(), sink);
  expect(calls).toEqual(["head 200", "there"]);
  expect(aborted).toEqual([true]);
});

test("does not wait long for the silent body of a redirect", async () => {
  const transport = scriptedTransport(async (it, to, hop) => {
    if (hop > 0) return await stream("there")(it, to, hop);
    to.head(moved("/next")(it));
    await stalled(it.signal);
  });
  const { sink, calls } = recorder();
  await exchange(transport, request(), sink, { timeouts: { head: 10_000 } });
  expect(calls).toEqual(["head 200", "there"]);
});

test("a redirect whose body is cut short is followed all the same", async () => {
  const transport = scriptedTransport(async (it, to, hop) => {
    if (hop > 0) return await stream("there")(it, to, hop);
    to.head(moved("/next")(it));
    throw new TransportError("reset", "lost");
  });
  const { sink, calls } = recorder();
  await exchange(transport, request(), sink);
  expect(calls).toEqual(["head 200", "there"]);
});

test("the head clock runs on over redirects", async () => {
  const transport = scriptedTransport(async (it, to) => {
    to.head(moved("/again")(it));
    await stalled(it.signal);
  });
  await expect(exchange(transport, request(), recorder().sink, { timeouts: { head: 600 } })).rejects.toMatchObject({
    code: "timeout",
    phase: "head",
  });
});

test("20 redirects are followed, a 21st is not", async () => {
  const chain =
    (length: number): Script =>
    (it, to, hop) =>
      hop < length ? to.head(moved(`/${hop}`)(it)) : stream("end")(it, to, hop);
  await exchange(scriptedTransport(chain(20)), request(), recorder().sink);
  const transport = scriptedTransport(chain(21));
  await expect(exchange(transport, request(), recorder().sink)).rejects.toMatchObject({ code: "redirect" });
  expect(transport.requests).toHaveLength(21);
});

test("redirect: error", async () => {
  const transport = scriptedTransport((it, to) => to.head(moved("/next")(it)));
  await expect(exchange(transport, request(), recorder().sink, { redirect: "error" })).rejects.toMatchObject({
    code: "redirect",
  });
  expect(transport.requests).toHaveLength(1);
});

test("redirect: manual takes the redirect for the response", async () => {
  const { sink, calls } = recorder();
  await exchange(
    scriptedTransport((it, to) => to.head(moved("/next")(it))),
    request(),
    sink,
    { redirect: "manual" },
  );
  expect(calls).toEqual(["head 302"]);
});

test("a transport of a fixed origin follows no redirect off it", async () => {
  const pinned = { ...scriptedTransport((it, to) => to.head(moved("http://b.example/")(it))), fixedOrigin: true };
  await expect(exchange(pinned, request(), recorder().sink)).rejects.toMatchObject({ code: "redirect" });
});

test("an abort between hops: no further request", async () => {
  const controller = new AbortController();
  const transport = scriptedTransport((it, to) => (to.head(moved("/next")(it)), controller.abort("stop")));
  await expect(exchange(transport, request({ signal: controller.signal }), recorder().sink)).rejects.toBe("stop");
  expect(transport.requests).toHaveLength(1);
});

test("an idle clock aborts the transport and is what the exchange fails with", async () => {
  let reason: unknown;
  const transport = scriptedTransport(async (it, to) => {
    to.head(head(it));
    await stalled(it.signal).catch((why: unknown) => (reason = why));
    throw reason;
  });
  await expect(exchange(transport, request(), recorder().sink, { timeouts: { idle: 20 } })).rejects.toMatchObject({
    phase: "idle",
  });
  expect(asHeadraceError(reason)).toMatchObject({ code: "timeout" });
});

test("blocking: the same order, redirects and breaches", () => {
  const { sink, calls } = recorder();
  const transport = scriptedTransport((it, to, hop) => {
    to.head(hop === 0 ? moved("/next")(it) : head(it));
    void to.body(bytes("x"));
  });
  exchangeSync(transport, request(), sink);
  expect(calls).toEqual(["head 200", "x"]);
  expect(() =>
    exchangeSync(
      scriptedTransport(() => {}),
      request(),
      recorder().sink,
    ),
  ).toThrow(expect.objectContaining({ code: "internal" }) as Error);
});

test("blocking: nextWait is at most a second, and throws what the clocks say", () => {
  let longest = 0;
  const transport = scriptedTransport(() => {});
  const waiting = {
    ...transport,
    sendSync(_: TransportRequest, __: ResponseSink, nextWait: () => number): void {
      for (;;) longest = Math.max(longest, nextWait());
    },
  };
  const attempt = (): void =>
    exchangeSync(waiting, request(), recorder().sink, { timeouts: { head: 20, total: 5000 } });
  expect(attempt).toThrow(expect.objectContaining({ code: "timeout", phase: "head" }) as Error);
  expect(longest).toBeLessThanOrEqual(20);
});

test("blocking: an abort from the sink ends it with the reason", () => {
  const controller = new AbortController();
  const transport = scriptedTransport((it, to) => to.head(head(it)));
  const sink = { ...recorder().sink, head: () => controller.abort("mine") };
  expect(() => exchangeSync(transport, request({ signal: controller.signal }), sink)).toThrow("mine");
});
