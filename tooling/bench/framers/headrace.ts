import type { Frame, Framer } from "./framer.ts";

async function load(): Promise<Frame> {
  const { createEventStreamParser } = await import("@headrace/core/parser");
  return (pieces, onEvent) => {
    const parser = createEventStreamParser({ onEvent: ({ data }) => onEvent(data) });
    for (const piece of pieces) parser.push(piece);
    parser.end("discard");
  };
}

/** The path for a host without `Buffer`: what the host offers is looked up once, when the first bytes are searched. */
async function loadPortable(): Promise<Frame> {
  const { createEventStreamParser } = await import("@headrace/core/parser");
  const host = { value: globalThis.Buffer, configurable: true, writable: true };
  let looks = 0;
  Object.defineProperty(globalThis, "Buffer", { configurable: true, get: () => void (looks += 1) });
  createEventStreamParser({ onEvent: () => {} }).push(new TextEncoder().encode("data: é\n\n"));
  Object.defineProperty(globalThis, "Buffer", host);
  if (looks === 0) throw new Error("nobody has looked for a Buffer yet: this would not be the portable path");
  return load();
}

/** Ours, on the path for Node and on the one for browsers and others. */
export const headraceFramers: readonly Framer[] = [
  { name: "headrace", kind: "ours", load },
  { name: "headrace, portable", kind: "ours", load: loadPortable },
];
