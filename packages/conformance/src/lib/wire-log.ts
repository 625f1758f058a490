/** What happened in a case, in order: bytes on the wire and calls at the client, each with its time. */
export interface WireLog {
  /** Notes an event; `bytes` are shown escaped and shortened. */
  note(who: string, what: string, bytes?: Uint8Array): void;
  /** The log as text, one line an event; the middle of a long one is left out. */
  toString(): string;
}

const shownBytes = 160;
const keptAtEachEnd = 40;

/** Starts a log whose times count from now. */
export function createWireLog(): WireLog {
  const started = performance.now();
  const first: string[] = [];
  const last: string[] = [];
  let dropped = 0;
  return {
    note(who, what, bytes) {
      const ms = (performance.now() - started).toFixed(1).padStart(7);
      const line = `${ms}  ${who.padEnd(7)} ${what}${bytes === undefined ? "" : ` ${describeBytes(bytes)}`}`;
      if (first.length < keptAtEachEnd) {
        first.push(line);
        return;
      }
      last.push(line);
      if (last.length > keptAtEachEnd) {
        last.shift();
        dropped++;
      }
    },
    toString() {
      const gap = dropped === 0 ? [] : [`         (${dropped} lines left out)`];
      return [...first, ...gap, ...last].join("\n");
    },
  };
}

/** Bytes as a person reads them: printable ASCII as it is, the rest escaped, long ones cut in the middle. */
export function describeBytes(bytes: Uint8Array): string {
  if (bytes.length <= shownBytes) return `${bytes.length} bytes "${escapeBytes(bytes)}"`;
  const head = escapeBytes(bytes.subarray(0, shownBytes / 2));
  const tail = escapeBytes(bytes.subarray(-shownBytes / 2));
  return `${bytes.length} bytes "${head}" … "${tail}"`;
}

function escapeBytes(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += escapeByte(byte);
  return text;
}

function escapeByte(byte: number): string {
  if (byte === 13) return "\\r";
  if (byte === 10) return "\\n";
  if (byte === 9) return "\\t";
  if (byte === 34 || byte === 92) return `\\${String.fromCharCode(byte)}`;
  if (byte >= 32 && byte < 127) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
