import { createServer, type Socket } from "node:net";

// A server of numbered events without end, run by subscribe-server-killed.test.ts and killed while it sends. It writes
// pieces that end anywhere. Its argument is the port, its output too.

const head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

function sendFrom(last: number, socket: Socket): void {
  let number = last;
  let rest = head;
  const send = (): void => {
    const size = 1 + Math.floor(Math.random() * 100);
    while (rest.length < size) {
      const event = `id: ${++number}\ndata: ${number}\n\n`;
      rest += `${event.length.toString(16)}\r\n${event}\r\n`;
    }
    const hasRoom = socket.write(rest.slice(0, size));
    rest = rest.slice(size);
    if (hasRoom) setImmediate(send);
    else socket.once("drain", send);
  };
  send();
}

const server = createServer({ noDelay: true }, (socket) => {
  let request = "";
  socket
    .on("error", () => socket.destroy())
    .on("data", (bytes) => {
      request += bytes.toString("latin1");
      if (request.includes("\r\n\r\n")) sendFrom(Number(/^last-event-id: (\d+)/im.exec(request)?.[1] ?? 0), socket);
    });
});
server.listen(Number(process.argv[2]), "127.0.0.1", () => console.log("listening"));
