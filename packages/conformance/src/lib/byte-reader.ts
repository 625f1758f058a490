import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/** How the peer ended: FIN, or a failure of the connection. */
export type SocketEnd = { readonly fin: true } | { readonly fin: false; readonly error: Error };

const highWaterMark = 65_536;

/**
 * Pulls bytes from a socket. What arrived before an error is read before the error shows. It reads ahead
 * by at most 64 KiB and what was under way; then the socket rests.
 */
export class ByteReader {
  readonly #socket: Duplex;
  readonly #queue: Uint8Array[] = [];
  #queued = 0;
  #finish: SocketEnd | undefined;
  #wake: () => void = () => {};

  /** @param isTcp whether it is a socket of TCP, or TLS on it, rather than a Unix domain socket or a stream of HTTP/2 */
  constructor(socket: Duplex, isTcp: boolean) {
    this.#socket = socket;
    socket.on("data", (bytes: Uint8Array) => {
      this.#queue.push(bytes);
      this.#queued += bytes.length;
      if (this.#queued > highWaterMark) socket.pause();
      this.#wake();
    });
    socket.on("end", () => {
      // libuv before 1.52 (Node 22) tells a reset close behind data as an end (libuv/libuv#4997); a reset connection has no peer.
      const hidesReset = isTcp && (socket as Socket).remoteAddress === undefined;
      this.#finishWith(hidesReset ? { fin: false, error: new Error("read ECONNRESET") } : { fin: true });
    });
    socket.on("error", (error) => this.#finishWith({ fin: false, error }));
    socket.on("close", () => this.#finishWith({ fin: false, error: new Error("the socket was closed") }));
  }

  /** How the connection ended, once everything before that was read. */
  get end(): SocketEnd | undefined {
    return this.#queue.length === 0 ? this.#finish : undefined;
  }

  /** The next bytes, at most `max` of them; `undefined` at the end. */
  async read(max: number = Number.POSITIVE_INFINITY): Promise<Uint8Array | undefined> {
    while (this.#queue.length === 0 && this.#finish === undefined) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    const first = this.#queue.shift();
    if (first === undefined) return undefined;
    this.#queued -= first.length;
    const bytes = first.subarray(0, Math.min(max, first.length));
    this.#unread(first.subarray(bytes.length));
    if (this.#queued <= highWaterMark) this.#socket.resume();
    return bytes;
  }

  /**
   * The next line without its CRLF or LF, one character a byte; `undefined` where the end comes first.
   * What is longer than `limit` or holds a NUL comes back as it is: no line may.
   */
  async line(limit: number): Promise<string | undefined> {
    let text = "";
    while (text.length <= limit && !text.includes("\0")) {
      const bytes = await this.read();
      if (bytes === undefined) return undefined;
      const newline = bytes.indexOf(10);
      text += Buffer.from(newline === -1 ? bytes : bytes.subarray(0, newline)).toString("latin1");
      if (newline === -1) continue;
      this.#unread(bytes.subarray(newline + 1));
      return text.endsWith("\r") ? text.slice(0, -1) : text;
    }
    return text;
  }

  #unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#queue.unshift(bytes);
    this.#queued += bytes.length;
  }

  #finishWith(end: SocketEnd): void {
    this.#finish ??= end;
    this.#wake();
  }
}
