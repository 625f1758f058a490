import type { Socket } from "node:net";
import { notHttp } from "./response-head.ts";

/** The first line of a response (RFC 9112 section 4), as bytes: latin1. */
export interface StatusLine {
  readonly httpVersion: "1.0" | "1.1";
  readonly statusText: string;
}

/** As contract section 7 has it: a head is over the limit from here on. */
export const MAX_HEAD_SIZE: number = 256 * 1024;
const MAX_INTERIM_RESPONSES = 100;

const none = Buffer.alloc(0);
/** As much as a socket takes in unread (its high-water mark). */
const filler = Buffer.alloc(64 * 1024);

/**
 * Stands where undici reads from an HTTP/1.1 socket: `socket.read`.
 *
 * It can hold undici back without pausing undici's parser, which would put the rest of a piece back into
 * the socket, to be lost when a reset destroys that. It notes the status line, of which undici keeps
 * neither the version nor, when it comes in several packets, the whole reason. And it takes out the
 * interim responses (RFC 9110 section 15.2), at one of which, 100, undici gives up.
 */
export class ResponseWire {
  /** Of the response that is being read, once it is known. */
  statusLine: StatusLine | undefined;
  /** Whether a byte has come since `expectHead`. */
  heard = false;
  /** Called when undici asks for more: it is through with what it got before. */
  onRead: (() => void) | undefined;
  readonly #socket: Socket;
  readonly #read: (size?: number) => Buffer | null;
  #held = false;
  #filled = false;
  #scanning = false;
  #start: Buffer = none;
  #interim = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    socket.read = (size?: number) => this.#next(size);
  }

  /** A request is about to be written: what comes next begins with a status line. */
  expectHead(): void {
    this.statusLine = undefined;
    this.heard = false;
    this.#scanning = true;
    this.#start = none;
    this.#interim = 0;
  }

  /** The response is complete: what comes next is for undici to judge. */
  close(): void {
    this.heard = false;
    this.onRead = undefined;
    this.#held = false;
    this.#scanning = false;
  }

  /**
   * From now on nothing more is read, until `release`.
   *
   * The socket's buffer is filled up, so that the socket stops after the next piece that comes: would it
   * go on, it could learn of a reset, and be destroyed, with bytes in its buffer that nobody has read.
   * (A high-water mark of 1 does that too, at 1.25 to 1.5 times the CPU for each event.)
   */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    if (this.#filled || this.#socket.destroyed || this.#socket.readableEnded) return;
    this.#filled = true;
    this.#socket.unshift(filler);
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#socket.emit("readable");
  }

  #next(size: number | undefined): Buffer | null {
    this.onRead?.();
    if (this.#held) return null;
    for (;;) {
      let bytes = this.#read(size);
      if (bytes === null) return null;
      if (this.#filled) {
        this.#filled = false;
        bytes = bytes.subarray(filler.length);
      }
      if (this.#scanning) bytes = this.#scan(bytes);
      if (bytes.length > 0) return bytes;
    }
  }

  /** @returns what undici is to see of the bytes so far; nothing while the first line is incomplete */
  #scan(bytes: Buffer): Buffer {
    this.heard ||= bytes.length > 0;
    let head = this.#start.length > 0 ? Buffer.concat([this.#start, bytes]) : bytes;
    for (;;) {
      const lineEnd = head.indexOf(10);
      const line = head.toString("latin1", 0, lineEnd < 0 ? Math.min(head.length, MAX_HEAD_SIZE) : lineEnd);
      if (lineEnd < 0 && "HTTP/1.".startsWith(line.slice(0, 7))) return this.#keep(head);
      // RFC 9112 section 4, without a bare CR (section 2.2) or a NUL.
      const match = /^HTTP\/(1\.[01]) (\d\d\d)(?: ([^\0\r]*))?\r?$/.exec(line);
      if (!match || lineEnd < 0) return this.#refuse("the response does not begin with a status line of HTTP/1");
      const [, httpVersion, status = "", statusText = ""] = match;
      if (!status.startsWith("1") || status === "101") {
        this.statusLine = { httpVersion: httpVersion as "1.0" | "1.1", statusText };
        return this.#pass(head);
      }
      const end = head.indexOf("\n\r\n");
      if (end < 0) return this.#keep(head);
      if (++this.#interim > MAX_INTERIM_RESPONSES)
        return this.#refuse(`there are more than ${MAX_INTERIM_RESPONSES} interim responses`);
      head = head.subarray(end + 3);
      if (head.length === 0) return this.#keep(head);
    }
  }

  #keep(head: Buffer): Buffer {
    if (head.length > MAX_HEAD_SIZE) return this.#refuse(`the response's head is larger than ${MAX_HEAD_SIZE} bytes`);
    this.#start = head;
    return none;
  }

  #refuse(reason: string): Buffer {
    this.#socket.destroy(notHttp(reason));
    return this.#pass(none);
  }

  #pass(head: Buffer): Buffer {
    this.#scanning = false;
    this.#start = none;
    return head;
  }
}
