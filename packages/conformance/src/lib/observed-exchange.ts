import { inspect, types } from "node:util";
import type { HeadraceErrorCode, HeadraceErrorOf } from "@headrace/core";
import type { ResponseHead, Transport, TransportRequest } from "@headrace/core/transport";
import { ConformanceError, type FoundBy } from "./conformance-error.ts";
import { toBytes } from "./http-text.ts";
import { RecordingSink, type RecordingSinkHooks } from "./recording-sink.ts";
import { controlsAnswered, type SilenceWatch } from "./silence.ts";
import { describeBytes, type WireLog } from "./wire-log.ts";

/** How `send` settled. */
export type Outcome = { readonly ended: true } | { readonly ended: false; readonly error: unknown };

/** What an exchange is observed with. */
export interface ObservedExchangeOptions extends RecordingSinkHooks {
  readonly transport: Transport;
  readonly request: TransportRequest;
  readonly controller: AbortController;
  /** Whether the transport's stack does not say why a connection failed (`errorDetail`). */
  readonly isCoarse: boolean;
  readonly log: WireLog;
  /** How long a wait may last before it fails, in ms; as long again while a large body is arriving. */
  readonly patience: number;
  /** Watches the waits. */
  readonly silence: SilenceWatch;
}

const largeBody = 65_536;

/**
 * One `send` under observation, called by the constructor. Every wait fails, saying what it waited for,
 * when `send` settles otherwise or patience ends.
 */
export class ObservedExchange {
  /** What the sink was given. */
  readonly recording: RecordingSink;
  /** How `send` settled; `undefined` while it has not. */
  outcome: Outcome | undefined;
  readonly #options: ObservedExchangeOptions;
  readonly #waiting = new Set<() => unknown>();
  /** What the request's URL was. */
  readonly #href: string;
  /** How `send` failed to return a promise. */
  #breach: string | undefined;

  constructor(options: ObservedExchangeOptions) {
    this.#options = options;
    const { signal, url } = options.request;
    this.#href = url.href;
    this.recording = new RecordingSink({ ...options, signal, onChange: () => this.#changed() });
    this.#send();
  }

  #send(): void {
    const { transport, request, log } = this.#options;
    log.note("client", `send ${request.method} ${request.url.href}`);
    try {
      const promise: unknown = transport.send(request, this.recording);
      this.recording.sendReturned = true;
      if (types.isPromise(promise)) this.#follow(promise);
      else
        this.#misbehaved(
          `returned ${inspect(promise, { depth: 0, breakLength: Number.POSITIVE_INFINITY })}, no promise`,
        );
    } catch (error) {
      this.#misbehaved(`threw ${describeError(error)}, where it should return a promise that rejects`);
    }
  }

