import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { type EventStore, StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";

/** An MCP server of the official SDK, with one tool, `count`, that says a number six times before its result. */
export interface CountingServer {
  readonly url: string;
  /** Method and `Last-Event-ID` of each request. */
  readonly requests: readonly string[];
  /** Resets the connections of all streams; settles when the server has noticed. */
  cut(): Promise<void>;
  /** Lets the tool say numbers up to this one. */
  say(upTo: number): void;
  close(): Promise<void>;
}

type Message = Parameters<EventStore["storeEvent"]>[1];

/** Keeps every message of every stream, in order. */
function createEventStore(): EventStore {
  const events: { streamId: string; message: Message }[] = [];
  return {
    async storeEvent(streamId, message) {
      return String(events.push({ streamId, message }));
    },
    async replayEventsAfter(lastEventId, { send }) {
      const after = Number(lastEventId);
      const streamId = events[after - 1]?.streamId ?? "";
      for (const [at, event] of events.entries()) {
        if (at >= after && event.streamId === streamId) await send(String(at + 1), event.message);
      }
      return streamId;
    },
  };
}

/** A server with the tool; `permit` says up to which number it may count. */
function createCounter(): { mcp: McpServer; permit: (upTo: number) => void } {
  let allowed = 0;
  let wake = (): void => {};
  const mcp = new McpServer({ name: "counting", version: "1.0.0" }, { capabilities: { logging: {} } });
  mcp.registerTool("count", {}, async ({ sendNotification }) => {
    for (let number = 1; number <= 6; number++) {
      while (number > allowed) await new Promise<void>((resolve) => (wake = resolve));
      await sendNotification({ method: "notifications/message", params: { level: "info", data: number } });
    }
    return { content: [{ type: "text", text: "counted" }] };
  });
  const permit = (upTo: number): void => {
    allowed = upTo;
    wake();
  };
  return { mcp, permit };
}

/** Starts it on a free port, for one session. */
export async function startMcpServer(): Promise<CountingServer> {
  const { mcp, permit } = createCounter();
  const eventStore = createEventStore();
  const transport = new StreamableHTTPServerTransport({ sessionIdGenerator: () => randomUUID(), eventStore });
  await mcp.connect(transport);
  const open = new Set<ServerResponse>();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push([request.method, request.headers["last-event-id"]].filter(Boolean).join(" "));
    open.add(response);
    response.once("close", () => open.delete(response));
    void transport.handleRequest(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    requests,
    async cut() {
      const closing = [...open].map((response) => once(response, "close"));
      for (const { socket } of open) socket?.resetAndDestroy();
      await Promise.all(closing);
    },
    say: permit,
    async close() {
      await mcp.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
