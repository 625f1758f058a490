import { decode } from "./event-stream-bytes.ts";

/** Bytes that are kept as such: of a longer line there is text. */
export const longLine: number = 2 ** 12;

const none: Uint8Array = /* @__PURE__ */ new Uint8Array(0);

/** A line that is not yet ended: of a long one text, in parts that are bounded, and then bytes. */
export class LineBuffer {
  /** A rope. */
  text = "";
  /** How many bytes that is the text of. */
  decoded = 0;
  bytes: Uint8Array = none;
  length = 0;

  /** In bytes. */
  get size(): number {
    return this.decoded + this.length;
  }

  append(bytes: Uint8Array): void {
    const kept = this.bytes;
    const { length } = this;
    this.length += bytes.length;
    if (this.length > kept.length) {
      this.bytes = new Uint8Array(Math.max(this.length, 2 * length, 64));
      this.bytes.set(kept.subarray(0, length));
    }
    this.bytes.set(bytes, length);
  }

  /** Adds text, where no bytes are kept. */
  add(text: string, size: number): void {
    this.text += text;
    this.decoded += size;
  }

  /** Makes text of the bytes up to here. */
  decode(to: number): void {
    this.add(decode(this.bytes, 0, to), to);
    this.keep(to, this.length);
  }

  /** Keeps what is between these places of the bytes. */
  keep(from: number, to: number): void {
    this.length = to - from;
    if (this.length > 0) this.bytes.copyWithin(0, from, to);
  }

  dropText(): void {
    this.text = "";
    this.decoded = 0;
  }
}
