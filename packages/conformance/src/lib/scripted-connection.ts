import { createServer as createTlsServer, type TlsOptions, type TLSSocket } from "node:tls";
import type { Socket } from "node:net";
import { setImmediate as macrotask } from "node:timers/promises";
import { toBytes, type Bytes } from "./http-text.ts";
import { parseRequestBody, parseRequestHead, type ReceivedRequest } from "./received-request.ts";
import type { WireLog } from "./wire-log.ts";

/** How the client ended its side: an orderly FIN (in TLS close_notify too) or a reset. */
export type ClientClose = "fin" | "rst";

/** Thrown by waits for a client that has gone; it ends a script quietly. */
export class ClientGone extends Error {}

/**
 * One accepted connection, steered by a script and remembered for the case: the server's half of it.
 * Nothing is read ahead of the script's back: every byte that came stays in `received`. Longer than our other files: what
 * a script may do and what it learns are one state, and each is a few lines.
 */
export class ScriptedConnection {
  /** Counts from 1, in the order of acceptance. */
  readonly ordinal: number;
  /** Whole requests read so far. */
  readonly requests: ReceivedRequest[] = [];
  /** Bytes that the kernel has taken from the script. */
  bytesAccepted = 0;
  /** Bytes the client sent, whether read by the script or not. */
  bytesReceived = 0;
  /** How the client closed; `undefined` while it has not. */
  clientClose: ClientClose | undefined;
  /** Whether the client may keep the connection: its exchanges are over and nothing of another has come. */
  get isAtRest(): boolean {
    return this.#atRest && this.#unread.every((bytes) => bytes.length === 0);
  }
  /** Whether the script has returned, or failed. */
  scriptIsOver = false;
  /** Whether the server's socket still exists. */
  open = true;
  /** Resolves when the server's socket is no more. */
  readonly gone: Promise<void>;
  /** The TLS side, after `startTls`. */
  tls: TLSSocket | undefined;

  readonly #raw: Socket;
  readonly #log: WireLog;
  readonly #received: Uint8Array[] = [];
  #endedByUs = false;
  #socket: Socket;
  #unread: Uint8Array[] = [];
  #atRest = false;
  #waiting: (() => void)[] = [];
  readonly #writes = new Set<() => void>();

