import type { Frame, Framer } from "./framer.ts";

async function load(): Promise<Frame> {
  const { createEventStreamParser } = await import("@headrace/core/parser");
  return (pieces, onEvent) => {
    const parser = createEventStreamParser({ onEvent: ({ data }) => onEvent(data) });
    for (const piece of pieces) parser.push(piece);
    parser.end("discard");
  };
}

/** The path for a host without `Buffer`. What the host offers is looked up once, when the first parser is made. */
async function loadPortable(): Promise<Frame> {
  const hidden = { Buffer: globalThis.Buffer, getBuiltinModule: process.getBuiltinModule };
  const { createEventStreamParser } = await import("@headrace/core/parser");
  Object.assign(globalThis, { Buffer: undefined });
  Object.assign(process, { getBuiltinModule: undefined });
  createEventStreamParser({ onEvent: () => {} }).push(new Uint8Array(1));
  Object.assign(globalThis, { Buffer: hidden.Buffer });
  Object.assign(process, { getBuiltinModule: hidden.getBuiltinModule });
  return load();
}

/** Ours, on the path for Node and on the one for browsers and others. */
export const headraceFramers: readonly Framer[] = [
  { name: "headrace", kind: "ours", load },
  { name: "headrace, portable", kind: "ours", load: loadPortable },
];
