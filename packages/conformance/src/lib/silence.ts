import type { Transport } from "@headrace/core/transport";
import type { FoundBy } from "./conformance-error.ts";
import { ok } from "./http-text.ts";
import { startScriptedServer } from "./scripted-server.ts";
import type { WireLog } from "./wire-log.ts";

/** A wait in a case. Times are in ms. */
export interface Wait {
  /** How long it may last. */
  readonly limit: number;
  /** Asked at the limit: whether it may last as long again. */
  readonly isGrowing?: () => boolean;
  /** Called once it has been in vain. */
  readonly inVain: (how: FoundBy) => void;
}

/** What silence is watched with. */
export interface SilenceOptions {
  readonly log: WireLog;
  /** How long nothing may have happened before the controls are made. */
  readonly quiet: number;
  /** How long the controls may take. */
  readonly grace: number;
  /** Makes the transport that makes the controls. */
  readonly create: () => Transport;
}

interface Pending extends Wait {
  readonly since: number;
  deadline: number;
}

/** How many control exchanges are made, one after another. */
const controls = 3;
const leastMs = 5;

/** What is then said. */
export const controlsAnswered: string = `though ${controls} exchanges asked for later have been answered`;

/**
 * Watches the waits of a case. One has been in vain, `observed`, when nothing has happened in the case for a while, or
 * its limit is over, and exchanges that were asked for after that have been answered, from the connection to the end:
 * neither the machine nor the transport as a whole is what it waits for. Where those are not answered either it goes
 * on to its limit, and is then `waited`.
 */
export class SilenceWatch {
  readonly #options: SilenceOptions;
  readonly #waits = new Set<Pending>();
  #timer: NodeJS.Timeout | undefined;
  #timerAt = Number.POSITIVE_INFINITY;
  /** While the controls are made. */
  #controls: AbortController | undefined;
  /** When they were made last. */
  #comparedAt = 0;

  constructor(options: SilenceOptions) {
    this.#options = options;
  }

  /** Watches a wait; returns what ends that. */
  add(wait: Wait): () => void {
    const since = performance.now();
    const pending = { ...wait, since, deadline: since + wait.limit };
    this.#waits.add(pending);
    this.#wakeAt(since + Math.min(wait.limit, this.#options.quiet));
    return () => {
      this.#waits.delete(pending);
      if (this.#waits.size === 0) this.end();
    };
  }

  /** Watches nothing more. */
  end(): void {
    this.#waits.clear();
    clearTimeout(this.#timer);
    this.#timerAt = Number.POSITIVE_INFINITY;
    this.#controls?.abort();
  }

  #wakeAt(time: number): void {
    if (time >= this.#timerAt || this.#controls !== undefined) return;
    clearTimeout(this.#timer);
    this.#timerAt = time;
    this.#timer = setTimeout(() => void this.#look(), Math.max(leastMs, time - performance.now()));
  }

  async #look(): Promise<void> {
    this.#timerAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    const over = new Set([...this.#waits].filter((wait) => this.#isOver(wait, now)));
    const suspects = [...this.#waits].filter((wait) => over.has(wait) || this.#quietFrom(wait) <= now);
    if (suspects.length > 0) await this.#compare(suspects, over);
    const next = [...this.#waits].map((wait) => Math.min(wait.deadline, this.#quietFrom(wait)));
    if (next.length > 0) this.#wakeAt(Math.max(Math.min(...next), performance.now() + leastMs));
  }

  #isOver(wait: Pending, now: number): boolean {
    if (now < wait.deadline) return false;
    if (wait.isGrowing?.() !== true) return true;
    wait.deadline += wait.limit;
    return false;
  }

  /** When it will have been quiet long enough for this wait, if nothing happens. */
  #quietFrom({ since }: Pending): number {
    const { log, quiet } = this.#options;
    if (!log.hasConnection) return Number.POSITIVE_INFINITY;
    return Math.max(since, log.lastNoted, this.#comparedAt) + quiet;
  }

  async #compare(suspects: readonly Pending[], over: ReadonlySet<Pending>): Promise<void> {
    const { log, grace, create } = this.#options;
    const { lastNoted } = log;
    this.#controls = new AbortController();
    const isAnswered = await answers(create, grace, this.#controls.signal);
    this.#controls = undefined;
    this.#comparedAt = performance.now();
    for (const wait of suspects.filter((each) => this.#waits.has(each))) {
      if (isAnswered && (over.has(wait) || log.lastNoted === lastNoted)) wait.inVain("observed");
      else if (over.has(wait)) wait.inVain("waited");
    }
  }
}

/** Makes the controls; whether they were answered within `limit`. */
async function answers(create: () => Transport, limit: number, signal: AbortSignal): Promise<boolean> {
  const server = await startScriptedServer(async (connection) => {
    await connection.request();
    await connection.send(ok("Content-Length: 2", "Connection: close"), "ok");
    connection.fin();
  });
  const over = AbortSignal.any([signal, AbortSignal.timeout(limit)]);
  const late = new Promise<boolean>((resolve) => over.addEventListener("abort", () => resolve(false)));
  try {
    if (over.aborted) return false;
    const transport = create();
    const answered = exchangeAll(transport, new URL(server.url()), over);
    const close = (): void => void (async () => transport.close())().catch(() => {});
    answered.finally(close).catch(() => {});
    return await Promise.race([answered.then(() => true), late]);
  } catch {
    return false;
  } finally {
    await server.close().catch(() => {});
  }
}

async function exchangeAll(transport: Transport, url: URL, signal: AbortSignal): Promise<void> {
  for (let count = 0; count < controls; count++) {
    const request = { url, method: "GET", headers: new Headers(), body: null, signal, connectTimeout: 0 };
    await transport.send(request, { head() {}, body() {} });
  }
}
