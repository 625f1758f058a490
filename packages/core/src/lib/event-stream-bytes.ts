/** What the framer asks of bytes: their text, and where lines end in them. */

export const LF = 10;
export const CR = 13;

/** Up to here a look at each byte is cheaper than anything else. */
export const shortRun = 48;

type Decode = (bytes: Uint8Array, from: number, to: number) => string;

let ofHost: Decode | undefined;

/** The text of these bytes, a byte order mark included (Encoding, "UTF-8 decode without BOM"). */
export function decode(bytes: Uint8Array, from: number, to: number): string {
  return (ofHost ??= lookUpHost())(bytes, from, to);
}

/** The place before a sequence that may go on after `to`; cut there, the text of both sides is that of the whole. */
export function beforeCutSequence(bytes: Uint8Array, to: number): number {
  let i = to - 1;
  while (i > to - 3 && ((bytes[i] as number) & 0xc0) === 0x80) i--;
  return (bytes[i] as number) >= 0xc0 ? i : to;
}

/** The place just after the last line end before `to`, of which there must be one. */
export function afterLastLine(bytes: Uint8Array, to: number): number {
  let i = to;
  while (bytes[i - 1] !== LF && bytes[i - 1] !== CR) i--;
  return i;
}

/** The place just after the first line end between these places, or 0. */
export function afterNextLine(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  if (to - from > shortRun) {
    for (; (bytes.byteOffset + i) & 3; i++) if (bytes[i] === LF || bytes[i] === CR) return i + 1;
    i += 4 * clearWords(new Int32Array(bytes.buffer, bytes.byteOffset + i, (to - i) >> 2));
  }
  while (i < to && bytes[i] !== LF && bytes[i] !== CR) i++;
  return i < to ? i + 1 : 0;
}

/**
 * How many words surely have no line end, before others. Sixteen bytes at a time: `Uint8Array.prototype.indexOf` takes
 * four times as long, for LF and for CR.
 */
function clearWords(words: Int32Array): number {
  let n = 0;
  while (n + 3 < words.length) {
    const low: number = below14(words[n]) | below14(words[n + 1]) | below14(words[n + 2]) | below14(words[n + 3]);
    if (low & 0x80808080) break;
    n += 4;
  }
  return n;
}

/** Has a high bit where one of the four bytes is below 14, and maybe others, but none where no byte is. */
function below14(word: number | undefined): number {
  return ((word as number) - 0x0e0e0e0e) & ~(word as number);
}

/**
 * Node's Buffer decodes short lines in two thirds of the time. Where there is none, or it does not decode as the
 * standard says, the platform's decoder does.
 */
function lookUpHost(): Decode {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const stream = { stream: true };
  const probe = Uint8Array.of(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0xc3, 0xa9, 0xed, 0xa0, 0xe2);
  const { Buffer, process } = globalThis as {
    // `utf8Slice` is undocumented, but as old as Buffers are.
    Buffer?: { prototype: { utf8Slice: (this: Uint8Array, from: number, to: number) => string } };
    process?: { version?: string };
  };
  try {
    const { utf8Slice } = (Buffer as NonNullable<typeof Buffer>).prototype;
    if (utf8Slice.call(probe, 0, 10) === decoder.decode(probe)) {
      // Before Node 24 a streaming decoder (ICU's) takes half the time where the text is not ASCII, and six times
      // as much where it is. The last text is the guess for this one. After an ASCII byte it has nothing in hand; else it
      // is told that this is all.
      const isOld = /^v2[0-3]/.test(process?.version ?? "");
      let wasAscii = true;
      return (bytes, from, to) => {
        const text = wasAscii
          ? utf8Slice.call(bytes, from, to)
          : decoder.decode(part(bytes, from, to), stream) + ((bytes[to - 1] as number) > 0x7f ? decoder.decode() : "");
        if (text.length !== to - from) wasAscii = !isOld;
        else if (text.length > shortRun) wasAscii = true;
        return text;
      };
    }
  } catch {
    // A Buffer of another kind.
  }
  return (bytes, from, to) => decoder.decode(part(bytes, from, to));
}

/** To make a view takes a third of the time that it takes to decode an event. */
function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}
