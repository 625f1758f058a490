/** One way to cut a stream. */
export interface Split {
  /** What a test is to say when it fails. */
  readonly name: string;
  readonly pieces: readonly Uint8Array[];
}

/**
 * Cuts bytes in every way in which the suite feeds them to a parser: whole; byte by byte, with and
 * without empty pieces between; every 2, 3 and 7 bytes; in two at each place; and at random places,
 * the same in each run. Each piece is a copy, to be lent and overwritten.
 */
export function* splitsOf(bytes: Uint8Array): Generator<Split, void> {
  const { length } = bytes;
  const cut = (name: string, places: readonly number[]): Split => ({
    name,
    pieces: [...places, length].map((place, i) => bytes.slice(places[i - 1] ?? 0, place)),
  });
  yield cut("whole", []);
  for (const size of [1, 2, 3, 7]) yield cut(`every ${size} bytes`, everyNth(size, length));
  yield cut(
    "byte by byte, with empty pieces",
    everyNth(1, length).flatMap((place) => [place, place]),
  );
  for (let place = 1; place < length; place++) yield cut(`in two at ${place}`, [place]);
  for (let seed = 1; seed <= 8; seed++) yield cut(`at random, seed ${seed}`, randomPlaces(seed, length));
}

function everyNth(size: number, length: number): number[] {
  return Array.from({ length: Math.max(0, Math.ceil(length / size) - 1) }, (_, i) => (i + 1) * size);
}

/** Marsaglia's xorshift, 32 bits: small, and the same everywhere. */
function randomPlaces(seed: number, length: number): number[] {
  let state = seed * 0x9e3779b1;
  const next = (below: number): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
  return Array.from({ length: 1 + next(6) }, () => next(length + 1)).toSorted((a, b) => a - b);
}
