import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A server of numbered events, from `Last-Event-ID` on. */
export interface NumberServer {
  readonly url: string;
  /** From now on the stream ends with this number: after it, 204. */
  endWith(last: number): void;
  close(): void;
}

/** How many a connection is sent before it falls silent: none lives longer. */
const burst = 200;

/** Starts it on a free port. */
export async function startNumberServer(): Promise<NumberServer> {
  let end = Infinity;
  const server = createServer((request, response) => {
    const last = Number(request.headers["last-event-id"] ?? 0);
    if (last >= end) return void response.writeHead(204).end();
    response.writeHead(200, { "content-type": "text/event-stream" });
    const upTo = Math.min(last + burst, end);
    let number = last;
    const send = (): void => {
      response.write(`id: ${++number}\ndata: ${number}\n\n`);
      if (number === end) response.end();
      else if (number < upTo) setImmediate(send);
    };
    send();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    endWith(last) {
      end = last;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
