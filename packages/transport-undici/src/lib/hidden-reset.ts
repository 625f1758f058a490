import type { Socket } from "node:net";

// libuv before 1.52 (Node 22) reports the end of the stream where a reset follows data closely (libuv/libuv#4997).
const endHidesReset = Number(process.versions.uv?.split(".")[1]) < 52;

/**
 * Tells a reset that arrives as an orderly end: a connection that was reset has no peer any more.
 * Only for a socket that is TCP itself, or TLS on one, and whose peer's address has not been asked for.
 */
export function watchHiddenReset(socket: Socket, onReset: (error: Error) => void): void {
  if (!endHidesReset) return;
  socket.once("end", () => {
    if (socket.remoteAddress === undefined)
      onReset(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  });
}
