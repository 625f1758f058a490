import {
  createSecureServer,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { certificates } from "@headrace/conformance";
import { afterEach, describe, expect, test } from "vitest";
import { curlTransport, type CurlTransport } from "../index.ts";
import { observeExchange } from "./observe-exchange.test-support.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Served {
  readonly origin: string;
  readonly transport: CurlTransport;
  sessions: number;
  readonly paths: string[];
}

type Respond = (stream: ServerHttp2Stream, path: string) => void;

/** An HTTP/2 server, over TLS or by prior knowledge, and a transport that speaks the same. */
async function serve(scheme: "https" | "http", respond: Respond): Promise<Served> {
  const { ca, server: pair } = await certificates();
  const server: Http2Server = scheme === "https" ? createSecureServer({ ...pair }) : createServer();
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  const transport = curlTransport(scheme === "https" ? { httpVersion: "2", ca } : { httpVersion: "h2c" });
  const served: Served = { origin: "", transport, sessions: 0, paths: [] };
  server.on("session", (session) => {
    served.sessions++;
    session.on("error", () => {});
  });
  server.on("stream", (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
    stream.on("error", () => {});
    served.paths.push(headers[":path"] ?? "");
    respond(stream, headers[":path"] ?? "");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  cleanups.push(() => transport.close({ force: true }));
  return {
    ...served,
    origin: `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get sessions() {
      return served.sessions;
    },
  };
}

test.runIf(curlTransport().supports.http2).each(["https", "http"] as const)(
  "HTTP/2 over %s: head, body, trailers",
  async (scheme) => {
    const { origin, transport } = await serve(scheme, (stream) => {
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-last": "yes" }));
      stream.respond({ ":status": 299, "x-a": "1" }, { waitForTrailers: true });
      stream.end("hello");
    });
    for (let turn = 0; turn < 3; turn++) {
      const { head, body, trailers, error } = await observeExchange(transport, `${origin}/a?`, { body: "x" });
      expect({ error, body }).toEqual({ error: undefined, body: "hello" });
      expect(head).toMatchObject({ status: 299, httpVersion: "2", statusText: "" });
      expect([head?.headers.get("x-a"), trailers?.get("x-last")]).toEqual(["1", "yes"]);
    }
  },
);

test("ten exchanges share one connection, and wait for it", async () => {
  const served = await serve("https", (stream) => {
    stream.respond();
    stream.end("hello");
  });
  const all = Array.from({ length: 10 }, () => observeExchange(served.transport, `${served.origin}/`));
  expect((await Promise.all(all)).map(({ body }) => body)).toEqual(Array.from({ length: 10 }, () => "hello"));
  expect(served.sessions).toBe(1);
});

test("the target is sent as it stands", async () => {
  const { origin, transport, paths } = await serve("https", (stream) => {
    stream.respond();
    stream.end();
  });
  await observeExchange(transport, `${origin}/a%2Fb?`);
  expect(paths).toEqual(["/a%2Fb?"]);
});

describe("RST_STREAM", () => {
  test("after the head is reset, after what came", async () => {
    const { origin, transport } = await serve("http", (stream) => {
      stream.respond();
      stream.write("hello", () => stream.destroy(new Error("INTERNAL_ERROR")));
    });
    const { body, error } = await observeExchange(transport, origin);
    expect(body).toBe("hello");
    expect(error).toMatchObject({ code: "reset", phase: "body" });
  });

  test.each([
    ["GET", 2],
    ["POST", 1],
  ])("REFUSED_STREAM: %s goes out %i times, and the error says it may be repeated", async (method, times) => {
    const { origin, transport, paths } = await serve("http", (stream) => stream.close(7));
    const { error } = await observeExchange(transport, origin, { method });
    expect(error).toMatchObject({ code: "reset", phase: "head", retryable: true });
    expect(paths.length).toBe(times);
  });
});

// With its default buffer libcurl 7.88.1 never sees the end of the first.
test.each([16_384, 32_768, 65_536, 65_537])("a body of %i bytes ends", async (size) => {
  const { origin, transport } = await serve("http", (stream) => {
    stream.respond();
    stream.end(Buffer.alloc(size, "a"));
  });
  const { body, error } = await observeExchange(transport, origin);
  expect([error, body.length]).toEqual([undefined, size]);
});

test("a sink that holds back for long gets everything, and the end", async () => {
  const size = 1024 * 1024;
  const { origin, transport } = await serve("https", (stream) => {
    stream.respond();
    stream.end(Buffer.alloc(size, "a"));
  });
  const exchanges = Array.from({ length: 8 }, async () => {
    let held = false;
    const hold = (): Promise<void> | undefined => {
      if (held) return undefined;
      held = true;
      return new Promise((resolve) => setTimeout(resolve, 900));
    };
    return observeExchange(transport, origin, { onBody: () => hold() });
  });
  for (const { body, error } of await Promise.all(exchanges)) expect([error, body.length]).toEqual([undefined, size]);
});

describe("an abort", () => {
  const lasting = async (): Promise<Served & { closed: Map<string, Promise<void>> }> => {
    const closed = new Map<string, Promise<void>>();
    const served = await serve("https", (stream, path) => {
      closed.set(path, new Promise((resolve) => stream.on("close", () => resolve())));
      stream.respond();
      stream.write(path);
    });
    return Object.assign(served, { closed });
  };

  test("of the only stream is heard by the server at once", async () => {
    const { origin, transport, closed } = await lasting();
    const controller = new AbortController();
    await observeExchange(transport, `${origin}/a`, { signal: controller.signal, onBody: () => controller.abort() });
    await expect(closed.get("/a")).resolves.toBeUndefined();
  });

  test("of one of several is heard too, and leaves the others alone", async () => {
    const served = await lasting();
    const controller = new AbortController();
    const stop = new AbortController();
    const { origin, transport, closed } = served;
    let sibling: Promise<unknown> = Promise.resolve();
    await new Promise<void>((resolve) => {
      sibling = observeExchange(transport, `${origin}/b`, { signal: stop.signal, onBody: () => resolve() });
    });
    await observeExchange(transport, `${origin}/a`, { signal: controller.signal, onBody: () => controller.abort() });
    await closed.get("/a");
    expect(served.sessions).toBe(1);
    expect(await Promise.race([sibling, closed.get("/b"), Promise.resolve("still open")])).toBe("still open");
    stop.abort();
    await closed.get("/b");
  });
});
