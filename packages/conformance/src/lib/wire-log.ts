/** What happened in a case, in order: bytes on the wire and calls at the client, each with its time. */
export interface WireLog {
  /** Notes an event; `bytes` are shown escaped and shortened. What the server did begins with `<`, what came to it with `>`. */
  note(who: string, what: string, bytes?: Uint8Array): void;
  /** When the last event was, by `performance.now()`. */
  readonly lastNoted: number;
  /** Whether a server of the case has seen a connection. */
  readonly hasConnection: boolean;
  /** The events as data; the middle of a long log is left out, and an entry says so. */
  entries(): WireEntry[];
}

/** One event of a wire log. */
export interface WireEntry {
  /** Since the case began. */
  readonly ms: number;
  /** `client`: a call at the transport or its sink. `conn 1`: the first connection, at the server. */
  readonly who: string;
  /** `<` from the server, `>` from the client; absent for what is neither, such as `accepted`. */
  readonly direction?: "<" | ">";
  /** In words: `send GET http://127.0.0.1:…`, `FIN`; may be empty where there are bytes. */
  readonly text: string;
  /** How many bytes there were. */
  readonly size?: number;
  /** The bytes: printable ASCII as it is, the rest escaped, long ones cut in the middle. */
  readonly bytes?: string;
  /** How often it happened in a row; only of long pieces, of which the first is shown. */
  readonly times?: number;
}

const shownBytes = 160;
const keptAtEachEnd = 40;

/**
 * Starts a log whose times count from now.
 *
 * @param onEntry hears each event as it comes; a long piece that came before in a row, once
 */
export function createWireLog(onEntry?: (entry: WireEntry) => void): WireLog {
  const started = performance.now();
  const first: WireEntry[] = [];
  const last: WireEntry[] = [];
  let dropped = 0;
  let lastNoted = started;
  let hasConnection = false;
  return {
    get lastNoted() {
      return lastNoted;
    },
    get hasConnection() {
      return hasConnection;
    },
    note(who, what, bytes) {
      lastNoted = performance.now();
      hasConnection ||= who.startsWith("conn ");
      const entry = toEntry(lastNoted - started, who, what, bytes);
      const events = last.length > 0 ? last : first;
      const before = events.at(-1);
      if (before && isSameFlood(before, entry)) {
        events[events.length - 1] = { ...before, times: (before.times ?? 1) + 1 };
        return;
      }
      onEntry?.(entry);
      if (first.length < keptAtEachEnd) {
        first.push(entry);
        return;
      }
      last.push(entry);
      if (last.length <= keptAtEachEnd) return;
      last.shift();
      dropped++;
    },
    entries() {
      const gap = { ms: last[0]?.ms ?? 0, who: "", text: `(${dropped} more, left out)` };
      return [...first, ...(dropped === 0 ? [] : [gap]), ...last];
    },
  };
}

/** A megabyte in equal pieces is one event. */
function isSameFlood(before: WireEntry, { who, direction, text, size = 0 }: WireEntry): boolean {
  const isSame = before.who === who && before.direction === direction && before.text === text && before.size === size;
  return isSame && size > shownBytes;
}

function toEntry(ms: number, who: string, what: string, bytes: Uint8Array | undefined): WireEntry {
  const [, direction, text = what] = /^([<>]) ?(.*)$/s.exec(what) ?? [];
  return {
    ms: Math.round(ms * 10) / 10,
    who,
    ...(direction !== undefined && { direction: direction as "<" | ">" }),
    text,
    ...(bytes !== undefined && { size: bytes.length, bytes: shownForm(bytes) }),
  };
}

/** The log as text, a line an event: when, who, what. */
export function describeWire(entries: readonly WireEntry[]): string {
  return entries
    .map((entry) => `${entry.ms.toFixed(1).padStart(7)}  ${entry.who.padEnd(7)} ${wireText(entry)}`)
    .join("\n");
}

/** What happened in an event, without when and who. */
export function wireText({ direction, text, size, bytes, times = 1 }: WireEntry): string {
  const repeated = times === 1 ? undefined : `(${times} times)`;
  const parts = [direction, text, bytes === undefined ? undefined : `${size} bytes "${bytes}"`, repeated];
  return parts.filter((part) => part !== undefined && part !== "").join(" ");
}

/** Bytes as a person reads them: printable ASCII as it is, the rest escaped, long ones cut in the middle. */
export function describeBytes(bytes: Uint8Array): string {
  return `${bytes.length} bytes "${shownForm(bytes)}"`;
}

function shownForm(bytes: Uint8Array): string {
  if (bytes.length <= shownBytes) return escapeBytes(bytes);
  return `${escapeBytes(bytes.subarray(0, shownBytes / 2))}" … "${escapeBytes(bytes.subarray(-shownBytes / 2))}`;
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
