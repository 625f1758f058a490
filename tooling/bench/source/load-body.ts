import { cycleOf, endingOf } from "../workloads/workload.ts";
import type { Framing, LoadRequest } from "./load-request.ts";

/** A response, made before anybody waits for it: `block` is written `rounds` times, then `rest`. */
export interface LoadBody {
  readonly head: Buffer;
  readonly block: Buffer;
  readonly rounds: number;
  readonly rest: Buffer;
}

const blockBytes = 1 << 20;
const chunkBytes = 1 << 16;

/**
 * How much a volley writes at once: in one segment of Linux's loopback, which carries 65 483 bytes, and for one read of
 * libuv, which asks for 65 536. A write of 64 KiB is two segments, and two reads for who is quick.
 */
export const volleyBytes = 64_000;

/** Of an HTTP chunk with four digits of length. */
const chunkOverhead = "f9f8\r\n\r\n".length;

/** Makes the body for a request, in blocks of about 1 MiB. */
export function makeLoadBody({ workload, events, framing }: LoadRequest): LoadBody {
  const cycle = cycleOf(workload).map(({ text }) => Buffer.from(text));
  const ending = endingOf(workload, events).map(({ text }) => Buffer.from(text));
  const size = cycle.reduce((total, { length }) => total + length, 0);
  const repeats = Math.min(Math.max(1, Math.round(blockBytes / size)), Math.ceil(events / cycle.length));
  const items = Array.from({ length: repeats }, () => cycle).flat();
  const whole = events - ending.length;
  const rounds = Math.floor(whole / items.length);
  const remaining = [...items.slice(0, whole % items.length), ...ending];
  const block = rounds > 0 ? frame(items, framing) : Buffer.alloc(0);
  const rest = Buffer.concat([frame(remaining, framing), messageEnd(framing)]);
  return { head: head(framing, rounds * block.length + rest.length), block, rounds, rest };
}

/** Makes the items of a stream one by one, each as one write. */
export function* pacedWrites({ workload, events, framing }: LoadRequest): Generator<Buffer, void, undefined> {
  const cycle = cycleOf(workload);
  const ending = endingOf(workload, events);
  const whole = events - ending.length;
  for (let index = 0; index < events; index += 1) {
    const text = (index < whole ? cycle[index % cycle.length] : ending[index - whole])?.text ?? "";
    const item = frame([Buffer.from(text)], framing);
    yield index === events - 1 ? Buffer.concat([item, messageEnd(framing)]) : item;
  }
}

/** Makes the writes of a volley, each of {@link volleyBytes}: one HTTP chunk where the stream is `chunked`. */
export function* volleyWrites(request: LoadRequest): Generator<Buffer, void, undefined> {
  const chunked = request.framing === "chunked";
  const { block, rounds, rest } = makeLoadBody(chunked ? { ...request, framing: "length" } : request);
  const size = chunked ? volleyBytes - chunkOverhead : volleyBytes;
  let left: Buffer | undefined;
  for (let round = 0; round <= rounds; round += 1) {
    const pieces = [...cut(Buffer.concat([left ?? Buffer.alloc(0), round < rounds ? block : rest]), size)];
    left = pieces.pop();
    for (const piece of pieces) yield chunked ? frame([piece], "chunked") : piece;
  }
  const last = left ?? Buffer.alloc(0);
  yield chunked ? Buffer.concat([frame([last], "chunked"), messageEnd("chunked")]) : last;
}

/** What ends a chunked message (RFC 9112 section 7.1). */
function messageEnd(framing: Framing): Buffer {
  return Buffer.from(framing === "chunked" || framing === "chunk-per-event" ? "0\r\n\r\n" : "");
}

function frame(items: readonly Buffer[], framing: Framing): Buffer {
  if (framing === "length" || framing === "close") return Buffer.concat(items);
  const pieces = framing === "chunk-per-event" ? items : cut(Buffer.concat(items), chunkBytes);
  const end = Buffer.from("\r\n");
  return Buffer.concat(pieces.flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, end]));
}

function cut(bytes: Buffer, size: number): readonly Buffer[] {
  const count = Math.ceil(bytes.length / size);
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function head(framing: Framing, length: number): Buffer {
  const field = { length: `content-length: ${length}`, close: "connection: close" };
  const framed = framing === "length" || framing === "close" ? field[framing] : "transfer-encoding: chunked";
  return Buffer.from(`HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n${framed}\r\n\r\n`);
}
