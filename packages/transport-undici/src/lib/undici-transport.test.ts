import { certificates, startScriptedServer, testTransport } from "@headrace/conformance";
import { Agent, type Dispatcher } from "undici";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { receive } from "./receive.test-support.ts";
import { undiciTransport, type UndiciTransportOptions } from "./undici-transport.ts";

testTransport(test, (options) => undiciTransport(options), {
  module: { url: new URL("../index.ts", import.meta.url), name: "undiciTransport" },
});

describe("over a given dispatcher", () => {
  // The suite wants every connection closed after `close`; those of a given dispatcher are its owner's.
  testTransport(
    test,
    (options) => {
      const dispatcher = new Agent({ allowH2: false });
      const transport = undiciTransport({ ...options, dispatcher });
      return {
        ...transport,
        async close(how) {
          await transport.close(how);
          await dispatcher.destroy();
        },
      };
    },
    {
      knownFailures: {
        "head.informational-100":
          "undici destroys the connection at a 100 that it did not ask for (client-h1.js; nodejs/undici#201)",
        "tls.abort-in-handshake":
          "an abort does not reach undici's connector: the socket stays until its own connect timeout",
      },
    },
  );

  test("the dispatcher is not closed with the transport", async () => {
    const dispatcher = new Agent();
    onTestFinished(() => dispatcher.destroy());
    await undiciTransport({ dispatcher }).close({ force: true });
    expect([dispatcher.closed, dispatcher.destroyed]).toEqual([false, false]);
  });

  test.each<UndiciTransportOptions>([
    { proxy: "http://127.0.0.1:1" },
    { proxy: "environment" },
    { unixSocket: "/tmp/x" },
    { ca: "x" },
    { cert: "x", key: "y" },
    { insecure: true },
    { resolve: {} },
    { httpVersion: "1.1" },
  ])("%o is refused: it would have no effect", (options) => {
    const dispatcher = new Agent();
    expect(() => undiciTransport({ ...options, dispatcher })).toThrow(expect.objectContaining({ code: "unsupported" }));
  });
});

test.each<[UndiciTransportOptions, string]>([
  [{ httpVersion: "3" }, "unsupported"],
  [{ httpVersion: "4" as "3" }, "invalid-argument"],
  [{ proxy: "socks4://127.0.0.1" }, "unsupported"],
  [{ proxy: "http://127.0.0.1", unixSocket: "/x" }, "invalid-argument"],
  [{ unixSocket: "" }, "invalid-argument"],
  [{ ca: "s3cret" }, "invalid-argument"],
  [{ cert: "s3cret", key: "s3cret" }, "invalid-argument"],
  [{ key: "s3cret" }, "invalid-argument"],
  [{ resolve: { "a.test": "s3cret" } }, "invalid-argument"],
  [{ userAgent: "s3cret\r\nX: 1" }, "invalid-argument"],
])("%o is %s", (options, code) => {
  const thrown = expect.objectContaining({ code, message: expect.not.stringContaining("s3cret") as unknown });
  expect(() => undiciTransport(options)).toThrow(thrown);
});

test("NODE_TLS_REJECT_UNAUTHORIZED=0 switches nothing off", async () => {
  const server = await startScriptedServer((connection) => connection.closed().then(() => {}), {
    tls: (await certificates()).selfSigned,
  });
  const transport = undiciTransport();
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
  onTestFinished(() => void vi.unstubAllEnvs());
  const { error } = await receive(transport, server.url());
  expect(error).toMatchObject({ code: "tls", phase: "connect", detail: "untrusted" });
});

test("a connection that is refused says so", async () => {
  const { error } = await receive(undiciTransport(), "http://127.0.0.1:1/");
  expect(error).toMatchObject({ code: "connect", phase: "connect", detail: "refused" });
});

test("fake timers of a user hold nothing up", async () => {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  const transport = undiciTransport();
  onTestFinished(async () => {
    await transport.close({ force: true });
    await server.close();
  });
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setImmediate", "clearImmediate", "setInterval", "Date", "performance"],
  });
  onTestFinished(() => void vi.useRealTimers());
  expect(await receive(transport, server.url(), { connectTimeout: 10_000 })).toMatchObject({
    body: "ok",
    error: undefined,
  });
});

test("a given dispatcher's connect timeout is of the connect: nothing was sent", async () => {
  const late = Object.assign(new Error("Connect Timeout Error"), { code: "UND_ERR_CONNECT_TIMEOUT" });
  const dispatcher = {
    dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler) {
      queueMicrotask(() => handler.onResponseError?.(null as never, late));
      return true;
    },
  } as Dispatcher;
  const { error } = await receive(undiciTransport({ dispatcher }), "http://a.example/");
  expect(error).toMatchObject({ code: "timeout", phase: "connect" });
});
