import { startScriptedServer, type Script, type ScriptedServer } from "@headrace/conformance";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import { Delivery } from "./delivery.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { observeExchange } from "./observe-exchange.test-support.ts";
import { declareStdio } from "./stdio.ts";

const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });

const servers: ScriptedServer[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) await server.close();
});

async function serve(script: Script): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, { onScriptError: () => {} });
  servers.push(server);
  return server;
}

const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
/** More than is read ahead of a sink that holds back, and than libcurl reads at once. */
const count = 40_000;
const content = (letter: string): string =>
  Array.from({ length: count }, (_, at) => `${letter}${at.toString().padStart(15, "0")};`).join("");
/** Every 17 bytes a chunk of their own. */
const chunks = (letter: string): string => content(letter).replaceAll(/.{17}/g, "11\r\n$&\r\n");

/** A stream of chunks, its letter named by the path. The first of a thread has the buffer made. */
const streaming: Script = async (connection) => {
  for (;;) {
    const { target } = await connection.request();
    await connection.send(chunkedHead, chunks(target.slice(1)), "0\r\nX-Last: yes\r\n\r\n");
  }
};

const macrotask = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** @returns what tells the most bytes that have waited for one sink */
function watchQueue(): () => number {
  let most = 0;
  const { take, takeBytes } = Delivery.prototype;
  const watch = function (this: Delivery): void {
    most = Math.max(most, this.queued);
  };
  vi.spyOn(Delivery.prototype, "take").mockImplementation(function (this: Delivery, ...piece) {
    take.apply(this, piece);
    watch.call(this);
  });
  vi.spyOn(Delivery.prototype, "takeBytes").mockImplementation(function (this: Delivery, ...piece) {
    takeBytes.apply(this, piece);
    watch.call(this);
  });
  return () => most;
}

const stdio = declareStdio(curl.koffi);

const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };

test.runIf(header.glibcVersionRuntime)("glibc's stdio does as it should", () => {
  expect(stdio).toBeDefined();
});

test("a process without GNU's functions has none, and that is no error", () => {
  const load = (): never => {
    throw new Error("cannot find function fopencookie");
  };
  expect(declareStdio({ ...curl.koffi, load })).toBeUndefined();
});

// Without it first: the buffer is made once for the thread.
describe.each([false, true])("many small chunks, stdio %s", (available) => {
  beforeEach(() => {
    if (!available) vi.spyOn(curl, "stdio", "get").mockReturnValue(undefined);
  });

  test("arrive whole and in order on several connections at once, before the trailers", async () => {
    const server = await serve(streaming);
    const transport = curlTransport();
    const one = (letter: string): Promise<unknown> => observeExchange(transport, server.url(`/${letter}`));
    await one("z");
    const letters = ["a", "b", "c"];
    const seen = (await Promise.all(letters.map(one))) as Awaited<ReturnType<typeof observeExchange>>[];
    for (const [at, { body, trailers, error }] of seen.entries()) {
      expect(error).toBeUndefined();
      expect(body === content(letters[at] ?? "")).toBe(true);
      expect(trailers?.get("x-last")).toBe("yes");
    }
    await transport.close({ force: true });
  });

  test("are delivered before the error that ends them", async () => {
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send(chunkedHead, chunks("a"), "5\r\ncut");
      connection.fin();
      await connection.closed();
    });
    const transport = curlTransport();
    await observeExchange(transport, server.url());
    const { body, error } = await observeExchange(transport, server.url());
    expect([body === `${content("a")}cut`, error?.code]).toEqual([true, "truncated"]);
    await transport.close();
  });

  test.each(["holds back", "does not"])("come to a sink that %s, with no more than 512 KiB read ahead", async (how) => {
    const ahead = watchQueue();
    const server = await serve(streaming);
    const transport = curlTransport();
    for (const letter of ["a", "b", "c"]) {
      const init = how === "holds back" ? { onBody: macrotask } : {};
      const { body, error } = await observeExchange(transport, server.url(`/${letter}`), init);
      expect([body === content(letter), error]).toEqual([true, undefined]);
    }
    expect(ahead()).toBeLessThanOrEqual(512 * 1024);
    await transport.close({ force: true });
  });

  test("that come little by little wait for a sink that holds back, too", async () => {
    const ahead = watchQueue();
    let sent = (): void => {};
    const allSent = new Promise<void>((resolve) => (sent = resolve));
    const piece = chunks("a").slice(0, 23 * 240);
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send(chunkedHead, chunks("a"), "0\r\n\r\n");
      await connection.request();
      await connection.send(chunkedHead);
      for (let sends = 0; sends < 240; sends++) {
        await connection.send(piece);
        // Time for libcurl to read just that.
        for (let turns = 0; turns < 3; turns++) await macrotask();
      }
      sent();
      await connection.send("0\r\n\r\n");
    });
    const transport = curlTransport();
    await observeExchange(transport, server.url());
    let pieces = 0;
    const onBody = (): Promise<void> | undefined => (++pieces === 2 ? allSent : undefined);
    const { body } = await observeExchange(transport, server.url(), { onBody });
    expect(body.length).toBe(17 * 240 * 240);
    expect(ahead()).toBeLessThanOrEqual(512 * 1024);
    await transport.close({ force: true });
  });

  test.runIf(stdio)("are called back for one by one, or a few", async () => {
    const copied = vi.spyOn(curl, "copy");
    const server = await serve(streaming);
    const transport = curlTransport();
    await observeExchange(transport, server.url("/a"));
    copied.mockClear();
    await observeExchange(transport, server.url("/b"));
    expect(copied.mock.calls.length < count / 10).toBe(available);
    await transport.close({ force: true });
  });

  test("of an exchange that was given up do not get into the next", async () => {
    const server = await serve(streaming);
    const transport = curlTransport();
    for (const letter of ["a", "b", "c"]) {
      const controller = new AbortController();
      let pieces = 0;
      const onBody = (): void => {
        if (++pieces === 2) controller.abort("enough");
      };
      const given = await observeExchange(transport, server.url("/x"), {
        signal: controller.signal,
        onBody,
      });
      expect(given.error).toBe("enough");
      const { body } = await observeExchange(transport, server.url(`/${letter}`));
      expect(body === content(letter)).toBe(true);
    }
    await transport.close({ force: true });
  });
});
