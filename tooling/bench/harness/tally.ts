import { createHash, type Hash } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { lastCharacterOf } from "../workloads/workload.ts";
import type { ContestantJob, ContestantResult } from "./contestant-job.ts";

/** How often the event loop's delay is looked at, in ms: a timer that is on time is this late. */
const resolution = 1;

/** Counts what a contestant delivers, and what it takes meanwhile. */
export class Tally {
  #events = 0;
  #dataLength = 0;
  #bytes = 0;
  #lastCharacters = 0;
  #first = 0;
  #afterFirst: { readonly cpu: NodeJS.CpuUsage; readonly at: number } | undefined;
  #waitingSince: number | undefined;
  readonly #hash: Hash | undefined;
  readonly #delays: ReturnType<typeof monitorEventLoopDelay> | undefined;
  readonly #memory: NodeJS.Timeout | undefined;
  #growth = 0;
  readonly #cpu: NodeJS.CpuUsage;
  readonly #started: number;

  /** Starts counting. */
  constructor({ digest, delays, memory }: ContestantJob) {
    if (digest) this.#hash = createHash("sha256");
    if (delays) this.#delays = monitorEventLoopDelay({ resolution });
    const before = process.memoryUsage.rss();
    const look = (): void => void (this.#growth = Math.max(this.#growth, process.memoryUsage.rss() - before));
    if (memory) this.#memory = setInterval(look, 20);
    this.#cpu = process.cpuUsage();
    this.#started = performance.now();
  }

  /** Waits for the first event, or bytes, from now on. */
  begin(): void {
    this.#waitingSince = performance.now();
  }

  readonly onEvent = (value: unknown): void => {
    if (this.#waitingSince !== undefined) this.#noteFirst(this.#waitingSince);
    this.#events += 1;
    if (typeof value === "string") this.#noteData(value);
    this.#hash?.update(`${JSON.stringify(value)}\n`);
  };

  readonly onBytes = (length: number): void => {
    if (this.#waitingSince !== undefined) this.#noteFirst(this.#waitingSince);
    this.#bytes += length;
  };

  #noteData(data: string): void {
    this.#dataLength += data.length;
    this.#lastCharacters += lastCharacterOf(data);
  }

  #noteFirst(since: number): void {
    const at = performance.now();
    this.#first += at - since;
    this.#waitingSince = undefined;
    if (this.#afterFirst !== undefined) return;
    this.#afterFirst = { cpu: process.cpuUsage(), at };
    this.#delays?.enable();
  }

  /** Ends counting. */
  readonly result = (): ContestantResult => {
    const now = performance.now();
    const { cpu = this.#cpu, at = this.#started } = this.#afterFirst ?? {};
    this.#delays?.disable();
    clearInterval(this.#memory);
    const late = (nanoseconds = 0): number => Math.max(0, nanoseconds / 1e6 - resolution);
    return {
      cpu: process.cpuUsage(this.#cpu),
      wall: (now - this.#started) * 1000,
      sinceFirst: { cpu: process.cpuUsage(cpu), wall: (now - at) * 1000 },
      first: this.#first * 1000,
      events: this.#events,
      dataLength: this.#dataLength,
      lastCharacters: this.#lastCharacters,
      bytes: this.#bytes,
      digest: this.#hash?.digest("hex") ?? "",
      delay: {
        p50: late(this.#delays?.percentile(50)),
        p99: late(this.#delays?.percentile(99)),
        max: late(this.#delays?.max),
      },
      growth: this.#growth,
    };
  };
}
