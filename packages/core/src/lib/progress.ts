import { describeUrl } from "./describe-url.ts";
import {
  type ExchangeTiming,
  HeadraceError,
  type HeadraceErrorCode,
  type HeadraceErrorOptions,
} from "./headrace-error.ts";
import type { ResponseInfo } from "./response-info.ts";
import type { UnsentRequest } from "./create-request.ts";
import type { ResponseHead, Transport } from "./transport.ts";

/** What has happened in one call so far, and how its errors tell it. */
export class Progress {
  readonly #transport: Transport;
  readonly #request: UnsentRequest;
  readonly #startedAt: number;
  #headAt: number | undefined;
  #firstEventAt: number | undefined;
  #lastByteAt: number | undefined;
  #lastEventAt: number | undefined;
  #lastCommentAt: number | undefined;
  response: ResponseInfo | undefined;
  /** Whether the call knows of events: else its errors say nothing of them. */
  countsEvents = true;
  eventsDelivered = 0;
  bytesReceived = 0;
  lastEventId = "";

  /** @param startedAt when the call was made, on `performance.now()`'s scale */
  constructor(transport: Transport, request: UnsentRequest, startedAt: number) {
    this.#transport = transport;
    this.#request = request;
    this.#startedAt = startedAt;
  }

  headArrived(head: ResponseHead): ResponseInfo {
    this.#headAt = performance.now();
    this.response = { ...head, redirected: head.redirected === true };
    return this.response;
  }

  bytesArrived(bytes: Uint8Array): void {
    this.bytesReceived += bytes.length;
    this.#lastByteAt = performance.now();
  }

  /** Called once a piece, however many events it held. */
  eventsDispatched(): void {
    this.#lastEventAt = this.#lastByteAt;
    this.#firstEventAt ??= this.#lastByteAt;
  }

  commentArrived(): void {
    this.#lastCommentAt = performance.now();
  }

  /** An error of this call: its code and message, and what had happened. */
  error<C extends HeadraceErrorCode>(code: C, message: string, options: HeadraceErrorOptions = {}): HeadraceError {
    const { eventsDelivered, bytesReceived, lastEventId } = this;
    const line = inOneLine(message);
    return new HeadraceError(code, line + this.#story(code, line), {
      eventsDelivered,
      bytesReceived,
      lastEventId,
      ...(this.response && { response: withoutSecrets(this.response), timing: this.timing }),
      ...options,
    });
  }

  /** Adds what had happened to an error of the transport or of core; anything else stays as it is. */
  enrich(reason: unknown): unknown {
    const bare = reason as { name?: unknown; code?: unknown; message?: unknown; cause?: unknown } | null;
    if (bare?.name !== "HeadraceError" || typeof bare.code !== "string") return reason;
    const {
      eventsDelivered: _,
      bytesReceived: __,
      lastEventId: ___,
      code: ____,
      ...own
    } = bare as HeadraceErrorOptions & { code: string };
    // A transport that is closed by force does not say how far the exchange was.
    const phase = this.response && own.phase === "arguments" ? "body" : own.phase;
    const options = { ...own, ...(phase && { phase }), ...("cause" in bare && { cause: bare.cause }) };
    return this.error(bare.code as HeadraceErrorCode, String(bare.message), options);
  }

  /** Milestones so far, in ms since the call. */
  get timing(): ExchangeTiming {
    return {
      head: this.#since(this.#headAt),
      ...(this.#firstEventAt !== undefined && { firstEvent: this.#since(this.#firstEventAt) }),
      ...(this.#lastByteAt !== undefined && { lastByte: this.#since(this.#lastByteAt) }),
      ...(this.#lastEventAt !== undefined && { lastEvent: this.#since(this.#lastEventAt) }),
    };
  }

  #since(at: number = this.#startedAt): number {
    return Math.round((at - this.#startedAt) * 1000) / 1000;
  }

  /** @param message what it is told after */
  #story(code: HeadraceErrorCode, message: string): string {
    const { response } = this;
    const by = `by ${this.#transport.name}`;
    if (!response) {
      const url = describeUrl(this.#request.url);
      return `; ${this.#request.method} ${by}${message.split(/:? /).includes(url) ? "" : ` to ${url}`}`;
    }
    const bytes = `${grouped(this.bytesReceived)} bytes`;
    const received = this.countsEvents ? `${this.eventsDelivered} events (${bytes})` : bytes;
    const after = this.bytesReceived > 0 ? ` after ${received}` : "";
    const ago =
      code === "timeout" && this.#lastCommentAt !== undefined ? performance.now() - this.#lastCommentAt : undefined;
    const comment = ago === undefined ? "" : `, last comment ${(ago / 1000).toFixed(1)} s ago`;
    const over = response.httpVersion
      ? ` over ${response.httpVersion > "1.1" ? "h" : "HTTP/"}${response.httpVersion}`
      : "";
    const id = requestId(response.headers);
    return `${after}${comment}; ${response.status}${over} ${by} from ${describeUrl(response.url)}${id}`;
  }
}

/** An error of OpenSSL with its thread, function, file and line, which mean nothing to a user; its data goes with them. */
const opensslError = /(?:\b[\da-f]{8,}:)?\berror:([\da-f]+:[^:\n]*):[^:\n]*:([^:\n]*)(?::[^\n]*:\d+:[^\n]*)?/gi;

/** A message as a person can read it: of OpenSSL's errors the code, library and reason stay, as curl has them. */
function inOneLine(message: string): string {
  return message
    .replace(opensslError, "error:$1::$2")
    .trim()
    .replace(/\s*\n\s*/g, " ");
}

/** What support asks for first. */
function requestId(headers: Headers): string {
  for (const name of ["x-request-id", "request-id", "cf-ray"]) {
    const value = headers.get(name);
    if (value) return ` (${name}: ${value.slice(0, 100)})`;
  }
  return "";
}

/** Contract section 10: an error's `headers` are not enumerable and have no set-cookie, its URL no query values. */
function withoutSecrets(response: ResponseInfo): ResponseInfo {
  const headers = new Headers(response.headers);
  headers.delete("set-cookie");
  const { headers: _, ...rest } = response;
  const safe = { ...rest, url: describeUrl(response.url) };
  return Object.defineProperty(safe, "headers", { value: headers, enumerable: false }) as ResponseInfo;
}

/** Digits in groups of three: 30 000. */
function grouped(number: number): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, " ");
}
