import type { CaseContext } from "../case-context.ts";
import { certificates } from "../certificates.ts";
import { toBytes } from "../http-text.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";
import type { ScriptedServer } from "../scripted-server.ts";

/** Frame types of RFC 9113 section 6 that the cases write or read by hand. */
export const frameTypes = {
  data: 0,
  headers: 1,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;
export const endStream = 1;
export const endHeaders = 4;
export const padded = 8;
export const ack = 1;

/** One frame, as it was read. */
export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly payload: Buffer;
}

/** One HTTP/2 frame (RFC 9113 section 4.1). */
export function frame(type: number, flags: number, stream: number, payload: Uint8Array | string = ""): Uint8Array {
  const bytes = toBytes(payload);
  const header = Buffer.alloc(9);
  header.writeUIntBE(bytes.length, 0, 3);
  header.writeUInt8(type, 3);
  header.writeUInt8(flags, 4);
  header.writeUInt32BE(stream, 5);
  return toBytes(header, bytes);
}

/** HPACK by hand (RFC 7541): `:status: 200` is indexed (8), content-type a literal with an indexed name (31). */
export const headBlock = "\x88\x0f\x10\x11text/event-stream";

/** The HEADERS of a 200 event stream, with more of a header block. */
export function headFrame(stream: number, more = "", flags = 0): Uint8Array {
  return frame(frameTypes.headers, endHeaders | flags, stream, headBlock + more);
}

/** `content-length` in HPACK: a literal with an indexed name (28). */
export function contentLength(length: number): string {
  const digits = String(length);
  return `\x0f\x0d${String.fromCharCode(digits.length)}${digits}`;
}

/** DATA, the last of the stream if `isLast`. */
export function dataFrame(stream: number, content: Uint8Array | string, isLast = false): Uint8Array {
  return frame(frameTypes.data, isLast ? endStream : 0, stream, content);
}

/** RST_STREAM with this code (RFC 9113 section 6.4). */
export function rstFrame(stream: number, code: number): Uint8Array {
  return frame(frameTypes.rstStream, 0, stream, Uint8Array.of(0, 0, 0, code));
}

/** GOAWAY: the last stream that was processed, and a code (RFC 9113 section 6.8). */
export function goawayFrame(lastStream: number, code: number): Uint8Array {
  return frame(frameTypes.goaway, 0, 0, Uint8Array.of(0, 0, 0, lastStream, 0, 0, 0, code));
}

const settingIds = { maxConcurrentStreams: 3, initialWindowSize: 4 } as const;

/** The server's side of a connection, a frame at a time; SETTINGS are acknowledged, windows counted. */
export class Http2Peer {
  readonly connection: ScriptedConnection;
  #initialWindow = 65_535;
  readonly #granted = new Map<number, number>([[0, 65_535]]);

  constructor(connection: ScriptedConnection) {
    this.connection = connection;
  }

  /** Answers the client's preface (RFC 9113 section 3.4). */
  async start({ maxConcurrentStreams }: { maxConcurrentStreams?: number } = {}): Promise<void> {
    await this.connection.read(24);
    const setting = Buffer.from([0, settingIds.maxConcurrentStreams, 0, 0, 0, maxConcurrentStreams ?? 0]);
    await this.send(frame(frameTypes.settings, 0, 0, maxConcurrentStreams === undefined ? "" : setting));
  }

  /** Writes frames, DATA counted against the windows. */
  async send(...frames: readonly Uint8Array[]): Promise<void> {
    for (const bytes of frames) {
      const [length, type, stream] = [
        Buffer.from(bytes).readUIntBE(0, 3),
        bytes[3],
        Buffer.from(bytes).readUInt32BE(5),
      ];
      if (type !== frameTypes.data) continue;
      this.#grant(0, -length);
      this.#grant(stream, -length);
    }
    await this.connection.send(...frames);
  }

  /** Reads the next frame. */
  async next(): Promise<Frame> {
    const header = Buffer.from(await this.connection.read(9));
    const payload = Buffer.from(await this.connection.read(header.readUIntBE(0, 3)));
    const read = { type: header.readUInt8(3), flags: header.readUInt8(4), stream: header.readUInt32BE(5), payload };
    if (read.type === frameTypes.windowUpdate) this.#grant(read.stream, payload.readUInt32BE(0));
    if (read.type !== frameTypes.settings || (read.flags & ack) !== 0) return read;
    for (let at = 0; at < payload.length; at += 6)
      if (payload.readUInt16BE(at) === settingIds.initialWindowSize) this.#initialWindow = payload.readUInt32BE(at + 2);
    await this.send(frame(frameTypes.settings, ack, 0));
    return read;
  }

  /** Reads up to a frame of this type; gives all that came, that one last. */
  async until(type: number): Promise<readonly Frame[]> {
    const frames = [await this.next()];
    while (frames.at(-1)?.type !== type) frames.push(await this.next());
    return frames;
  }

  /** Reads up to the next request; gives its stream's number. */
  async stream(): Promise<number> {
    return (await this.until(frameTypes.headers)).at(-1)?.stream ?? 0;
  }

  /** Sends a PING and reads up to its acknowledgement: the client has read all that was sent before. */
  async ping(): Promise<readonly Frame[]> {
    await this.send(frame(frameTypes.ping, 0, 0, "headrace"));
    return this.until(frameTypes.ping);
  }

  /** How much DATA the client takes on a stream now (RFC 9113 section 5.2). */
  window(stream: number): number {
    return Math.min(this.#granted.get(0) ?? 0, this.#initialWindow + (this.#granted.get(stream) ?? 0));
  }

  #grant(stream: number, bytes: number): void {
    this.#granted.set(stream, (this.#granted.get(stream) ?? 0) + bytes);
  }
}

/** What answers a stream. */
export type Answer = (peer: Http2Peer, stream: number) => Promise<void>;

/** A server of frames by hand over TLS: every stream is answered by `answer`, one after the other. */
export async function serveFrames(
  { serve }: CaseContext,
  answer: Answer,
  settings: { maxConcurrentStreams?: number } = {},
): Promise<ScriptedServer> {
  const { server } = await certificates();
  return serve(
    async (connection) => {
      const peer = new Http2Peer(connection);
      await peer.start(settings);
      for (;;) await answer(peer, await peer.stream());
    },
    { tls: { ...server, ALPNProtocols: ["h2"] } },
  );
}
