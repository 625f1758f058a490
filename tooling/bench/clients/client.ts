import type { Contestant } from "../contestant.ts";

/** One stream to read to its end. */
export interface Reading {
  readonly url: string;
  /** The types of its events, for clients that must be told. */
  readonly types: readonly string[];
  /** Called with what the client makes of each event. */
  readonly onEvent: (value: unknown) => void;
  /** Called by a floor with the length of each piece of body. */
  readonly onBytes: (length: number) => void;
}

/** Reads one stream; fulfilled at its end. Many may run at once. */
export type Read = (reading: Reading) => Promise<void>;

/** A contestant that reads event streams from a server. */
export type Client = Contestant<Read>;
