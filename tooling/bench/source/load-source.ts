import { createServer, type AddressInfo, type Socket } from "node:net";
import { type LoadBody, makeLoadBody, pacedWrites, volleyWrites } from "./load-body.ts";
import { readRequests, requestOrRefusal, volleyTurn, writeAll, writeNext } from "./load-connection.ts";
import type { LoadRequest } from "./load-request.ts";
import { PacedTurns } from "./paced-turns.ts";
import { VolleyTurns } from "./volley-turns.ts";

// The source of load, a process of its own: raw sockets, every byte made beforehand, so that it outruns who reads it.
// It listens on a free port of 127.0.0.1, writes the port on a line of its own, and ends when its standard input does.

const bodies = new Map<string, LoadBody>();
const turns = new Map<number, PacedTurns>();
const volleys = new VolleyTurns();
const asked = new WeakSet<Socket>();
let connections = 0;
const held = new Map<Socket, () => void>();

function answer(socket: Socket, target: string, last: boolean): void {
  if (target === "/release") return release(socket);
  if (target === "/held") return say(socket, held.size);
  if (target === "/connections") return say(socket, connections);
  if (target === "/open") return void server.getConnections((_error, count) => say(socket, count));
  const request = requestOrRefusal(socket, target);
  if (request === undefined) return;
  if (!asked.has(socket)) connections += 1;
  asked.add(socket);
  const [, how, rate] = /^([a-z]*)-?(\d*)$/.exec(String(request.pace)) ?? [];
  const body = bodyOf(request);
  socket.write(body.head);
  const finish = (): void => void ((last || request.framing === "close") && socket.end());
  const write = (): void => {
    if (how === "volley") writeVolley(socket, request, Number(rate), finish);
    else if (rate) writePaced(socket, request, Number(rate), finish);
    else writeBurst(socket, body, finish);
  };
  if (how !== "hold") return write();
  held.set(socket, write);
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
  paced.add(() => writeNext(socket, writes, finish));
}

function writeVolley(socket: Socket, request: LoadRequest, rate: number, finish: () => void): void {
  volleys.add(rate, volleyTurn(socket, volleyWrites(request), finish));
}

function release(socket: Socket): void {
  const waiting = [...held.values()];
  held.clear();
  for (const write of waiting) write();
  say(socket, waiting.length);
}

function say(socket: Socket, count: number): void {
  const text = `${count}\n`;
  socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${text.length}\r\n\r\n${text}`);
}

const server = createServer({ noDelay: true, highWaterMark: 4 << 20 }, (socket) => {
  socket.once("close", () => held.delete(socket));
  readRequests(socket, (target, last) => answer(socket, target, last));
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 16_384 }, () => {
  console.log((server.address() as AddressInfo).port);
});
process.stdin.resume().once("end", () => process.exit());
