import { createEventSource } from "@headrace/event-source";
import { startScriptedServer } from "@headrace/conformance";
import imported from "reconnecting-eventsource";
import { describe, expect, test } from "vitest";
import { clients } from "./clients.ts";

// A library of others that takes an EventSource class: it knows nothing of ours. It is CommonJS, and typed for browsers.

type LibraryClass = new (
  url: string,
  options: { eventSourceClass: unknown },
) => EventTarget & {
  readonly readyState: number;
  close(): void;
};
const exported = imported as unknown as LibraryClass | { default: LibraryClass };
const ReconnectingEventSource = "default" in exported ? exported.default : exported;

const transports = clients.filter(({ name }) => !name.includes("blocking"));

describe.each(transports)("over $name", ({ create }) => {
  test("reconnecting-eventsource takes the class as its own", async () => {
    const seen: (string | undefined)[] = [];
    const server = await startScriptedServer(async (connection) => {
      const request = await connection.request();
      seen.push(request.value("x-tenant"));
      const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
      await connection.send(head, "id: 1\ndata: one\n\nevent: add\nid: 2\ndata: two\n\n");
    });
    const transport = create();
    const eventSourceClass = createEventSource({ transport, headers: { "x-tenant": "7" } });
    const source = new ReconnectingEventSource(server.url(), { eventSourceClass });
    const data = await new Promise((resolve) => {
      const received: unknown[] = [];
      const note = (event: Event): void => {
        const { type, data: text, lastEventId } = event as MessageEvent;
        received.push([type, text, lastEventId]);
        if (type === "add") resolve(received);
      };
      source.addEventListener("message", note);
      source.addEventListener("add", note);
    });
    expect(data).toEqual([
      ["message", "one", "1"],
      ["add", "two", "2"],
    ]);
    expect(seen).toEqual(["7"]);
    expect(source.readyState).toBe(1);
    source.close();
    await transport.close();
    await server.close();
  });
});
