import type { Socket } from "node:net";
import { readLoadTarget, type LoadRequest } from "./load-request.ts";
import type { Turn } from "./paced-turns.ts";

/** Reads the requests of one connection, each up to its end; `answer` is told whether it is to be the last. */
export function readRequests(socket: Socket, answer: (target: string, last: boolean) => void): void {
  let received = "";
  socket.setEncoding("latin1");
  socket.on("error", () => socket.destroy());
  socket.on("data", (text: string) => {
    received += text;
    for (;;) {
      const headEnd = received.indexOf("\r\n\r\n");
      if (headEnd < 0) return;
      const head = received.slice(0, headEnd);
      const end = headEnd + 4 + Number(/^content-length:\s*(\d+)/im.exec(head)?.[1] ?? 0);
      if (received.length < end) return;
      received = received.slice(end);
      answer(head.split(" ", 2)[1] ?? "/", /^connection:\s*close/im.test(head));
    }
  });
}

/** Writes `count` times what `next` gives, and then calls `done`, no faster than the socket takes it. */
export function writeAll(socket: Socket, next: (index: number) => Buffer | undefined, done: () => void): void {
  let index = 0;
  const write = (): void => {
    for (;;) {
      const bytes = next(index);
      if (bytes === undefined) return done();
      index += 1;
      if (!socket.write(bytes)) break;
    }
    socket.once("drain", write);
  };
  write();
}

/** Writes what is next, and says whether there is more to come; calls `finish` at the end, or where nobody reads any more. */
export function writeNext(socket: Socket, writes: Iterator<Buffer>, finish: () => void): boolean {
  const next = socket.destroyed ? undefined : writes.next();
  if (next === undefined || next.done) return (finish(), false);
  socket.write(next.value);
  return true;
}

/**
 * The turns of a volley: each writes what is next. One that comes before the socket has taken the write before is left
 * out, since then it is the reader who is slow: it is never handed more than one write that it has no room for.
 */
export function volleyTurn(socket: Socket, writes: Iterator<Buffer>, finish: () => void): Turn {
  return () => socket.writableLength > 0 || writeNext(socket, writes, finish);
}

/** Reads a target; a client that asks for what is not there gets told so, and is sent away. */
export function requestOrRefusal(socket: Socket, target: string): LoadRequest | undefined {
  try {
    return readLoadTarget(target);
  } catch (error) {
    socket.end(`HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n${String(error)}\n`);
    return undefined;
  }
}
