import { workloadNames, type WorkloadName } from "../workloads/shapes.ts";

/**
 * How the body is cut: `chunked` in HTTP chunks of 64 KiB, `chunk-per-event` in one for each event, `length` with a
 * Content-Length, `close` to the end of the connection.
 */
export type Framing = (typeof framings)[number];

const framings = ["chunked", "chunk-per-event", "length", "close"] as const;

/**
 * When the body is written: `burst` as fast as the socket takes it; a number that many events a second, one write each,
 * shared in turns by all connections that ask for the same number; `hold` not before somebody asks for `/release`, and
 * then as a burst, or, as `hold-N`, at N events a second; `volley-N` in writes of 64 000 bytes, N a second for each
 * connection.
 */
export type Pace = "burst" | "hold" | number | `hold-${number}` | `volley-${number}`;

/** What a request asks the load source for. */
export interface LoadRequest {
  readonly workload: WorkloadName;
  /** Items of the stream, the last one included. */
  readonly events: number;
  readonly framing: Framing;
  readonly pace: Pace;
}

/** The target of a request for a load. Anything may stand between the workload and the query: clients have paths of their own. */
export function loadTarget({ workload, events, framing, pace }: LoadRequest): string {
  const query = new URLSearchParams({ events: String(events), framing, pace: String(pace) });
  return `/${workload}?${query.toString()}`;
}

/** Reads a target: the first segment is the workload, the query the rest. Throws what is wrong with it. */
export function readLoadTarget(target: string): LoadRequest {
  const { pathname, searchParams } = new URL(target, "http://localhost");
  const given = { events: "1000", framing: "chunked", pace: "burst", ...Object.fromEntries(searchParams) };
  const workload = oneOf(workloadNames, pathname.split("/")[1], "workload");
  const framing = oneOf(framings, given.framing, "framing");
  return { workload, events: count(given.events, "events"), framing, pace: paceOf(given.pace) };
}

function paceOf(text: string): Pace {
  if (text === "burst" || text === "hold") return text;
  if (text.startsWith("volley-")) return `volley-${count(text.slice(7), "pace")}`;
  return text.startsWith("hold-") ? `hold-${count(text.slice(5), "pace")}` : count(text, "pace");
}

function oneOf<T extends string>(names: readonly T[], value: string | undefined, what: string): T {
  const found = names.find((name) => name === value);
  if (found === undefined) throw new RangeError(`${what}: one of ${names.join(", ")}`);
  return found;
}

function count(value: string, what: string): number {
  if (!/^[1-9]\d*$/.test(value)) throw new RangeError(`${what}: a whole number from 1 on`);
  return Number(value);
}
