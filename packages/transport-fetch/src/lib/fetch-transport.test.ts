import { inspect } from "node:util";
import { startScriptedServer, testTransport } from "@headrace/conformance";
import type { ResponseSink, TransportRequest } from "@headrace/core/transport";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { fetchTransport, type FetchTransportOptions } from "./fetch-transport.ts";
import { knownFailures } from "./known-failures.ts";

testTransport(test, (options) => fetchTransport(options), {
  knownFailures,
  module: { url: new URL("../index.ts", import.meta.url), name: "fetchTransport" },
});

const request = (init: Partial<TransportRequest> = {}): TransportRequest => ({
  url: new URL("http://127.0.0.1:1/"),
  method: "GET",
  headers: new Headers(),
  body: null,
  signal: new AbortController().signal,
  connectTimeout: 0,
  ...init,
});
const ignore = { head() {}, body() {} };

describe("the network options", () => {
  test.each<FetchTransportOptions>([
    { proxy: "http://user:s3cret@127.0.0.1" },
    { proxy: "environment" },
    { unixSocket: "/x" },
    { ca: "s3cret" },
    { cert: "s3cret", key: "s3cret" },
    { insecure: true },
    { httpVersion: "1.1" },
    { resolve: { "a.test": "127.0.0.1" } },
  ])("%o is unsupported, and not repeated in the error", (options) => {
    const thrown = expect.objectContaining({
      code: "unsupported",
      message: expect.not.stringContaining("s3cret") as unknown,
    });
    expect(() => fetchTransport(options)).toThrow(thrown);
  });

  test.each(["s3cret\r\nx: y", "s3cret\u2026", 5 as never])(
    "userAgent %j is refused, and not repeated",
    (userAgent) => {
      const message = expect.not.stringContaining("s3cret") as unknown;
      expect(() => fetchTransport({ userAgent })).toThrow(
        expect.objectContaining({ code: "invalid-argument", message }),
      );
    },
  );

  test.each<FetchTransportOptions>([{}, { proxy: false }, { insecure: false }])("%o asks for nothing", (options) => {
    expect(fetchTransport(options).name).toBe("fetch");
  });

  test("userAgent is sent, unless the request has its own", async () => {
    const seen: unknown[] = [];
    const fetch: typeof globalThis.fetch = (_url, init) => {
      seen.push(new Headers(init?.headers).get("user-agent"));
      return Promise.resolve(new Response());
    };
    const transport = fetchTransport({ fetch, userAgent: "mine" });
    const headers = new Headers({ "user-agent": "theirs" });
    await transport.send(request(), ignore);
    await transport.send(request({ headers }), ignore);
    expect(seen).toEqual(["mine", "theirs"]);
  });
});

describe("a given fetch", () => {
  test("is told to hand on redirects, and is given nothing to cache or prioritise by", async () => {
    const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response("x")));
    await fetchTransport({ fetch }).send(request({ method: "POST", body: new Uint8Array([1]) }), ignore);
    const [url, init] = fetch.mock.calls[0] ?? [];
    expect(url).toBe("http://127.0.0.1:1/");
    expect(Object.keys(init ?? {}).toSorted()).toEqual(["body", "headers", "method", "redirect", "signal"]);
    expect(init?.redirect).toBe("manual");
  });

  test("that hides redirects is unsupported", async () => {
    const fetch = () => Promise.resolve(Object.defineProperty(new Response(), "status", { value: 0 }));
    await expect(fetchTransport({ fetch }).send(request(), ignore)).rejects.toMatchObject({ code: "unsupported" });
  });

  test("that fails with one of our errors fails with that", async () => {
    const ours = Object.assign(new Error("dns"), { name: "HeadraceError", code: "dns" });
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause: ours }));
    await expect(fetchTransport({ fetch }).send(request(), ignore)).rejects.toBe(ours);
  });

  test("that will not say why is network before the head; after it what the framing suggests", async () => {
    const failing = (headers: Record<string, string>) => () => {
      const body = new ReadableStream({ start: (controller) => controller.error(new TypeError("network error")) });
      return Promise.resolve(new Response(body, { headers }));
    };
    const codes: unknown[] = [];
    for (const fetch of [
      () => Promise.reject(new TypeError("Failed to fetch")),
      failing({}),
      failing({ "content-length": "5" }),
    ]) {
      codes.push(
        await fetchTransport({ fetch })
          .send(request(), ignore)
          .catch((error: { code: string }) => error.code),
      );
    }
    expect(codes).toEqual(["network", "reset", "truncated"]);
  });

  const thrown = new Error("mine");
  const throws = (): never => {
    throw thrown;
  };
  test.each<[string, ResponseSink, Record<string, string>, unknown]>([
    ["head() throws", { ...ignore, head: throws }, {}, thrown],
    ["body() throws", { ...ignore, body: throws }, {}, thrown],
    ["the head is none", ignore, { "transfer-encoding": "gzip" }, expect.objectContaining({ code: "protocol" })],
  ])("that ignores its signal has its body cancelled: %s", async (_, sink, headers, reason) => {
    const cancelled = vi.fn<() => void>();
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(10)),
      cancel: cancelled,
    });
    const fetch = () => Promise.resolve(new Response(body, { headers }));
    await expect(fetchTransport({ fetch }).send(request(), sink)).rejects.toEqual(reason);
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalledTimes(1));
  });

  test("is read 256 KiB ahead of a pending sink, and no further", async () => {
    let pulled = 0;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 16 * 1024;
          controller.enqueue(new Uint8Array(16 * 1024));
        },
      },
      { highWaterMark: 0 },
    );
    const controller = new AbortController();
    const transport = fetchTransport({ fetch: () => Promise.resolve(new Response(body)) });
    const sink = { head() {}, body: () => new Promise<void>(() => {}) };
    const sent = transport.send(request({ signal: controller.signal }), sink);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(pulled).toBeGreaterThanOrEqual(256 * 1024);
    expect(pulled).toBeLessThan(320 * 1024);
    controller.abort(new Error("enough"));
    await expect(sent).rejects.toThrow("enough");
  });
});

