import { syncBuiltinESMExports } from "node:module";
import { performance } from "node:perf_hooks";
import timers from "node:timers";
import { startScriptedServer } from "@headrace/conformance";
import { afterEach, expect, test, vi, type MockInstance } from "vitest";
import { curlTransport, type CurlTransport } from "../index.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { observeExchange } from "./observe-exchange.test-support.ts";

afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

function spiedShares(): Record<"opened" | "freed", MockInstance> {
  const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });
  return { opened: vi.spyOn(curl, "shareInit"), freed: vi.spyOn(curl, "shareCleanup") };
}

/** Has timers of seconds, and those of a ms, called by hand. @returns what they call, in order */
function watchTimers(): (() => void)[] {
  const later: (() => void)[] = [];
  const { setTimeout } = timers;
  const watched = (call: () => void, ms: number): NodeJS.Timeout => {
    if (ms !== 4000 && ms !== 1) return setTimeout(call, ms);
    later.push(call);
    return setTimeout(() => {}, 0);
  };
  vi.spyOn(timers, "setTimeout").mockImplementation(watched as never);
  syncBuiltinESMExports();
  return later;
}

/** A server, and a wave of exchanges with it: none ends before all have begun. */
async function startWaves(size: number): Promise<{
  wave: (transport: CurlTransport) => Promise<void>;
  url: () => string;
  connections: () => number;
  close: () => Promise<void>;
}> {
  let release = (): void => {};
  let released = Promise.resolve();
  const server = await startScriptedServer(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no");
      await released;
      await connection.send("k");
    }
  });
  const wave = async (transport: CurlTransport): Promise<void> => {
    released = new Promise<void>((resolve) => (release = resolve));
    let heads = 0;
    const onHead = (): void => void (++heads === size && release());
    const each = (): ReturnType<typeof observeExchange> => observeExchange(transport, server.url(), { onHead });
    const all = await Promise.all(Array.from({ length: size }, each));
    expect(all.every(({ body, error }) => body === "ok" && error === undefined)).toBe(true);
  };
  return { wave, url: () => server.url(), connections: () => server.connections.length, close: () => server.close() };
}

test("very many exchanges at once are spread over share handles, and the next ones find their connections", async () => {
  const { opened, freed } = spiedShares();
  const server = await startWaves(200);
  const transport = curlTransport();
  await server.wave(transport);
  await server.wave(transport);
  // But for a few: libcurl keeps four times as many as run, on each handle.
  expect(server.connections()).toBeLessThan(200 + 4 * 16);
  expect([opened.mock.calls.length, freed.mock.calls.length]).toEqual([4, 0]);
  await transport.close();
  expect(freed.mock.calls.length).toBe(4);
  await server.close();
});

test("share handles that nobody has used for seconds are freed one by one, but for those in use and the last", async () => {
  const later = watchTimers();
  const { freed } = spiedShares();
  const server = await startWaves(200);
  const transport = curlTransport();
  await server.wave(transport);
  const now = vi.spyOn(performance, "now");
  const left = performance.now();
  const freedAfter = (ms: number): number => {
    now.mockReturnValue(left + ms);
    later.shift()?.();
    return freed.mock.calls.length;
  };
  // Two looks in vain: the last user may have left after the first.
  expect([3000, 8000, 8001, 8002, 8003].map(freedAfter)).toEqual([0, 1, 2, 3, 3]);
  expect(later).toEqual([]);
  now.mockRestore();
  expect((await observeExchange(transport, server.url())).error).toBeUndefined();
  await transport.close();
  expect(freed.mock.calls.length).toBe(4);
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
    if (++heads === 68) allHere();
  };
  const controller = new AbortController();
  const all = Array.from({ length: 68 }, (_, at) =>
    observeExchange(transport, server.url(`/${at}`), {
      onHead,
      ...(at === 0 && { signal: controller.signal }),
    }),
  );
  await here;
  // Room on the first share, and a connection on the second.
  controller.abort();
  releases.get("/67")?.();
  await Promise.all([all[0], all[67]]);
  expect((await observeExchange(transport, server.url("/last"))).body).toBe("ok");
  expect(server.connections.length).toBe(68);
  for (const release of releases.values()) release();
  await Promise.all(all);
  await transport.close();
  await server.close();
});
