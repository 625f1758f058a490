import { openEventStream, request, type ServerSentEvent, subscribe, type Transport } from "@headrace/core";
import { describe, expect, test } from "vitest";
import { startMcpServer } from "./mcp-server.ts";
import { createTransport, transportNames } from "./transports.ts";

const accept = "application/json, text/event-stream";
const protocolVersion = "2025-11-25";
const retry = { delay: 10, minDelay: 10, maxDelay: 10 };

interface Message {
  id?: number;
  params?: { data: number };
  result?: { content: { text: string }[] };
}

/** A priming event has no data. */
const messageOf = ({ data }: ServerSentEvent): Message => (data === "" ? {} : (JSON.parse(data) as Message));

/** Opens a session; returns the headers that every request of it carries. */
async function initialize(url: string, transport: Transport): Promise<Record<string, string>> {
  const clientInfo = { name: "headrace", version: "1" };
  const json = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: { protocolVersion, capabilities: {}, clientInfo },
  };
  const stream = await openEventStream(url, { transport, json, headers: { accept } });
  const session = stream.response.headers.get("mcp-session-id") ?? "";
  for await (const event of stream) if (messageOf(event).result) break;
  const headers = { "mcp-session-id": session, "mcp-protocol-version": protocolVersion };
  const initialized = { jsonrpc: "2.0", method: "notifications/initialized" };
  const { response } = await request(url, { transport, json: initialized, headers: { ...headers, accept } });
  expect(response.status).toBe(202);
  return headers;
}

describe.each(transportNames)("an MCP server of the official SDK: %s", (name) => {
  test("a call's stream, cut twice, is resumed by GET: each message once, the call made once", async () => {
    const server = await startMcpServer();
    const transport = await createTransport(name);
    const session = await initialize(server.url, transport);
    const before = server.requests.length;
    const call = JSON.stringify({ jsonrpc: "2.0", id: 2, method: "tools/call", params: { name: "count" } });
    const events = subscribe(server.url, {
      transport,
      retry,
      // The call is a POST with a body; what takes it up again is a GET without one, which may be repeated.
      body: ({ lastEventId }) => (lastEventId === "" ? call : null),
      headers: ({ lastEventId }) => ({
        ...session,
        accept,
        ...(lastEventId === "" && { "content-type": "application/json" }),
      }),
      replay: true,
      terminal: (event) => messageOf(event).id === 2,
    });
    const numbers: number[] = [];
    let text: string | undefined;
    server.say(2);
    for await (const event of events) {
      const { params, result } = messageOf(event);
      text = result?.content[0]?.text ?? text;
      if (params) numbers.push(params.data);
      if (numbers.length !== 2 && numbers.length !== 4) continue;
      if (!params) continue;
      await server.cut();
      server.say(numbers.length + 2);
    }
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6]);
    expect(text).toBe("counted");
    expect(server.requests.slice(before)).toEqual([
      "POST",
      expect.stringMatching(/^GET \d+$/),
      expect.stringMatching(/^GET \d+$/),
    ]);
    await transport.close();
    await server.close();
  });
});
