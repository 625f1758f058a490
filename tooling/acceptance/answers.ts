import type { Socket } from "node:net";

const sse = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n";
const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
const chunked = `${sse}Transfer-Encoding: chunked\r\n\r\n`;
/** For answers after which the server closes: who is not told may send the next request on a connection that is dead. */
const closing = `${sse}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n`;
const end = "0\r\n\r\n";

/** The text that the `openai` answer streams, token by token. */
export const completion: readonly string[] = ["Water", " turns", " the", " wheel", ": ", "größer", " 🌊", "."];

const delta = (content: string): string =>
  `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;

const chatCompletion = (head: string): string =>
  [head, ...completion.map((token) => chunk(delta(token))), chunk("data: [DONE]\n\n"), end].join("");

/** What the raw server writes for each path: exact bytes, and how the connection ends. */
export const answers: Readonly<Record<string, (socket: Socket) => void>> = {
  // The origin's three smoke tests.
  canned: (socket) =>
    void socket.end(
      "HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\ndata: two\n\ndata: three\n",
    ),
  "canned-no-line-end": (socket) =>
    void socket.end("HTTP/1.0 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\ndata: two\n\ndata: three"),
  "cut-in-two": (socket) => {
    socket.write(`${closing}${chunk("data: cut in ")}`);
    setTimeout(() => void socket.end(`${chunk("two\n\n")}${end}`), 1000);
  },
  openai: (socket) => void socket.end(chatCompletion(closing)),
  "openai-keep-alive": (socket) => void socket.write(chatCompletion(chunked)),
  // Faults.
  "reset-before-head": (socket) => void socket.resetAndDestroy(),
  "reset-in-body": (socket) =>
    void socket.write(chunked + chunk("data: one\n\n"), () => setTimeout(() => socket.resetAndDestroy(), 50)),
  "chunks-cut": (socket) => void socket.end(chunked + chunk("data: one\n\n")),
  "length-short": (socket) => void socket.end(`${sse}Content-Length: 100\r\n\r\ndata: one\n\n`),
  unauthorized: (socket) =>
    void socket.end(
      'HTTP/1.1 401 Unauthorized\r\nContent-Type: application/json\r\nContent-Length: 20\r\nConnection: close\r\n\r\n{"error":"no token"}',
    ),
  html: (socket) =>
    void socket.end(
      "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 8\r\nConnection: close\r\n\r\n<p>login",
    ),
  "no-content": (socket) => void socket.end("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"),
  "no-head": () => {},
  "no-event": (socket) => drip(socket, ": ping\n"),
  silent: (socket) => void socket.write(chunked + chunk("data: one\n\n")),
  endless: (socket) => drip(socket, "data: one\n\n"),
  huge: (socket) => void socket.write(chunked + chunk(`data: one\n\ndata: ${"x".repeat(5000)}`)),
};

/** Sends `text` again and again until the client goes. */
function drip(socket: Socket, text: string): void {
  socket.write(chunked);
  const timer = setInterval(() => socket.write(chunk(text)), 20);
  socket.on("close", () => clearInterval(timer));
}
