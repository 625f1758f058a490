import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

/** A server of numbered events that is cut down, and comes back on its port. */
export interface NumberedServer {
  readonly url: string;
  /** How often it has been cut down. */
  readonly cuts: () => number;
  /** The most connections that were open at one time. */
  readonly mostOpen: () => number;
  readonly close: () => Promise<void>;
}

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";
const event = (id: number): string => `id: ${id}\ndata: {"number":${id},"text":"größer als 🌊"}\n\n`;

/** How a server goes: as one that crashes, one that ends, one whose process is killed. */
const goings: readonly ((socket: Socket) => void)[] = [
  (socket) => socket.resetAndDestroy(),
  (socket) => socket.destroy(),
  (socket) => socket.end(),
];

/** Sends a part of the response and goes; resolves a turn later. */
async function cutDown(socket: Socket, response: Buffer, random: () => number): Promise<void> {
  const going = goings[Math.floor(random() * goings.length)];
  const sent = response.subarray(0, Math.floor(random() * Math.min(response.length, 1500)));
  await new Promise((resolve) => socket.write(sent, resolve));
  going?.(socket);
  await new Promise((resolve) => setImmediate(resolve));
}

/** Calls `answer` with the head of each request. */
function onRequest(socket: Socket, answer: (request: string) => void): void {
  let request = "";
  socket.on("data", (bytes) => {
    request += bytes.toString("latin1");
    if (!request.includes("\r\n\r\n")) return;
    answer(request);
    request = "";
  });
}

/** The whole response with the events after `last`. */
function responseFrom(last: number, count: number): Buffer {
  const events = Array.from({ length: count - last }, (_, at) => event(last + at + 1));
  const chunks = events.map((text) => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);
  return Buffer.from(`${head}${chunks.join("")}0\r\n\r\n`);
}

/**
 * Starts a server that sends the events from `Last-Event-ID` on, up to `count`, and ends with 204 after that. Each
 * connection is cut after a random number of bytes of its whole response, until there have been `cuts`.
 *
 * @param random from 0 to 1
 */
export async function startNumberedServer(
  { count, cuts }: { count: number; cuts: number },
  random: () => number,
): Promise<NumberedServer> {
  let cutsMade = 0;
  let open = 0;
  let mostOpen = 0;
  const answer = (socket: Socket, request: string): void => {
    const [, last = "0"] = /^last-event-id: (\d+)/im.exec(request) ?? [];
    if (Number(last) >= count) return void socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
    const response = responseFrom(Number(last), count);
    if (cutsMade >= cuts) return void socket.write(response);
    cutsMade++;
    server.close(); // The next connection is refused until it is back.
    void cutDown(socket, response, random).then(() => server.listen(port, "127.0.0.1"));
  };
  const server = createServer({ noDelay: true }, (socket) => {
    let carries = false;
    socket.on("error", () => {}).on("close", () => (open -= carries ? 1 : 0));
    onRequest(socket, (request) => {
      if (!carries) mostOpen = Math.max(mostOpen, ++open);
      carries = true;
      answer(socket, request);
    });
  });
  server.on("error", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    cuts: () => cutsMade,
    mostOpen: () => mostOpen,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
