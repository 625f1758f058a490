/** Capacity that a buffer keeps between lines. */
const idleCapacity = 2 ** 12;
/** Capacity up to which a larger one is kept, one for all buffers: fresh pages cost more than all else in a long line. */
const spareCapacity = 2 ** 23;
const none: Uint8Array = /* @__PURE__ */ new Uint8Array(0);
let spare: Uint8Array = none;

/** The bytes of a line that is not yet ended. */
export class LineBuffer {
  bytes: Uint8Array = none;
  length = 0;

  append(bytes: Uint8Array): void {
    const { length } = this;
    this.length += bytes.length;
    if (this.length > this.bytes.length) this.#grow(Math.max(this.length, 2 * length, 64), length);
    this.bytes.set(bytes, length);
  }

  /** Keeps what is between these places. */
  keep(from: number, to: number): void {
    const { bytes } = this;
    this.length = to - from;
    if (this.length > 0) bytes.copyWithin(0, from, to);
    if (bytes.length <= idleCapacity || this.length > idleCapacity) return;
    this.bytes = bytes.slice(0, this.length);
    if (bytes.length <= spareCapacity) spare = bytes;
  }

  #grow(capacity: number, length: number): void {
    const { bytes } = this;
    this.bytes = none;
    if (capacity > idleCapacity) [this.bytes, spare] = [spare, none];
    if (this.bytes.length < capacity) this.bytes = new Uint8Array(capacity);
    this.bytes.set(bytes.subarray(0, length));
  }
}