  constructor(socket: Socket, ordinal: number, log: WireLog) {
    this.ordinal = ordinal;
    this.#raw = socket;
    this.#socket = socket;
    this.#log = log;
    this.#note("accepted");
    socket.setNoDelay(true);
    this.gone = new Promise((resolve) => socket.once("close", resolve));
    socket.on("close", () => {
      this.open = false;
      if (this.clientClose === undefined && !this.#endedByUs) this.#clientClosed("rst");
      this.#endWrites();
      this.#wake();
    });
    this.#listen(socket);
  }

  /** Every byte the client sent on this connection (inside TLS, once that has started). */
  get received(): Uint8Array {
    return toBytes(...this.#received);
  }

  /** Turns the connection into a TLS server's, inside TLS too; resolves when the handshake is done. */
  async startTls(options: TlsOptions): Promise<void> {
    for (const event of ["data", "end", "error"]) this.#socket.removeAllListeners(event);
    this.#socket.on("error", () => {});
    const server = createTlsServer(options);
    const secured = new Promise<TLSSocket | Error>((resolve) => {
      server.once("secureConnection", resolve);
      server.once("tlsClientError", resolve);
      this.#raw.once("close", () => resolve(new Error("the connection closed in the handshake")));
    });
    server.emit("connection", this.#socket);
    const outcome = await secured;
    if (outcome instanceof Error) {
      this.#note(`TLS handshake failed: ${outcome.message}`);
      throw new ClientGone("the handshake failed");
    }
    this.#note("TLS handshake done");
    this.tls = outcome;
    this.#socket = outcome;
    this.#listen(outcome);
  }

  /** Reads the next request, head and content, whole. */
  async request(): Promise<ReceivedRequest> {
    return this.requestBody(await this.requestHead());
  }

  /** Reads the next request up to its blank line; its content stays unread. */
  async requestHead(): Promise<ReceivedRequest> {
    this.rest();
    const request = await this.#parsed((bytes) => {
      const parsed = parseRequestHead(bytes);
      return parsed && { body: parsed.request, length: parsed.length };
    });
    this.#atRest = false;
    return request;
  }

  /** Reads the content of the request whose head was read last. */
  async requestBody(head: ReceivedRequest): Promise<ReceivedRequest> {
    const length = Number(head.value("content-length") ?? 0);
    const body = await this.#parsed((bytes) => parseRequestBody(head, bytes), length);
    const request = { ...head, body };
    this.requests.push(request);
    return request;
  }

  /** Reads the next `count` bytes, whatever they are. */
  async read(count: number): Promise<Uint8Array> {
    return this.#parsed((bytes) => (bytes.length < count ? undefined : { body: bytes.slice(0, count), length: count }));
  }

  /** Resolves once the client has sent `count` bytes in all. */
  async receivedBytes(count: number): Promise<void> {
    await this.#until(() => (this.bytesReceived >= count ? true : undefined));
  }

  /** Writes; resolves when the kernel has taken all of it. If the client has gone the script ends here, quietly. */
  async send(...parts: readonly Bytes[]): Promise<void> {
    const bytes = toBytes(...parts);
    this.#note("<", bytes);
    await this.#write(bytes);
  }

  /** Writes each byte by itself, the event loop turning in between. */
  async sendEach(...parts: readonly Bytes[]): Promise<void> {
    const bytes = toBytes(...parts);
    this.#note("< byte by byte", bytes);
    for (let index = 0; index < bytes.length; index++) {
      await this.#write(bytes.subarray(index, index + 1));
      await macrotask();
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    const isGone = this.clientClose !== undefined || !this.open || this.#socket.destroyed;
    if (isGone) throw new ClientGone("the client has closed the connection");
    if (this.#endedByUs) throw new Error("the script sends after it has ended the connection");
    await new Promise<void>((resolve) => {
      this.#writes.add(resolve);
      this.#socket.write(bytes, (error) => {
        if (error === undefined || error === null) this.bytesAccepted += bytes.length;
        this.#writes.delete(resolve);
        resolve();
      });
    });
  }

  #endWrites(): void {
    for (const resolve of this.#writes) resolve();
    this.#writes.clear();
  }

  /** Ends the server's side in order: FIN, after close_notify in TLS. */
  fin(): void {
    if (this.#endedByUs) return;
    this.#note("< FIN");
    this.#endedByUs = true;
    this.#socket.end();
  }

  /** FIN without close_notify: what a cut TLS connection looks like. */
  finWithoutCloseNotify(): void {
    this.#note("< FIN without close_notify");
    this.#endedByUs = true;
    this.#raw.destroy();
  }

  /**
   * Resets the connection. Bytes the client has not read may be lost: wait for it to have them first. A Unix domain
   * socket knows no reset and is closed.
   */
  rst(): void {
    this.#note("< RST");
    this.#endedByUs = true;
    const { writableEnded, writableFinished, writableLength } = this.#socket;
    const isShuttingDown = writableEnded && !writableFinished && writableLength === 0;
    // libuv resets no socket while it shuts it down (EINVAL), and Node then forgets the handle without closing it.
    if (isShuttingDown || this.#raw.localAddress === undefined) this.destroy();
    else this.#raw.resetAndDestroy();
  }

  /** Says that the exchange is over, so that the client may keep the connection. Waiting for a request says so too. */
  rest(): void {
    this.#atRest = true;
  }

  /** Stops reading: what the client sends piles up in the kernels, then in the client. */
  pause(): void {
    this.#note("stops reading");
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Resolves when the client has closed its side. */
  async closed(): Promise<ClientClose> {
    this.#socket.resume();
    return this.#until(() => this.clientClose ?? (this.open ? undefined : "rst"));
  }

  /** Drops the connection at the end of a case. */
  destroy(): void {
    this.#endedByUs = true;
    this.#raw.destroy(); // TLS goes with it. Destroyed itself, right after handshake and reset, it crashes Node (22 to 26).
  }

  #listen(socket: Socket): void {
    socket.on("data", (bytes: Uint8Array) => {
      this.#note(">", bytes);
      this.#received.push(bytes);
      this.#unread.push(bytes);
      this.bytesReceived += bytes.length;
      this.#wake();
    });
    socket.on("end", () => this.#clientClosed("fin"));
    socket.on("error", () => this.#clientClosed("rst"));
  }

  #clientClosed(how: ClientClose): void {
    if (this.clientClose !== undefined) return;
    this.clientClose = how;
    this.#note(how === "fin" ? "> FIN" : "> RST");
    // Over TLS Node tells a reset as an end, and then neither takes nor fails what is being written (22 to 26).
    if (this.tls !== undefined && this.#writes.size > 0) this.#raw.destroy();
    this.#wake();
  }

  async #parsed<T>(parse: (bytes: Uint8Array) => { body: T; length: number } | undefined, atLeast = 0): Promise<T> {
    const { body, length } = await this.#until(() => {
      const available = this.#unread.reduce((sum, bytes) => sum + bytes.length, 0);
      if (available < atLeast) return undefined;
      this.#unread = [toBytes(...this.#unread)];
      return parse(this.#unread[0] ?? new Uint8Array());
    });
    this.#unread = [toBytes(...this.#unread).subarray(length)];
    return body;
  }

  async #until<T>(read: () => T | undefined): Promise<T> {
    for (;;) {
      const value = read();
      if (value !== undefined) return value;
      if (this.clientClose !== undefined || !this.open) throw new ClientGone("the client has closed the connection");
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #note(what: string, bytes?: Uint8Array): void {
    this.#log.note(`conn ${this.ordinal}`, what, bytes);
  }
}
