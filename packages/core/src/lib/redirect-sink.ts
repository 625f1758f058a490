import type { Clocks } from "./clocks.ts";
import { describeUrl } from "./describe-url.ts";
import { HeadraceError } from "./headrace-error.ts";
import { nextHop } from "./redirects.ts";
import type { ResponseHead, ResponseSink, Transport, TransportRequest } from "./transport.ts";

/** What becomes of redirects. */
export interface RedirectOptions {
  /** `error` fails with `redirect`; `manual` takes the redirect for the response. Default `follow`. */
  redirect?: "follow" | "error" | "manual" | undefined;
  /**
   * Headers to drop with Authorization and Cookie when a redirect leaves the origin: these instead of the default
   * (`defaultCredentialHeaders`: `x-api-key`, `api-key`, `x-goog-api-key`, `x-auth-token`).
   */
  credentialHeaders?: readonly string[] | undefined;
}

/** The most that is read of a redirect's body so that its connection can be used again: bytes, and ms. */
const DRAIN_BYTES = 16 * 1024;
const DRAIN_MS = 250;

/** Ends a hop whose body is not worth waiting for. */
const enough = Symbol("enough of the redirect's body");

/** One hop of an exchange: `hops` redirects came before it. */
interface Hop {
  request: TransportRequest;
  hops: number;
  transport: Transport;
}

/** The sink of one hop: takes a redirect for itself and hands anything else on. */
export class RedirectSink implements ResponseSink {
  readonly #sink: ResponseSink;
  readonly #hop: Hop;
  readonly #options: RedirectOptions & { clocks: Clocks };
  #next: TransportRequest | null = null;
  #drained = 0;

  constructor(sink: ResponseSink, hop: Hop, options: RedirectOptions & { clocks: Clocks }) {
    this.#sink = sink;
    this.#hop = hop;
    this.#options = options;
  }

  get url(): URL {
    return this.#hop.request.url;
  }

  /** The next request, where this hop was a redirect and only its body, if anything, was cut short. */
  followed(settled: { reason: unknown } | undefined): TransportRequest | null {
    this.#options.clocks.unlimit();
    if (!this.#next) return null;
    const code = (settled?.reason as { code?: unknown } | undefined)?.code;
    if (code === "timeout" || code === "internal") throw settled?.reason;
    return this.#next;
  }

  head(head: ResponseHead): void {
    const mode = this.#options.redirect ?? "follow";
    const next = mode === "manual" ? null : nextHop(this.#hop.request, head, this.#options.credentialHeaders);
    if (!next) {
      this.#options.clocks.headArrived();
      this.#sink.head({ ...head, redirected: this.#hop.hops > 0 || head.redirected === true });
      return;
    }
    if (mode === "error") throw this.#failure(`${head.status} where redirects are errors`);
    if (this.#hop.transport.fixedOrigin && next.url.origin !== this.url.origin) {
      throw this.#failure(`${head.status} to another origin, which this transport cannot reach`);
    }
    this.#next = next;
    this.#options.clocks.limit(DRAIN_MS, enough);
  }

  body(bytes: Uint8Array): void | Promise<void> {
    if (!this.#next) return this.#sink.body(bytes);
    this.#drained += bytes.length;
    if (this.#drained > DRAIN_BYTES) throw enough;
    return undefined;
  }

  trailers(trailers: Headers): void {
    if (!this.#next) this.#sink.trailers?.(trailers);
  }

  #failure(why: string): HeadraceError {
    return new HeadraceError("redirect", `redirect not followed from ${describeUrl(this.url)}: ${why}`);
  }
}
