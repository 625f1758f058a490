import { HeadraceError, invalidArgument } from "../headrace-error.ts";
import type { CallController } from "../call-controller.ts";
import { untilAborted } from "../until-aborted.ts";

/** A request's body that comes in pieces. Strings, which Node's fetch takes of an iterable, are sent as UTF-8. */
export type BodySource = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array | string>;

/** The most that is read of such a body: it is sent from memory, so that it can be sent again at a redirect. */
const LIMIT = 16 * 1024 * 1024;

/**
 * Reads a body in pieces to its end.
 *
 * @param call ends the reading, with its reason; the source is cancelled
 * @throws `invalid-argument` for a stream that was read before or is locked, for pieces that cannot be sent, for
 * more than 16 MiB, and, as its cause, for what the source throws
 */
export async function collectBody(source: BodySource, call: CallController): Promise<Uint8Array> {
  const pieces = "getReader" in source ? readerOf(source) : iteratorOf(source);
  const collected: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      if (call.aborted) throw call.reason;
      const bytes = await untilAborted(next(pieces), call);
      if (!bytes) return concatenate(collected, length);
      length += bytes.length;
      if (length > LIMIT) throw invalidArgument("the stream given as `body` is over 16 MiB: give bytes or a Blob");
      collected.push(new Uint8Array(bytes));
    }
  } catch (reason) {
    pieces.cancel(reason).catch(() => {});
    throw reason;
  }
}

interface Pieces {
  /** What a piece may be. */
  readonly kinds: string;
  next(): Promise<{ done?: boolean | undefined; value?: unknown }>;
  cancel(reason: unknown): Promise<unknown>;
}

function readerOf(stream: ReadableStream<Uint8Array>): Pieces {
  let body: ReadableStream<Uint8Array> | null = null;
  try {
    body = new Response(stream).body; // The same stream, unless it was read before or is locked.
  } catch {
    // What it says is Fetch's own wording; ours is below.
  }
  if (!body) throw invalidArgument("the stream given as `body` was read before, or is locked to a reader");
  const reader = body.getReader();
  return { kinds: "Uint8Array", next: () => reader.read(), cancel: (reason) => reader.cancel(reason) };
}

function iteratorOf(source: AsyncIterable<unknown>): Pieces {
  const iterator = source[Symbol.asyncIterator]();
  const next = async (): Promise<IteratorResult<unknown>> => {
    const { done = false, value } = await iterator.next();
    return { done, value: typeof value === "string" ? new TextEncoder().encode(value) : value };
  };
  return { kinds: "Uint8Array or string", next, cancel: async () => await iterator.return?.() };
}

/** The next piece, or undefined at the end. */
async function next(pieces: Pieces): Promise<Uint8Array | undefined> {
  let result: Awaited<ReturnType<Pieces["next"]>>;
  try {
    result = await pieces.next();
  } catch (cause) {
    throw new HeadraceError("invalid-argument", "the stream given as `body` failed", { cause });
  }
  if (result.done) return undefined;
  if (result.value instanceof Uint8Array) return result.value;
  throw invalidArgument(`the stream given as \`body\` has a piece that is no ${pieces.kinds}`);
}

function concatenate(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    whole.set(piece, offset);
    offset += piece.length;
  }
  return whole;
}
