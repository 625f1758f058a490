/** What the framer asks of bytes: their text, and where lines end in them. */

export const LF = 10;
export const CR = 13;

type Decode = (bytes: Uint8Array, from: number, to: number) => string;

/** What Node has; `utf8Slice` is undocumented, but as old as Buffers are. */
interface Host {
  readonly Buffer: { readonly prototype: { utf8Slice: (this: Uint8Array, from: number, to: number) => string } };
  readonly process: { readonly version: string; getBuiltinModule: (name: "buffer") => { transcode: Transcode } };
}
type Transcode = (bytes: Uint8Array, from: "utf8", to: "ucs2") => { toString: (encoding: "ucs2") => string };

let ofHost: Decode | undefined;

/** The text of these bytes, a byte order mark included (Encoding, "UTF-8 decode without BOM"). */
export function decode(bytes: Uint8Array, from: number, to: number): string {
  return from === to ? "" : (ofHost ??= lookUpHost())(bytes, from, to);
}

/** The place before a sequence that may go on after `to`; cut there, the text of both sides is that of the whole. */
export function beforeCutSequence(bytes: Uint8Array, to: number): number {
  let i = to - 1;
  while (i > to - 3 && ((bytes[i] as number) & 0xc0) === 0x80) i--;
  return (bytes[i] as number) >= 0xc0 ? i : to;
}

/** The place just after the last line end between these places, or `from`. */
export function afterLastLine(bytes: Uint8Array, from: number, to: number): number {
  let i = to - 1;
  // Most bytes are above both: looked at once, in place, they take two thirds of the time.
  while (i >= from && ((bytes[i] as number) > CR || (bytes[i] !== LF && bytes[i] !== CR))) i--;
  return i + 1;
}

/** The place just after the first line end between these places, or 0. */
export function afterNextLine(bytes: Uint8Array, from: number, to: number): number {
  let i = from;
  while (i < to && bytes[i] !== LF && bytes[i] !== CR) i++;
  return i < to ? i + 1 : 0;
}

/**
 * Node's Buffer decodes short lines in two thirds of the time. Where there is none, or it does not decode as the
 * standard says, the platform's decoder does.
 */
function lookUpHost(): Decode {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  const decodeAny: Decode = (bytes, from, to) => decoder.decode(part(bytes, from, to));
  const probe = Uint8Array.of(0xef, 0xbb, 0xbf, 0xf0, 0x9f, 0xc3, 0xa9, 0xed, 0xa0, 0xe2);
  const { Buffer, process } = globalThis as unknown as Host;
  try {
    const { utf8Slice } = Buffer.prototype;
    if (utf8Slice.call(probe, 0, 10) !== decoder.decode(probe)) return decodeAny;
    if (!/^v2[0-3]/.test(process.version)) return (bytes, from, to) => utf8Slice.call(bytes, from, to);
    // Before Node 24, for other text than ASCII, a streaming decoder (ICU's) takes half the time, but six times as much
    // for ASCII; and the way by UTF-16 a tenth, but for its first 1.5 us. The last text is the guess for this one.
    const { transcode } = process.getBuiltinModule("buffer");
    const stream = { stream: true };
    const byUtf16 = (bytes: Uint8Array): string => {
      try {
        return transcode(bytes, "utf8", "ucs2").toString("ucs2");
      } catch {
        return decoder.decode(bytes);
      }
    };
    let isWide = false;
    return (bytes, from, to) => {
      const size = to - from;
      let text: string;
      if (!isWide) text = utf8Slice.call(bytes, from, to);
      else if (size > 1200) text = byUtf16(part(bytes, from, to));
      else {
        text = decoder.decode(part(bytes, from, to), stream);
        // After an ASCII byte it has nothing in hand; else it is told that this is all.
        if ((bytes[to - 1] as number) > 0x7f) text += decoder.decode();
      }
      if (text.length !== size) isWide = true;
      else if (size > 48) isWide = false;
      return text;
    };
  } catch {
    // A Buffer of another kind.
    return decodeAny;
  }
}

/** To make a view takes a third of the time that it takes to decode an event. */
function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  return from === 0 && to === bytes.length ? bytes : bytes.subarray(from, to);
}