  #follow(promise: Promise<unknown>): void {
    promise.then(
      () => this.#settle({ ended: true }),
      (error: unknown) => this.#settle({ ended: false, error }),
    );
  }

  #misbehaved(how: string): void {
    this.#breach = `send() ${how}`;
    this.recording.violations.push(this.#breach);
    this.#settle({ ended: false, error: new TypeError(this.#breach) });
  }

  /** The whole body so far. */
  get body(): Uint8Array {
    return toBytes(...this.recording.pieces);
  }

  /** The body so far as text, one character a byte. */
  get text(): string {
    return Buffer.from(this.body).toString("latin1");
  }

  abort(reason?: unknown): void {
    this.#options.log.note("client", "abort");
    this.#options.controller.abort(reason);
  }

  /** Waits for the head. */
  async head(): Promise<ResponseHead> {
    return this.#until(() => this.recording.received, "a response head");
  }

  /** Waits until the sink was given `count` bytes of body in all. */
  async received(count: number): Promise<void> {
    const enough = (): true | undefined => (this.recording.bytesReceived >= count ? true : undefined);
    await this.#until(enough, `${count} bytes of body at the sink`);
  }

  /** Waits until `send` has settled, either way. */
  async settles(expected = "send() to settle"): Promise<Outcome> {
    return this.#until(() => this.outcome, expected);
  }

  /** Waits for a proven end; checks the body, if given one, and returns it. */
  async ends(body?: string): Promise<Uint8Array> {
    const { ended } = await this.settles("send() to resolve at the end");
    if (!ended) throw this.#refusal("send() to resolve");
    const received = this.body;
    if (body === undefined || Buffer.compare(received, toBytes(body)) === 0) return received;
    throw new ConformanceError(`the body ${describeBytes(toBytes(body))}`, describeBytes(received));
  }

  /** Waits for the rejection with a `TransportError` of one of these codes. */
  async fails(...codes: readonly HeadraceErrorCode[]): Promise<HeadraceErrorOf<HeadraceErrorCode>> {
    const expected = `send() to reject with code ${codes.join(" or ")}`;
    const outcome = await this.settles(expected);
    if (outcome.ended) throw this.#refusal(expected);
    const accepted = this.#options.isCoarse ? coarsely(codes, this.recording.received !== undefined) : codes;
    const error = outcome.error as HeadraceErrorOf<HeadraceErrorCode>;
    if (error instanceof Error && error.name === "HeadraceError" && accepted.includes(error.code)) return error;
    throw this.#refusal(expected);
  }

  /** Waits for the rejection with this very value. */
  async rejectsWith(value: unknown): Promise<void> {
    const expected = `send() to reject with the very value ${describeError(value)}`;
    const outcome = await this.settles(expected);
    if (outcome.ended || outcome.error !== value) throw this.#refusal(expected);
  }

  #settle(outcome: Outcome): void {
    const { href } = this.#options.request.url;
    if (href !== this.#href) this.recording.violations.push(`the URL of the request was changed, to ${href}`);
    this.outcome = outcome;
    this.recording.settled = true;
    this.#options.log.note("client", `send ${describeOutcome(outcome)}`);
    this.#changed();
  }

  #changed(): void {
    for (const wake of this.#waiting) wake();
  }

  #until<T>(read: () => T | undefined, expected: string): Promise<T> {
    const { patience, silence } = this.#options;
    return new Promise((resolve, reject) => {
      let stop = (): void => {};
      const check = (): boolean => {
        const value = read();
        if (value !== undefined) finish(() => resolve(value));
        else if (this.outcome !== undefined) finish(() => reject(this.#refusal(expected)));
        else return false;
        return true;
      };
      const finish = (conclude: () => void): void => {
        stop();
        this.#waiting.delete(check);
        conclude();
      };
      if (check()) return;
      this.#waiting.add(check);
      const inVain = (how: FoundBy): void =>
        finish(() => reject(this.#refusal(`${expected} within ${patience} ms`, how)));
      stop = silence.add({ limit: patience, isGrowing: this.#growth(), inVain });
    });
  }

  /** Whether a large body has gone on arriving since the last call. */
  #growth(): () => boolean {
    let seen = this.recording.bytesReceived;
    return () => {
      const before = seen;
      seen = this.recording.bytesReceived;
      return seen > before + largeBody;
    };
  }

  #refusal(expected: string, how: FoundBy = "observed"): ConformanceError {
    const { received, bytesReceived } = this.recording;
    const head = received === undefined ? "no head" : `head ${received.status}`;
    const told = `${this.#breach ?? `send() ${describeOutcome(this.outcome)}`}, after ${head} and ${bytesReceived} bytes of body`;
    const since = how === "observed" && this.outcome === undefined ? `, ${controlsAnswered}` : "";
    const cause = this.outcome === undefined || this.outcome.ended ? {} : { cause: this.outcome.error };
    return new ConformanceError(expected, told + since, { ...cause, how });
  }
}

const ofTheWire: readonly HeadraceErrorCode[] = ["dns", "connect", "proxy", "tls", "protocol", "reset"];

/** What a stack that does not say why may give instead: contract 7, row 10 before the head, rows 7 and 8 alike after it. */
function coarsely(codes: readonly HeadraceErrorCode[], hasHead: boolean): readonly HeadraceErrorCode[] {
  if (!hasHead) return codes.some((code) => ofTheWire.includes(code)) ? [...codes, "network"] : codes;
  return codes.includes("reset") || codes.includes("truncated") ? [...codes, "reset", "truncated"] : codes;
}

function describeOutcome(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "has not settled";
  return outcome.ended ? "resolved" : `rejected with ${describeError(outcome.error)}`;
}

/** An error in words: its code first. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return inspect(error, { depth: 1, breakLength: Number.POSITIVE_INFINITY });
  const { code, phase } = error as { code?: unknown; phase?: unknown };
  const named = typeof code === "string" ? `${error.name} ${code}` : error.name;
  return `${named}${typeof phase === "string" ? ` (phase ${phase})` : ""}: ${error.message}`;
}
