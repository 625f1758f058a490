import { CallController } from "./call-controller.ts";
import { callUser } from "./call-ends.ts";
import { type CallInit, checkInit } from "./event-stream-init.ts";
import type { SyncTransport } from "./exchange.ts";
import { HeadraceError } from "./headrace-error.ts";
import { refuse, type RefusedResponse, throwFailure } from "./refusal.ts";
import type { ResponseInfo } from "./response-info.ts";
import { type CallContext, type CallSetup, type CallSink, runCall, runCallSync } from "./run-call.ts";
import type { ResponseHead } from "./transport.ts";

/** A whole response. */
export interface WholeResponse {
  response: ResponseInfo;
  /** Decoded; empty where there was none. */
  body: Uint8Array;
}

/**
 * Makes a request and reads the whole response, however large.
 *
 * @throws `status` unless 2xx (or, with `redirect: "manual"`, a redirect); other `HeadraceError`s, or
 * `signal.reason` when aborted
 */
export async function request(url: string | URL, init: CallInit): Promise<WholeResponse> {
  const call = createCall(init);
  try {
    return (await runCall(url, init, call)).whole();
  } finally {
    call.controller.untie();
  }
}

/** `request`, blocking the thread: see `forEachEventSync`. */
export function requestSync(url: string | URL, init: CallInit & { transport: SyncTransport }): WholeResponse {
  const call = createCall(init);
  try {
    return runCallSync(url, init, call).whole();
  } finally {
    call.controller.untie();
  }
}

function createCall(init: CallInit): CallSetup<BodyReader> {
  checkInit(init);
  return {
    controller: new CallController(init.signal),
    createSink: (context) => new BodyReader(init, context),
  };
}

class BodyReader implements CallSink {
  readonly #init: CallInit;
  readonly #context: CallContext;
  readonly #pieces: Uint8Array[] = [];
  #refused: RefusedResponse | undefined;

  constructor(init: CallInit, context: CallContext) {
    this.#init = init;
    this.#context = context;
    context.progress.countsEvents = false;
  }

  head(head: ResponseHead): void {
    const response = this.#context.progress.headArrived(head);
    const redirects = this.#init.redirect === "manual";
    this.#refused = refuse(head, this.#init.transport, { redirects, clocks: this.#context.clocks });
    if (!this.#refused && this.#init.onResponse) callUser(this.#init.onResponse, response);
  }

  body(bytes: Uint8Array): void {
    if (this.#refused) return this.#refused.body(bytes);
    this.#context.progress.bytesArrived(bytes);
    this.#pieces.push(new Uint8Array(bytes));
  }

  conclude(settled: { reason: unknown } | undefined): void {
    throwFailure(settled, this.#init.signal, { progress: this.#context.progress, refused: this.#refused });
  }

  get accepted(): boolean {
    return this.#context.progress.response !== undefined && !this.#refused;
  }

  whole(): WholeResponse {
    const { response, bytesReceived } = this.#context.progress;
    if (!response) throw new HeadraceError("internal", "a response without a head");
    const body = new Uint8Array(bytesReceived);
    let offset = 0;
    for (const piece of this.#pieces) {
      body.set(piece, offset);
      offset += piece.length;
    }
    return { response, body };
  }
}
