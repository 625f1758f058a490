import { createServer, type AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { createServer as createTlsServer } from "node:tls";
import {
  certificates,
  startScriptedServer,
  type Script,
  type ScriptedServer,
  type ScriptedServerOptions,
} from "@headrace/conformance";
import { afterEach, describe, expect, test, vi } from "vitest";
import { curlTransport } from "../index.ts";
import { Option } from "./curl-constants.ts";
import { loadLibcurl } from "./load-libcurl.ts";
import { makeRequest, observeExchange } from "./observe-exchange.test-support.ts";

const servers: ScriptedServer[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function serve(script: Script, options?: ScriptedServerOptions): Promise<ScriptedServer> {
  const server = await startScriptedServer(script, options);
  servers.push(server);
  return server;
}

const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

test.each(["fin after half a head", "fin after a status line"])(
  "%s: the connection is closed at once",
  async (name) => {
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send(name.includes("half") ? "HTTP/1.1 200 OK\r\nCon" : "HTTP/1.1 200 OK\r\n");
      connection.fin();
      await connection.closed();
    });
    const transport = curlTransport();
    const { error } = await observeExchange(transport, server.url());
    expect(error).toMatchObject({ code: "reset", phase: "head" });
    // Would it be kept, this would wait for the transport to be closed.
    await server.scriptsDone();
    expect(server.connections[0]?.clientClose).toBeDefined();
    await transport.close();
  },
);

test("a response that is whole ends the exchange, although the server has stopped reading the upload", async () => {
  const server = await serve(async (connection) => {
    await connection.requestHead();
    connection.pause();
    await connection.send(ok);
    await connection.closed();
  });
  const transport = curlTransport();
  const { body, error } = await observeExchange(transport, server.url(), { body: "x".repeat(8 * 1024 * 1024) });
  expect({ body, error }).toEqual({ body: "ok", error: undefined });
  for (const connection of server.connections) connection.resume();
  await transport.close();
});

describe("a reused connection that dies before the first byte", () => {
  /** Answers the first request of the first connection, and drops every other one unanswered. */
  const dyingServer = (end: "fin" | "rst"): Promise<ScriptedServer> =>
    serve(async (connection) => {
      await connection.request();
      if (connection.ordinal === 1) {
        await connection.send(ok);
        await connection.request();
      }
      connection[end]();
    });

  test.each([
    ["POST", "fin", "body"],
    ["POST", "rst", "body"],
    ["POST", "rst", ""],
    ["PUT", "fin", "body"],
    ["DELETE", "rst", undefined],
  ] as const)("%s is sent once (%s)", async (method, end, body) => {
    const server = await dyingServer(end);
    const transport = curlTransport();
    await observeExchange(transport, server.url());
    const { error } = await observeExchange(transport, server.url(), { method, ...(body !== undefined && { body }) });
    expect(error).toMatchObject({ code: "reset", phase: "head" });
    expect(error?.retryable).toBeUndefined();
    expect(server.requests.map((request) => request.method)).toEqual(["GET", method]);
    await transport.close();
  });

  test.each(["GET", "HEAD", "OPTIONS"])("%s is repeated once", async (method) => {
    const server = await dyingServer("rst");
    const transport = curlTransport();
    await observeExchange(transport, server.url());
    const { error } = await observeExchange(transport, server.url(), { method });
    expect(error).toMatchObject({ code: "reset", phase: "head" });
    expect(server.requests.map((request) => request.method)).toEqual(["GET", method, method]);
    await transport.close();
  });
});

test("a name that libcurl will not look up is dns", async () => {
  const transport = curlTransport();
  expect((await observeExchange(transport, "http://a$b.test/")).error?.code).toBe("dns");
  await transport.close();
});

test("thousands of content codings are a protocol error, of the exchange alone", async () => {
  const server = await serve(async (connection) => {
    await connection.request();
    await connection.send(`HTTP/1.1 200 OK\r\nContent-Encoding: ${"gzip,".repeat(5000)}\r\n\r\nok`);
  });
  const transport = curlTransport();
  expect((await observeExchange(transport, server.url())).error).toMatchObject({ code: "protocol" });
  await transport.close();
});

