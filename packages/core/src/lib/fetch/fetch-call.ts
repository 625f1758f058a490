import { type BodyPipe, createBodyStream } from "./body-stream.ts";
import { CallController } from "../call-controller.ts";
import { END } from "../call-ends.ts";
import { Clocks, type Timeouts } from "../clocks.ts";
import { collectBody } from "./collect-body.ts";
import { createRequest, type UnsentRequest } from "../create-request.ts";
import { checkInit } from "../event-stream-init.ts";
import { makeExchange, type Settled } from "../exchange.ts";
import type { FetchArguments } from "./fetch-arguments.ts";
import { toFetchError } from "./fetch-error.ts";
import { FirstEventClock } from "./first-event-clock.ts";
import { createResponse, hasNullBody } from "./fetch-response.ts";
import { HeadraceError, invalidArgument } from "../headrace-error.ts";
import { judgeResponse } from "../judge-response.ts";
import { Progress } from "../progress.ts";
import type { ResponseHead, ResponseSink, Transport } from "../transport.ts";

/** What holds for every call of one fetch. */
export interface FetchContext {
  transport: Transport;
  timeouts: Timeouts | undefined;
}

/** Whoever waits for the response. */
interface PendingHead {
  resolve(response: Response): void;
  reject(reason: unknown): void;
}

/** One call of a fetch: the sink of its exchange, until its body has been read. */
export class FetchCall implements ResponseSink {
  readonly #context: FetchContext;
  readonly #given: FetchArguments;
  readonly #startedAt = performance.now();
  readonly #clocks: Clocks;
  readonly #controller: CallController;
  #progress: Progress | undefined;
  #head: PendingHead | undefined;
  #body: BodyPipe | undefined;
  #firstEvent: FirstEventClock | undefined;
  #isHead = false;

  constructor(context: FetchContext, given: FetchArguments) {
    this.#context = context;
    this.#given = given;
    this.#clocks = new Clocks({ ...context.timeouts, firstEvent: 0 });
    // Fetch Standard, "abort a fetch() call": the body fails at once, and what of it was not read is gone.
    this.#controller = new CallController(given.signal, (reason) => {
      if (reason !== END) this.#body?.abort(reason);
    });
  }

  /** Resolves at the head; its body goes on. */
  async response(): Promise<Response> {
    const { transport } = this.#context;
    const { redirect } = this.#given;
    try {
      const request = await this.#request();
      return await new Promise((resolve, reject) => {
        this.#head = { resolve, reject };
        void makeExchange({
          transport,
          request,
          sink: this,
          redirect,
          clocks: this.#clocks,
          controller: this.#controller,
        }).then((settled) => this.#ended(settled));
      });
    } catch (reason) {
      this.#controller.untie();
      throw reason;
    }
  }

  /** What the caller sees of a failure: the reason of an abort as it is, an error of ours with all there is to say. */
  failure(reason: unknown): unknown {
    const { signal } = this.#given;
    if (signal?.aborted && reason === signal.reason) return reason;
    return toFetchError(this.#progress ? this.#progress.enrich(reason) : reason);
  }

  head(head: ResponseHead): void {
    const info = this.#progress?.headArrived(head);
    if (!info) return;
    const hasBody = !this.#isHead && !hasNullBody(head.status);
    this.#judge(head, hasBody);
    if (!hasBody) {
      this.#accept(createResponse(info, null));
      return;
    }
    const { stream, pipe } = createBodyStream({
      waits: () => {
        this.#clocks.release();
        this.#firstEvent?.release();
      },
      rests: () => this.#clocks.hold(),
      leaves: () => this.#controller.abort(END),
      done: this.#controller.untie,
    });
    this.#body = pipe;
    this.#clocks.hold();
    this.#watchFirstEvent(head);
    this.#accept(createResponse(info, stream));
  }

  body(bytes: Uint8Array): void | Promise<void> {
    this.#progress?.bytesArrived(bytes);
    const held = this.#body?.push(bytes);
    if (this.#body?.isUnread) this.#firstEvent?.hold();
    this.#firstEvent?.push(bytes);
    return held;
  }

  async #request(): Promise<UnsentRequest> {
    const { transport, timeouts } = this.#context;
    const { url, stream, redirect, ...options } = this.#given;
    checkInit({ transport, redirect });
    const request = await createRequest(url, { ...options, transport, timeouts });
    this.#isHead = request.method === "HEAD";
    this.#progress = new Progress(transport, request, this.#startedAt);
    this.#progress.countsEvents = false;
    if (!stream) return request;
    if (this.#isHead || request.method === "GET")
      throw invalidArgument(`a ${request.method} request cannot have a body`);
    this.#clocks.start();
    this.#clocks.watch((reason) => this.#controller.abort(reason));
    try {
      return { ...request, body: await collectBody(stream, this.#controller) };
    } finally {
      this.#clocks.unwatch();
    }
  }

  /** @throws what a fetch cannot give: a status out of range, a coding that is not undone, a redirect unasked for */
  #judge(head: ResponseHead, hasBody: boolean): void {
    const { status } = head;
    if (status > 599)
      throw new HeadraceError("protocol", `the status ${status}, which fetch has no response for`, atHead);
    if (this.#given.redirect === "error" && redirects.includes(status))
      throw new HeadraceError("redirect", `${status} where redirects are errors`);
    const refusal = hasBody && judgeResponse({ ...head, status: 200 }, this.#context.transport, {});
    if (refusal) throw new HeadraceError(refusal.code, refusal.message, atHead);
  }

  /** Its clock runs for event streams alone, from the first read on. */
  #watchFirstEvent(head: ResponseHead): void {
    const { transport, timeouts } = this.#context;
    if (!timeouts?.firstEvent || judgeResponse(head, transport, { eventStream: true })) return;
    this.#firstEvent = new FirstEventClock(timeouts.firstEvent, (reason) => {
      this.#body?.end({ reason: this.failure(reason) });
      this.#controller.abort(END);
    });
    this.#firstEvent.hold();
  }

  /** Lets go of the promise, which would keep the response from being collected. */
  #accept(response: Response): void {
    this.#head?.resolve(response);
    this.#head = undefined;
  }

  #ended(failure: Settled): void {
    if (failure && this.#head) this.#head.reject(failure.reason);
    else if (this.#body) this.#body.end(failure && { reason: this.failure(failure.reason) });
    else this.#controller.untie();
    this.#firstEvent?.stop();
  }
}

const atHead = { phase: "head" } as const;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
