import type { Timeouts } from "./clocks.ts";
import type { Transport } from "./transport.ts";

export interface CreateFetchOptions {
  timeouts?: Timeouts | undefined;
}

export function createFetch(_transport: Transport, _options: CreateFetchOptions = {}): typeof globalThis.fetch {
  throw new Error("not written yet");
}
