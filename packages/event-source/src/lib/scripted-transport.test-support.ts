import { type ResponseSink, type Transport, TransportError, type TransportRequest } from "@headrace/core/transport";
import { vi } from "vitest";

/** What a scripted server does with one request. */
export type Script = (exchange: ScriptedExchange) => Promise<void> | void;

/** One request, seen from the server's side. */
export class ScriptedExchange {
  readonly request: TransportRequest;
  readonly #sink: ResponseSink;

  constructor(request: TransportRequest, sink: ResponseSink) {
    this.request = request;
    this.#sink = sink;
  }

  head(status: number, headers: Record<string, string> = { "content-type": "text/event-stream" }): void {
    this.#sink.head({ url: this.request.url.href, status, headers: new Headers(headers) });
  }

  async send(text: string): Promise<void> {
    await this.bytes(new TextEncoder().encode(text));
  }

  async bytes(bytes: Uint8Array): Promise<void> {
    if (bytes.length > 0) await this.#sink.body(bytes);
  }

  /** An open response that has sent this. */
  async stream(text: string): Promise<void> {
    this.head(200);
    await this.send(text);
  }

  /** Stays open until the client closes it. */
  silence(): Promise<never> {
    const { signal } = this.request;
    return new Promise((_, reject) => {
      const abort = (): void => reject(signal.reason as Error);
      if (signal.aborted) abort();
      else signal.addEventListener("abort", abort, { once: true });
    });
  }

  reset(): never {
    throw new TransportError("reset", "reset", { phase: "head" });
  }
}

/** A transport with a script for each connection, the last one for all that follow. */
export function scriptedTransport(...scripts: Script[]): Transport & { requests: TransportRequest[] } {
  const requests: TransportRequest[] = [];
  return {
    name: "scripted",
    version: "scripted/1",
    supports: { contract: 1, connectTimeout: true },
    requests,
    async send(request, sink) {
      const script = scripts[requests.length] ?? scripts.at(-1);
      requests.push(request);
      await Promise.resolve();
      await script?.(new ScriptedExchange(request, sink));
    },
    async close() {},
  };
}

// Not a fake one.
const { setImmediate } = globalThis;

/** Time passes: as much as there is to wait for, as fast as it can (under fake timers), with all tasks that it takes. */
export async function passing(ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 100) {
    await vi.advanceTimersByTimeAsync(100);
    for (let turn = 0; turn < 8; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
  }
}
