import type { Contestant } from "../contestant.ts";

/** Reads one stream, given in pieces; calls back with what it makes of each event. */
export type Frame = (pieces: readonly Uint8Array[], onEvent: (value: unknown) => void) => void | Promise<void>;

/** A contestant that turns bytes into events. */
export type Framer = Contestant<Frame>;
