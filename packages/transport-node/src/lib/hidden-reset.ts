import type { Socket } from "node:net";

/** Whether this libuv, older than 1.52 (Node 22), tells a reset close behind data as an end (libuv/libuv#4997). */
export const endHidesReset: boolean = Number(process.versions.uv?.split(".")[1]) < 52;

/**
 * Calls `onReset` where an end is none: TCP that was reset has no peer any more. Nobody may have asked for the peer's
 * address before, because the socket remembers it.
 *
 * @returns takes the watch off the socket, which may serve other requests
 */
export function watchHiddenReset(socket: Socket, onReset: (error: Error) => void): () => void {
  const onEnd = (): void => {
    // a Unix domain socket has neither address
    if (socket.localAddress !== undefined && socket.remoteAddress === undefined) onReset(new Error("read ECONNRESET"));
  };
  socket.prependListener("end", onEnd);
  return () => socket.off("end", onEnd);
}