describe("what libcurl refuses", () => {
  const curl = loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] });
  afterEach(() => void vi.restoreAllMocks());

  test("a transfer that it does not take is an error, not a wait without end", async () => {
    vi.spyOn(curl, "multiAdd").mockReturnValue(3);
    const transport = curlTransport();
    const expected = { code: "internal", phase: "connect" };
    expect((await observeExchange(transport, "http://127.0.0.1:1/")).error).toMatchObject(expected);
    const sink = { head(): void {}, body(): void {} };
    expect(() => transport.sendSync(makeRequest("http://127.0.0.1:1/"), sink, () => 1)).toThrow(
      expect.objectContaining(expected),
    );
    await transport.close();
  });

  test.each([Option.httpHeader, Option.share])("option %i: the request's lists are freed", async (refused) => {
    const { setPointer } = curl;
    const heads = new Set<unknown>();
    const append = curl.slistAppend;
    vi.spyOn(curl, "slistAppend").mockImplementation((list, line) => {
      const head = append(list, line);
      heads.add(head);
      return head;
    });
    const free = vi.spyOn(curl, "slistFree");
    vi.spyOn(curl, "setPointer").mockImplementation((easy, option, value) =>
      option === refused ? 43 : setPointer(easy, option, value),
    );
    const transport = curlTransport();
    expect((await observeExchange(transport, "http://127.0.0.1:1/")).error?.code).toBe("internal");
    const freed = free.mock.calls.map(([head]) => head).filter((head) => head !== null);
    expect(freed).toEqual([...heads]);
    await transport.close();
  });
});

describe("what arrived on an idle connection is never the next response", () => {
  const stale = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
  const cases = ["GET", "POST"].flatMap((method) =>
    (["http", "https"] as const).flatMap((scheme) => [true, false].map((fin) => ({ method, scheme, fin }))),
  );

  test.each(cases)("$method over $scheme, end $fin", async ({ method, scheme, fin }) => {
    const { ca, server: pair } = await certificates();
    let unasked = (): void => {};
    const sent = new Promise<void>((resolve) => (unasked = resolve));
    let idle = (): void => {};
    const isIdle = new Promise<void>((resolve) => (idle = resolve));
    const server = await serve(
      async (connection) => {
        await connection.request();
        await connection.send(ok);
        if (connection.ordinal > 1) return void (await connection.closed());
        await isIdle;
        await connection.send(stale);
        if (fin) connection.fin();
        unasked();
        await connection.closed();
      },
      scheme === "https" ? { tls: pair } : {},
    );
    const transport = curlTransport({ ca });
    await observeExchange(transport, server.url());
    idle();
    await sent;
    const { head, body, error } = await observeExchange(transport, server.url(), { method });
    expect({ status: head?.status, body, error }).toEqual({ status: 200, body: "ok", error: undefined });
    expect(server.requests.map((request) => request.method)).toEqual(["GET", method]);
    expect(server.connections.length).toBe(2);
    await transport.close();
  });

  test.each(["1.1", "2"] as const)("and one that is silent is kept, over TLS too (%s)", async (httpVersion) => {
    const { ca, server: pair } = await certificates();
    const server = await serve(
      async (connection) => {
        for (;;) {
          await connection.request();
          await connection.send(ok);
        }
      },
      { tls: pair },
    );
    const transport = curlTransport({ ca, httpVersion });
    for (const body of ["1", "2", "3", "4"]) await observeExchange(transport, server.url(), { body });
    expect(server.connections.length).toBe(1);
    await transport.close();
  });
});

test("an unsafe method reuses a connection that lives", async () => {
  const server = await serve(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(ok);
    }
  });
  const transport = curlTransport();
  for (const body of ["1", "2", "3"]) await observeExchange(transport, server.url(), { body });
  expect(server.connections.length).toBe(1);
  await transport.close();
});

