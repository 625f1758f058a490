import type { EventStreamSummary } from "@headrace/core";

/** When things happened in one call. */
export class StreamStats {
  readonly #startedAt = performance.now();
  #headAt: number | undefined;
  #firstEventAt: number | undefined;
  /** Events so far. */
  events = 0;
  /** Responses so far whose head was accepted. */
  connections = 0;

  /** Ms since the call. */
  get elapsed(): number {
    return performance.now() - this.#startedAt;
  }

  headArrived(): void {
    this.#headAt ??= this.elapsed;
    this.connections++;
  }

  eventArrived(): void {
    this.#firstEventAt ??= this.elapsed;
    this.events++;
  }

  /** For `--format json`: times in ms. */
  toJSON(summary?: EventStreamSummary): Record<string, unknown> {
    const round = (ms: number | undefined): number | undefined => ms && Math.round(ms * 10) / 10;
    return {
      head: round(this.#headAt),
      firstEvent: round(this.#firstEventAt),
      duration: round(this.elapsed),
      events: this.events,
      ...(this.connections > 1 && { connections: this.connections }),
      ...(summary && { bytes: summary.bytesReceived, completed: summary.completed, lastEventId: summary.lastEventId }),
    };
  }

  /** For people. */
  describe(bytes: number | undefined): string {
    const duration = this.elapsed;
    const streaming = duration - (this.#firstEventAt ?? duration);
    return [
      this.#headAt === undefined ? "no response" : `head ${milliseconds(this.#headAt)}`,
      this.#firstEventAt === undefined ? "no event" : `first event ${milliseconds(this.#firstEventAt)}`,
      `${grouped(this.events)} ${this.events === 1 ? "event" : "events"}`,
      ...(this.connections > 1 ? [`${this.connections} connections`] : []),
      ...(bytes === undefined ? [] : [`${grouped(bytes)} bytes`]),
      ...(this.events > 1 && streaming > 0 ? [`${(((this.events - 1) * 1000) / streaming).toFixed(1)} events/s`] : []),
      `${(duration / 1000).toFixed(2)} s`,
    ].join(" · ");
  }
}

/** A time for people. */
export function milliseconds(ms: number): string {
  return `${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`;
}

/** Digits in groups of three: 88 132. */
export function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, " ");
}
