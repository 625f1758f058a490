import { toBytes } from "../http-text.ts";
import type { ScriptedConnection } from "../scripted-connection.ts";

/** Frame types and flags of RFC 9113 section 6 that the cases write by hand. */
export const frameTypes = { data: 0, headers: 1, rstStream: 3, settings: 4, goaway: 7 } as const;
export const endStream = 1;
const endHeaders = 4;
const ack = 1;

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

/** The HEADERS of a 200 event stream. HPACK by hand: `:status: 200` is indexed (8), content-type a literal (31). */
export function headFrame(stream: number): Uint8Array {
  return frame(frameTypes.headers, endHeaders, stream, toBytes("\x88\x0f\x10", "\x11", "text/event-stream"));
}

/** RST_STREAM with this code (RFC 9113 section 6.4). */
export function rstFrame(stream: number, code: number): Uint8Array {
  return frame(frameTypes.rstStream, 0, stream, Uint8Array.of(0, 0, 0, code));
}

/** GOAWAY: the last stream that was processed, and a code (RFC 9113 section 6.8). */
export function goawayFrame(lastStream: number, code: number): Uint8Array {
  return frame(frameTypes.goaway, 0, 0, Uint8Array.of(0, 0, 0, lastStream, 0, 0, 0, code));
}

/** Answers the client's preface and reads up to its next HEADERS; gives the stream's number. */
export async function acceptStream(connection: ScriptedConnection, isFirst = true): Promise<number> {
  if (isFirst) {
    await connection.read(24); // PRI * HTTP/2.0 …
    await connection.send(frame(frameTypes.settings, 0, 0));
  }
  for (;;) {
    const header = Buffer.from(await connection.read(9));
    await connection.read(header.readUIntBE(0, 3));
    const [type, flags] = [header.readUInt8(3), header.readUInt8(4)];
    if (type === frameTypes.settings && (flags & ack) === 0) await connection.send(frame(frameTypes.settings, ack, 0));
    if (type === frameTypes.headers) return header.readUInt32BE(5);
  }
}
