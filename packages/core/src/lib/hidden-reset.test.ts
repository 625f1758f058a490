import { EventEmitter } from "node:events";
import { afterEach, expect, test, vi } from "vitest";
import { type ResettableSocket, watchHiddenReset } from "./hidden-reset.ts";

afterEach(() => void vi.unstubAllGlobals());

const tcp = { localAddress: "127.0.0.1", remoteAddress: "127.0.0.1" };

/** The codes told of a socket that comes to its end. */
function toldAt(addresses: object, { uv = "1.51.0", off = false }: { uv?: string; off?: boolean } = {}): unknown[] {
  vi.stubGlobal("process", { versions: { uv } });
  const told: unknown[] = [];
  const socket = Object.assign(new EventEmitter(), addresses) as ResettableSocket & EventEmitter;
  const stop = watchHiddenReset(socket, (error) => told.push((error as { code?: unknown }).code));
  if (off) stop();
  socket.emit("end");
  return told;
}

test("an end of TCP without a peer is a reset", () => {
  expect(toldAt({ ...tcp, remoteAddress: undefined })).toEqual(["ECONNRESET"]);
});

test("it is none with a peer, over a Unix domain socket, when taken off, and where libuv tells resets", () => {
  expect(toldAt(tcp)).toEqual([]);
  expect(toldAt({})).toEqual([]);
  expect(toldAt({ localAddress: "127.0.0.1" }, { off: true })).toEqual([]);
  expect(toldAt({ localAddress: "127.0.0.1" }, { uv: "1.52.0" })).toEqual([]);
});
