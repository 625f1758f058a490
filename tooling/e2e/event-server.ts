import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What the server sends, one event at a time. */
export const eventData: readonly string[] = ["one", "two", "three"];

/** A server of event streams on a port of its own. */
export interface EventServer {
  /** Sends {@link eventData} at once and ends. */
  readonly url: string;
  /** Sends the first event; each of the next when `sendNext` is called; and ends after the last. */
  readonly lockStepUrl: string;
  readonly sendNext: () => void;
  readonly close: () => Promise<void>;
}

/** Starts an {@link EventServer} on 127.0.0.1. */
export async function startEventServer(): Promise<EventServer> {
  let sendNext = (): void => {};
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "text/event-stream" });
    if (request.url === "/lock-step") sendNext = sendInLockStep(response);
    else response.end(eventData.map((data) => `data: ${data}\n\n`).join(""));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: `${origin}/events`,
    lockStepUrl: `${origin}/lock-step`,
    sendNext: () => sendNext(),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

function sendInLockStep(response: ServerResponse): () => void {
  const left = [...eventData];
  const sendNext = (): void => {
    const data = left.shift();
    if (data === undefined) response.end();
    else response.write(`data: ${data}\n\n`);
  };
  sendNext();
  return sendNext;
}
