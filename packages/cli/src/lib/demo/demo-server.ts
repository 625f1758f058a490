import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type { Completion } from "./completion.ts";

/** Ms between two events. */
export const PACE = 24;

/** A server of this process, with its URL. */
export interface DemoServer {
  readonly url: string;
  close(): void;
}

/** Added to the URL, asks for no more than the last event: what a stack does only once shall not be timed. */
export const WARM_UP = "?warm-up";

/** Starts the demo's server: it answers every request with the completion, an event at a time. */
export async function startDemoServer(completion: Completion): Promise<DemoServer> {
  const server: Server = createServer((request, response) => {
    request.resume();
    const { events } = completion;
    void stream(response, request.url?.endsWith(WARM_UP) ? events.slice(-1) : events);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/chat/completions`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function stream(response: ServerResponse, events: Completion["events"]): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store" });
  try {
    for (const [at, event] of events.entries()) {
      const cut = event.findIndex((byte) => byte > 0x7f) + 1;
      if (cut > 0) response.write(event.subarray(0, cut)); // Ends inside a character.
      if (at > 0) await delay(PACE, undefined, { signal: gone.signal });
      response.write(event.subarray(cut));
    }
    response.end();
  } catch {
    response.destroy(); // The client has left.
  }
}
