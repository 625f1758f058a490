import { startScriptedServer } from "@headrace/conformance";
import { afterEach, expect, test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { observeExchange } from "./observe-exchange.test-support.ts";

afterEach(() => void vi.restoreAllMocks());

test("very many exchanges at once are spread over share handles, and leave one with connections to reuse", async () => {
  const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });
  const opened = vi.spyOn(curl, "shareInit");
  const freed = vi.spyOn(curl, "shareCleanup");
  let release = (): void => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
      await released;
      await connection.send("k");
    }
  });
  const transport = curlTransport();
  let heads = 0;
  const onHead = (): void => {
    if (++heads === 600) release();
  };
  const all = await Promise.all(
    Array.from({ length: 600 }, () => observeExchange(transport, server.url(), { onHead })),
  );
  expect(all.every(({ body, error }) => body === "ok" && error === undefined)).toBe(true);
  expect([opened.mock.calls.length, freed.mock.calls.length]).toEqual([3, 2]);
  await observeExchange(transport, server.url());
  expect(server.connections.length).toBe(600);
  await transport.close();
  expect(freed.mock.calls.length).toBe(3);
  await server.close();
});

test("a connection to reuse is found on any of them", async () => {
  const releases = new Map<string, () => void>();
  const server = await startScriptedServer(
    async (connection) => {
      for (;;) {
        const { target } = await connection.request();
        await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
        if (target !== "/last") await new Promise<void>((resolve) => releases.set(target, resolve));
        await connection.send("k");
      }
    },
    { onScriptError: () => {} },
  );
  const transport = curlTransport();
  let heads = 0;
  let allHere = (): void => {};
  const here = new Promise<void>((resolve) => (allHere = resolve));
  const onHead = (): void => {
    if (++heads === 260) allHere();
  };
  const controller = new AbortController();
  const all = Array.from({ length: 260 }, (_, at) =>
    observeExchange(transport, server.url(`/${at}`), {
      onHead,
      ...(at === 0 && { signal: controller.signal }),
    }),
  );
  await here;
  // Room on the first share, and a connection on the second.
  controller.abort();
  releases.get("/259")?.();
  await Promise.all([all[0], all[259]]);
  expect((await observeExchange(transport, server.url("/last"))).body).toBe("ok");
  expect(server.connections.length).toBe(260);
  for (const release of releases.values()) release();
  await Promise.all(all);
  await transport.close();
  await server.close();
});
