/** A prime, so that a piece lost, doubled or moved by any power of two shows. */
const period = 65_521;
const longest = 65_536;

let made: Uint8Array | undefined;

function block(): Uint8Array {
  if (made !== undefined) return made;
  made = new Uint8Array(period + longest);
  for (let index = 0, state = 1; index < made.length; index++) {
    state = index % period === 0 ? 1 : (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    made[index] = state >>> 16;
  }
  return made;
}

/** The `length` bytes (at most 65 536) of an endless made-up body that begin at `offset`; a view, not to be changed. */
export function patternBytes(offset: number, length: number): Uint8Array {
  const start = offset % period;
  return block().subarray(start, start + Math.min(length, longest));
}

/** Compares bytes with the made-up body at `offset`; the index of the first that differs, or -1. */
export function firstDifference(bytes: Uint8Array, offset: number): number {
  for (let done = 0; done < bytes.length; done += longest) {
    const piece = bytes.subarray(done, done + longest);
    const expected = patternBytes(offset + done, piece.length);
    if (Buffer.compare(piece, expected) !== 0) return done + piece.findIndex((byte, at) => byte !== expected[at]);
  }
  return -1;
}
