import { createServer, type AddressInfo, type Socket } from "node:net";
import { type LoadBody, makeLoadBody, pacedWrites } from "./load-body.ts";
import { readRequests, requestOrRefusal, writeAll } from "./load-connection.ts";
import type { LoadRequest } from "./load-request.ts";
import { PacedTurns } from "./paced-turns.ts";

// The source of load, a process of its own: raw sockets, every byte made beforehand, so that it outruns who reads it.
// It listens on a free port of 127.0.0.1, writes the port on a line of its own, and ends when its standard input does.

const bodies = new Map<string, LoadBody>();
const turns = new Map<number, PacedTurns>();
const held = new Set<() => void>();

function answer(socket: Socket, target: string, last: boolean): void {
  if (target === "/release") return release(socket);
  if (target === "/held") return say(socket, held.size);
  const request = requestOrRefusal(socket, target);
  if (request === undefined) return;
  const [hold, pace] = String(request.pace).startsWith("hold")
    ? [true, Number(String(request.pace).slice("hold-".length))]
    : [false, Number(request.pace)];
  const body = bodyOf(request);
  socket.write(body.head);
  const finish = (): void => void ((last || request.framing === "close") && socket.end());
  const write = pace > 0 ? () => writePaced(socket, request, pace, finish) : () => writeBurst(socket, body, finish);
  if (!hold) return write();
  held.add(write);
  socket.once("close", () => held.delete(write));
}

function bodyOf(request: LoadRequest): LoadBody {
  const key = JSON.stringify([request.workload, request.events, request.framing]);
  const body = bodies.get(key) ?? makeLoadBody(request);
  bodies.set(key, body);
  return body;
}

function writeBurst(socket: Socket, { block, rounds, rest }: LoadBody, finish: () => void): void {
  writeAll(socket, (index) => (index < rounds ? block : index === rounds ? rest : undefined), finish);
}

function writePaced(socket: Socket, request: LoadRequest, pace: number, finish: () => void): void {
  const writes = pacedWrites(request);
  const paced = turns.get(pace) ?? new PacedTurns(pace);
  turns.set(pace, paced);
  paced.add(() => {
    const { value, done } = socket.destroyed ? { done: true } : writes.next();
    if (done || value === undefined) return (finish(), false);
    socket.write(value);
    return true;
  });
}

function release(socket: Socket): void {
  const waiting = [...held];
  held.clear();
  for (const write of waiting) write();
  say(socket, waiting.length);
}

function say(socket: Socket, count: number): void {
  const text = `${count}\n`;
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
}

const server = createServer({ noDelay: true, highWaterMark: 4 << 20 }, (socket) => {
  readRequests(socket, (target, last) => answer(socket, target, last));
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 16_384 }, () => {
  console.log((server.address() as AddressInfo).port);
});
process.stdin.resume().once("end", () => process.exit());
