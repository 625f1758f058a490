import type { Framer } from "./framer.ts";

/** Node's own, which its types leave out. */
interface Latin1Buffer extends Buffer {
  latin1Slice(): string;
}

/**
 * Makes what frames with no rule: each piece becomes text, lines are cut out of that, and a blank one makes an object.
 * Every line is taken for `data: ` with ASCII behind it, every line end for LF.
 */
export function bareLoop(onEvent: (event: { readonly data: string }) => void): (piece: Uint8Array) => void {
  let rest = "";
  let data = "";
  return ({ buffer, byteOffset, length }) => {
    const text = (Buffer.from(buffer, byteOffset, length) as Latin1Buffer).latin1Slice();
    let from = 0;
    for (let end: number; (end = text.indexOf("\n", from)) !== -1; from = end + 1) {
      if (end > from || rest !== "") {
        data = rest === "" ? text.slice(from + 6, end) : (rest + text.slice(from, end)).slice(6);
        rest = "";
        if (text.charCodeAt(end + 1) !== 0x0a) continue;
        end += 1;
      }
      const event = { type: "message", data, lastEventId: "", id: undefined };
      onEvent(event);
    }
    if (from < length) rest += text.slice(from);
  };
}

/**
 * The floor for whoever makes events of strings in Node, in pieces as sockets give them: short ones can be had for less, by
 * other decoders and by joining.
 */
export const bareLoopFramer: Framer = {
  name: "a loop without rules",
  kind: "floor",
  refuses: (workload, pieceSize) =>
    (workload === "openai" || workload === "tiny") && pieceSize >= 16_384 && pieceSize < Infinity
      ? undefined
      : "no floor there",
  load: async () => (pieces, onEvent) => {
    const push = bareLoop(({ data }) => onEvent(data));
    for (const piece of pieces) push(piece);
  },
};
