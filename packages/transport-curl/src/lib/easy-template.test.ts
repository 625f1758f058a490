import { startScriptedServer } from "@headrace/conformance";
import { afterEach, expect, test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { observeExchange, type ObserveInit } from "./observe-exchange.test-support.ts";

const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });

afterEach(() => void vi.restoreAllMocks());

test("requests of one transport leave nothing behind for the next", async () => {
  const seen: (string | undefined)[][] = [];
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      const request = await connection.request();
      seen.push([request.method, request.target, request.value("content-length"), request.value("x-own")]);
      await connection.send(
        request.method === "HEAD" ? "HTTP/1.1 204 No Content\r\n\r\n" : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      );
    }
  });
  const transport = curlTransport();
  const requests: ObserveInit[] = [
    { body: "once", headers: { "x-own": "1" } },
    {},
    { method: "DELETE" },
    { method: "HEAD" },
    {},
  ];
  for (const [at, request] of requests.entries()) {
    expect((await observeExchange(transport, server.url(`/${at}?`), request)).error).toBeUndefined();
  }
  expect(seen).toEqual([
    ["POST", "/0?", "4", "1"],
    ["GET", "/1?", undefined, undefined],
    ["DELETE", "/2?", undefined, undefined],
    ["HEAD", "/3?", undefined, undefined],
    ["GET", "/4?", undefined, undefined],
  ]);
  await transport.close();
  await server.close();
});

test("what requests have in common is set once, and freed with the connections", async () => {
  const set = vi.spyOn(curl, "setLong");
  const duplicate = vi.spyOn(curl, "easyDuplicate");
  const cleanup = vi.spyOn(curl, "easyCleanup");
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const transport = curlTransport();
  await observeExchange(transport, server.url());
  const first = set.mock.calls.length;
  await observeExchange(transport, server.url());
  expect(set.mock.calls.length - first).toBeLessThan(first / 4);
  const [template] = duplicate.mock.calls[0] ?? [];
  expect(cleanup.mock.calls.flat()).not.toContain(template);
  await transport.close();
  expect(cleanup.mock.calls.flat()).toContain(template);
  await server.close();
});
