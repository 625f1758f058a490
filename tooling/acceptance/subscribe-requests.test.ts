import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer, type Server as TlsServer } from "node:tls";
import { certificates } from "@headrace/conformance";
import { asHeadraceError, type Reconnection, subscribe, type Transport } from "@headrace/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";

// How often a server is asked at the defaults, over real sockets. What ends at once, or waits for longer than the ten
// seconds of the promise, is counted in the quick run; the rest, second by second, with HEADRACE_SOAK=1.
const soak = process.env["HEADRACE_SOAK"] === "1";
const transports = clients.filter(({ name }) => !name.includes("blocking"));

let requests: Map<string, number>;
let server: Server;
let tls: TlsServer;
let handshakes = 0;
let origin: string;
let refused: string;

const sse = { "content-type": "text/event-stream" };
const answers: Readonly<Record<string, (response: ServerResponse, request: IncomingMessage) => void>> = {
  "retry-huge": (response) => void response.writeHead(200, sse).end("retry: 9999999999\ndata: 1\n\n"),
  "401": (response) => void response.writeHead(401).end(),
  loop: (response, { url }) => void response.writeHead(302, { location: url }).end(),
  html: (response) => void response.writeHead(200, { "content-type": "text/html" }).end("<p>login"),
  "204": (response) => void response.writeHead(204).end(),
  "retry-0": (response) => void response.writeHead(200, sse).end("retry: 0\ndata: 1\n\n"),
  "one event": (response) => void response.writeHead(200, sse).end("data: 1\n\n"),
  "no event": (response) => void response.writeHead(200, sse).end(),
  "500": (response) => void response.writeHead(500).end(),
  "reset before the head": ({ socket }) => void socket?.resetAndDestroy(),
  "reset after the head": (response) =>
    response.writeHead(200, sse).write(": \n", () => response.socket?.resetAndDestroy()),
  "429": (response) => void response.writeHead(429, { "retry-after": "3" }).end(),
};

beforeAll(async () => {
  requests = new Map();
  server = createServer((request, response) => {
    const url = request.url ?? "";
    requests.set(url, (requests.get(url) ?? 0) + 1);
    answers[decodeURIComponent(url.split("/")[2] ?? "")]?.(response, request);
  }).listen(0, "127.0.0.1");
  tls = createTlsServer((await certificates()).selfSigned).listen(0, "127.0.0.1");
  tls.on("tlsClientError", () => handshakes++);
  const closed = createTcpServer().listen(0, "127.0.0.1");
  for (const each of [server, tls, closed]) if (!each.listening) await once(each, "listening");
  const [port, closedPort] = [server, closed].map((each) => (each.address() as AddressInfo).port);
  origin = `http://127.0.0.1:${port}`;
  refused = `http://127.0.0.1:${closedPort}/`;
  await new Promise((resolve) => closed.close(resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  tls.close();
});

/** Subscribes until it ends, or is about to wait. */
async function follow(url: string, transport: Transport): Promise<{ waits?: Reconnection; ended?: string }> {
  let waits: Reconnection | undefined;
  const onRetry = (reconnection: Reconnection): void => {
    waits = reconnection;
    void events.close();
  };
  const events = subscribe(url, { transport, onRetry });
  try {
    for await (const _ of events);
    return waits ? { waits } : { ended: "well" };
  } catch (reason) {
    return { ended: asHeadraceError(reason)?.code ?? "a fault" };
  }
}

const count = (name: string, of: string): number => requests.get(`/${name}/${encodeURIComponent(of)}`) ?? 0;

describe.each(transports)("$name: requests in ten seconds, at the defaults", ({ name, create }) => {
  test.each([
    ["401", "status", 1],
    ["html", "content-type", 1],
    ["204", "well", 1],
    ["loop", "redirect", 21], // one request and the 20 hops that one call may follow
  ])("%s: ends at once", async (of, ended, sent) => {
    const transport = create();
    expect(await follow(`${origin}/${name}/${of}`, transport)).toEqual({ ended });
    expect(count(name, of)).toBe(sent);
    await transport.close();
  });

  test("refused TLS: ends at once", async () => {
    const transport = create();
    handshakes = 0;
    const refusal = once(tls, "tlsClientError");
    const { port } = tls.address() as AddressInfo;
    expect(await follow(`https://127.0.0.1:${port}/`, transport)).toEqual({ ended: "tls" });
    await refusal;
    expect(handshakes).toBe(1);
    await transport.close();
  });

  test("retry: 9999999999: the next one is 30 s away", async () => {
    const transport = create();
    const { waits } = await follow(`${origin}/${name}/retry-huge`, transport);
    expect(waits).toMatchObject({ attempt: 2, cause: undefined });
    expect(waits?.delay).toBeGreaterThanOrEqual(30_000);
    expect(waits?.delay).toBeLessThan(46_000);
    expect(count(name, "retry-huge")).toBe(1);
    await transport.close();
  });

  test("a refused port: the next one is 2 s away", async () => {
    const transport = create();
    const { waits } = await follow(refused, transport);
    expect(waits).toMatchObject({ attempt: 2, cause: { code: "connect" } });
    expect(waits?.delay).toBeGreaterThanOrEqual(2000);
    await transport.close();
  });

  const most = { "retry-0": 22, "one event": 6, "no event": 5, "500": 5, "429": 4 };
  const resets = { "reset before the head": 5, "reset after the head": 5 };
  test.skipIf(!soak).concurrent("counted for ten seconds (HEADRACE_SOAK=1)", { timeout: 20_000 }, async () => {
    const limits: Record<string, number> = { ...most, ...resets, refused: 5 };
    const over = new AbortController();
    let attempts = 1;
    const reading = Object.keys(limits).map(async (of) => {
      const url = of === "refused" ? refused : `${origin}/${name}/${encodeURIComponent(of)}`;
      const onRetry = ({ delay }: Reconnection): void => {
        if (of === "refused" && performance.now() + delay < end) attempts++;
      };
      // Each its own: on a kept connection of another's, a transport may repeat a GET that is reset.
      const transport = create();
      try {
        for await (const _ of subscribe(url, { transport, onRetry, signal: over.signal }));
      } finally {
        await transport.close();
      }
    });
    const end = performance.now() + 10_000;
    setTimeout(() => over.abort(), 10_000);
    await Promise.allSettled(reading);
    const counted = Object.keys(limits).map((of) => [of, of === "refused" ? attempts : count(name, of)] as const);
    console.log(name, Object.fromEntries(counted));
    for (const [of, sent] of counted) expect([of, sent <= limits[of]! && sent >= 3]).toEqual([of, true]);
  });
});
