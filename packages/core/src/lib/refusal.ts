import { END, Thrown } from "./call-ends.ts";
import type { Clocks } from "./clocks.ts";
import { type Demands, judgeResponse, type Refusal, retryAfter } from "./judge-response.ts";
import type { Progress } from "./progress.ts";
import type { ResponseHead, Transport } from "./transport.ts";

/** The most that is read of a refused response's body, for its error: bytes, and ms. */
const BYTES = 64 * 1024;
const MS = 2000;

/** A response that is not what was asked for, and the beginning of its body. */
export class RefusedResponse {
  readonly #refusal: Refusal;
  readonly #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(refusal: Refusal) {
    this.#refusal = refusal;
  }

  /** Copies what was lent. @throws END once it is enough */
  body(lent: Uint8Array): void {
    const piece = new Uint8Array(lent.subarray(0, BYTES - this.#length));
    this.#pieces.push(piece);
    this.#length += piece.length;
    if (this.#length >= BYTES) throw END;
  }

  error(progress: Progress): unknown {
    const { code, message } = this.#refusal;
    const { response } = progress;
    if (!response || (code !== "status" && code !== "content-type")) return progress.error(code, message);
    const body = this.#text();
    if (code === "content-type") return progress.error(code, message, { body });
    const why = body === "" ? message : `${message}: what it said is in \`body\``;
    return progress.error(code, why, { body, status: response.status, retryAfter: retryAfter(response.headers) });
  }

  /** As UTF-8. */
  #text(): string {
    const decoder = new TextDecoder();
    return this.#pieces.map((piece) => decoder.decode(piece, { stream: true })).join("") + decoder.decode();
  }
}

/**
 * Judges a response's head. For one that is refused the body is read no longer than 2 s, and how that
 * ends never changes the error.
 */
export function refuse(
  head: ResponseHead,
  transport: Transport,
  demands: Demands & { clocks: Clocks },
): RefusedResponse | undefined {
  const refusal = judgeResponse(head, transport, demands);
  if (!refusal) return undefined;
  demands.clocks.limit(MS, END);
  return new RefusedResponse(refusal);
}

/**
 * Says how a call ends, once its exchange has.
 *
 * @param settled undefined after the message's end, else why the exchange failed
 * @throws what the user's code threw, the reason of the user's abort, the refusal, or the failure
 */
export function throwFailure(
  settled: { reason: unknown } | undefined,
  signal: Pick<AbortSignal, "aborted" | "reason"> | null | undefined,
  call: { progress: Progress; refused: RefusedResponse | undefined },
): void {
  if (settled?.reason instanceof Thrown) throw settled.reason.value;
  if (settled && signal?.aborted && settled.reason === signal.reason) throw signal.reason;
  if (call.refused) throw call.refused.error(call.progress);
  if (settled && settled.reason !== END) throw call.progress.enrich(settled.reason);
}