test("no listener stays on a signal", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
    connection.fin();
  });
  onTestFinished(() => server.close());
  const { signal } = new AbortController();
  const added = vi.spyOn(signal, "addEventListener");
  const removed = vi.spyOn(signal, "removeEventListener");
  await fetchTransport().send(request({ url: new URL(server.url()), signal }), ignore);
  expect(added).toHaveBeenCalledTimes(1);
  expect(removed.mock.calls).toEqual([added.mock.calls[0]?.slice(0, 2)]);
});

test("a port that fetch blocks is an invalid argument", async () => {
  const error: unknown = await fetchTransport()
    .send(request(), ignore)
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "invalid-argument", message: "fetch failed: bad port" });
  expect(error).not.toHaveProperty("cause");
});

test("where there is no fetch the factory says so", () => {
  vi.stubGlobal("fetch", undefined);
  onTestFinished(() => void vi.unstubAllGlobals());
  expect(() => fetchTransport()).toThrow(expect.objectContaining({ code: "unsupported" }));
});

test("a fetch that is no function is an invalid argument", () => {
  expect(() => fetchTransport({ fetch: 5 as never })).toThrow(expect.objectContaining({ code: "invalid-argument" }));
});

test.each([
  ["UND_ERR_CONNECT_TIMEOUT", "connect"],
  ["UND_ERR_HEADERS_TIMEOUT", "head"],
  ["UND_ERR_BODY_TIMEOUT", "idle"],
])("the phase of a timeout says which of fetch's own clocks it was: %s", async (code, phase) => {
  const error = new TypeError("fetch failed", { cause: Object.assign(new Error("it took too long"), { code }) });
  const cutBody = new ReadableStream({ pull: (controller) => controller.error(error) });
  const fetch = (): Promise<Response> =>
    phase === "idle" ? Promise.resolve(new Response(cutBody)) : Promise.reject(error);
  await expect(fetchTransport({ fetch }).send(request(), ignore)).rejects.toMatchObject({ code: "timeout", phase });
});

test.each([
  ["Bun, in a field", "Unable to connect", { code: "ConnectionRefused", path: "http://127.0.0.1/path?key=s3cret" }],
  ["Deno, in the message", "error sending request for url (http://127.0.0.1/path?key=s3cret): refused", {}],
  ["in a cause", "fetch failed", { cause: new Error("for http://127.0.0.1/path?key=s3cret") }],
])("what a runtime says of the query is not repeated: %s", async (_, message, fields) => {
  const fetch = (): Promise<never> => Promise.reject(Object.assign(new TypeError(message), fields));
  const url = new URL("http://127.0.0.1/path?key=s3cret");
  const signal = new AbortController().signal;
  const request = { url, method: "GET", headers: new Headers(), body: null, signal, connectTimeout: 0 };
  const error: unknown = await fetchTransport({ fetch })
    .send(request, { head() {}, body() {} })
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ name: "HeadraceError", phase: "connect" });
  expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain("s3cret");
});
