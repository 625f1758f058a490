import type { Framing, Pace } from "../source/load-request.ts";
import type { WorkloadName } from "../workloads/shapes.ts";
import type { CpuTime } from "./cpu-time.ts";

/** What a contestant is told to do, once. */
export interface ContestantJob {
  readonly workload: WorkloadName;
  /** Items in each stream. */
  readonly events: number;
  /** How often it is all done, one after the other. */
  readonly times: number;
  /** For a framer: how many bytes a piece has, or that it is one block of the stream, as in an HTTP chunk an event. */
  readonly pieceSize?: number | "event";
  /** For a client: where the source is, how it writes, and how many streams are read at once. */
  readonly load?: { readonly port: number; readonly framing: Framing; readonly pace: Pace; readonly streams: number };
  /** To digest what is delivered, for tests: it costs more than all else. */
  readonly digest?: boolean;
  /** To measure the delay of the event loop from the first event on, with a timer each ms. */
  readonly delays?: boolean;
  /** To look at the process's resident memory meanwhile, every 20 ms. */
  readonly memory?: boolean;
}

/** What came of a job, and what it cost. */
export interface ContestantResult {
  readonly cpu: CpuTime;
  /** In µs. */
  readonly wall: number;
  /** From the start of each time to its first event, or for a floor to its first bytes: the sum, in µs. */
  readonly first: number;
  readonly events: number;
  /** UTF-16 code units of all events that were strings. */
  readonly dataLength: number;
  /** The sum of their last ones. */
  readonly lastCharacters: number;
  /** Of body, as a floor counts it. */
  readonly bytes: number;
  /** From the first event, or bytes, to the end: where streams were held, without what opening them took. In µs. */
  readonly sinceFirst: { readonly cpu: CpuTime; readonly wall: number };
  /** SHA-256 of the JSON of each event, where one was asked for. */
  readonly digest: string;
  /** How much later than they should the event loop's timers fired, in ms, where that was asked for. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
  /** The most resident memory over that at the beginning, in bytes, where that was asked for. */
  readonly growth: number;
}

/** How a contestant's process stands, in the middle of a job. */
export interface ContestantState {
  /** Since the process began. */
  readonly cpu: CpuTime;
  /** Resident memory, in bytes. */
  readonly rss: number;
}
