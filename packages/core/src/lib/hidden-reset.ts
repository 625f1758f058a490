/** As much of Node's `net.Socket` and `tls.TLSSocket` as is asked. */
export interface ResettableSocket {
  readonly localAddress?: string | undefined;
  readonly remoteAddress?: string | undefined;
  prependListener(event: "end", listener: () => void): unknown;
  off(event: "end", listener: () => void): unknown;
}

interface Host {
  readonly process?: { readonly versions?: { readonly uv?: string } };
}

/**
 * Calls `onReset` with ECONNRESET where a socket's end is none. libuv before 1.52 (Node 22) tells a reset that follows
 * data closely as an end (libuv/libuv#4997); but TCP that was reset has no peer any more.
 *
 * Nobody may have asked for the peer's address before, because the socket remembers it. Where libuv tells resets, and
 * on sockets that are not TCP or TLS over it, nothing happens.
 *
 * @returns takes the watch off the socket, which may serve other requests
 */
export function watchHiddenReset(socket: ResettableSocket, onReset: (error: Error) => void): () => void {
  const { uv = "1.52" } = (globalThis as Host).process?.versions ?? {};
  if (Number(uv.split(".")[1]) >= 52) return () => {};
  const onEnd = (): void => {
    // a Unix domain socket has neither address
    if (socket.localAddress !== undefined && socket.remoteAddress === undefined)
      onReset(Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" }));
  };
  socket.prependListener("end", onEnd);
  return () => void socket.off("end", onEnd);
}