describe("connectTimeout", () => {
  test.each([
    ["a silent TLS server", {}, "https"],
    ["a silent proxy", "proxy", "https"],
  ] as const)("covers %s", async (_name, how, scheme) => {
    const server = await serve(async (connection) => void (await connection.closed()));
    const transport = curlTransport(how === "proxy" ? { proxy: server.origin } : {});
    const start = performance.now();
    const { error } = await observeExchange(transport, `${scheme}://127.0.0.1:${server.port}/`, {
      connectTimeout: 200,
    });
    const passed = performance.now() - start;
    expect(error).toMatchObject({ code: "timeout", phase: "connect" });
    expect(passed).toBeGreaterThanOrEqual(195);
    expect(passed).toBeLessThan(400);
    await transport.close();
  });

  test("0 is no limit", async () => {
    const { ca, server: pair } = await certificates();
    const secure = createTlsServer({ ...pair }, (socket) => void socket.on("error", () => {}).end(ok));
    const server = createServer({ pauseOnConnect: true }, (socket) => {
      setTimeout(() => secure.emit("connection", socket), 250);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const transport = curlTransport({ ca });
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { error, body } = await observeExchange(transport, url, { connectTimeout: 0 });
    expect({ error, body }).toEqual({ error: undefined, body: "ok" });
    await transport.close();
    server.close();
  });

  test("stops once the connection stands", async () => {
    const server = await serve(async (connection) => {
      await connection.request();
      await new Promise((resolve) => setTimeout(resolve, 250));
      await connection.send(ok);
    });
    const transport = curlTransport();
    const { error, body } = await observeExchange(transport, server.url(), { connectTimeout: 100 });
    expect({ error, body }).toEqual({ error: undefined, body: "ok" });
    await transport.close();
  });
});

describe("close", () => {
  test("waits for what is in flight, then releases the connections", async () => {
    const heads: (() => void)[] = [];
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nok");
      await new Promise<void>((resolve) => heads.push(resolve));
      await connection.send("ok");
    });
    const transport = curlTransport();
    let closing: Promise<void> | undefined;
    const order: string[] = [];
    const exchange = observeExchange(transport, server.url(), {
      onBody: async () => {
        closing ??= transport.close().then(() => void order.push("closed"));
        heads.forEach((go) => go());
        // The second time libcurl has long been done by the end of this.
        await new Promise((resolve) => setTimeout(resolve, 50));
      },
    });
    const { body, error } = await exchange.finally(() => order.push("settled"));
    await closing;
    expect({ body, error, order }).toEqual({ body: "okok", error: undefined, order: ["settled", "closed"] });
    await server.closedByClient();
    const refused = await observeExchange(transport, server.url());
    expect(refused.error?.code).toBe("closed");
    expect(server.connections.length).toBe(1);
    await transport.close();
    await transport.close({ force: true });
  });

  test("with force, also after one without, ends what is in flight", async () => {
    const server = await serve(async (connection) => {
      await connection.request();
      await connection.send("HTTP/1.1 200 OK\r\n\r\nok");
    });
    const transport = curlTransport();
    const pieces: string[] = [];
    const { error } = await observeExchange(transport, server.url(), {
      onBody: async (piece) => {
        pieces.push(piece);
        const gentle = transport.close();
        await transport.close({ force: true });
        await gentle;
      },
    });
    expect(error?.code).toBe("closed");
    expect(pieces).toEqual(["ok"]);
    await server.closedByClient();
  });
});

test("ten thousand transports that are never closed hold nothing", async () => {
  const server = await serve(async (connection) => {
    for (;;) {
      await connection.request();
      await connection.send(ok);
    }
  });
  await observeExchange(curlTransport(), server.url());
  const before = process.memoryUsage().rss;
  for (let made = 0; made < 10_000; made++) curlTransport();
  for (let used = 0; used < 200; used++) await observeExchange(curlTransport(), server.url());
  expect(server.openSockets).toBeLessThanOrEqual(65);
  expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
});
