import { getEventListeners, once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { subscribe } from "@headrace/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clients } from "./clients.ts";

// HEADRACE_SOAK=1 makes 1,000 of each.
const cycles = process.env["HEADRACE_SOAK"] === "1" ? 1000 : 100;
const transports = clients.filter(({ name }) => !name.includes("blocking"));

/** Connections that a request came over, and that are open. */
const open = new Set<Socket>();
let server: Server;
let origin: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (!open.has(request.socket)) request.socket.once("close", () => open.delete(request.socket));
    open.add(request.socket);
    if (request.url === "/500") return void response.writeHead(500, { connection: "close" }).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write("id: 1\ndata: 1\n\n");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => void server.close());

const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;

/** Each leaves a subscription in another place. */
const ways: Readonly<Record<string, (url: string, init: Parameters<typeof subscribe>[1]) => Promise<void>>> = {
  async "left in the loop"(url, init) {
    for await (const _ of subscribe(url, init)) break;
  },
  async "closed while it waits for an event"(url, init) {
    const events = subscribe(url, init);
    const reading = events[Symbol.asyncIterator]();
    await reading.next();
    const next = reading.next();
    await events.close();
    expect(await next).toEqual({ done: true, value: undefined });
  },
  async "closed while it connects"(url, init) {
    const events = subscribe(url, init);
    const next = events[Symbol.asyncIterator]().next();
    await events.close();
    expect(await next).toEqual({ done: true, value: undefined });
  },
  async "closed while it waits to reconnect"(url, init) {
    let closed: Promise<void> | undefined;
    const events = subscribe(`${url}500`, { ...init, onRetry: () => void (closed = events.close()) });
    for await (const _ of events);
    await closed;
  },
  async "aborted by a signal of its own"(url, init) {
    const own = new AbortController();
    const signal = AbortSignal.any([own.signal, init.signal!]);
    const reason: unknown = await (async () => {
      for await (const _ of subscribe(url, { ...init, signal })) own.abort("enough");
    })().catch((thrown: unknown) => thrown);
    expect(reason).toBe("enough");
  },
};

describe.each(transports)("$name", ({ create }) => {
  test.each(Object.entries(ways))(
    `${cycles} subscriptions on one signal, each %s, leave nothing`,
    { timeout: 60_000 },
    async (_, way) => {
      const transport = create();
      const { signal } = new AbortController();
      const timersBefore = timers();
      const timeouts = { total: 600_000, idle: 300_000, head: 300_000 };
      for (let cycle = 0; cycle < cycles; cycle++) await way(`${origin}/`, { transport, signal, timeouts });
      expect(getEventListeners(signal, "abort")).toHaveLength(0);
      await transport.close();
      const left = [...open];
      if (left.length > 0) await Promise.all(left.map((socket) => once(socket, "close")));
      expect(timers()).toBeLessThanOrEqual(timersBefore);
    },
  );
});
