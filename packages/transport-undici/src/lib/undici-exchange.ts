import { setImmediate } from "node:timers";
import { TransportError, type ResponseHead, type ResponseSink, type TransportRequest } from "@headrace/core/transport";
import type { Dispatcher } from "undici";
import { toTransportError } from "./codes.ts";
import { StaleConnection, type Connection } from "./connection.ts";
import { decodeContent } from "./content-decoding.ts";
import { Http2End } from "./http2-end.ts";
import { isSafe } from "./is-safe.ts";
import { PacedSink, type BodyStage } from "./paced-sink.ts";
import { endsConnection, isCloseDelimited, readHead, toHeaders, type RawFields } from "./response-head.ts";

/** What an exchange asks of who started it. */
export interface ExchangeHost {
  /** undici is done with the connection: it may serve again. */
  release(connection: Connection): void;
  /** The connection is of no more use. */
  drop(connection: Connection): void;
  /**
   * The exchange failed before a byte of the response came.
   *
   * @returns whether it is being made once more
   */
  repeat(connection: Connection, error: unknown): boolean;
}

type Controller = Dispatcher.DispatchController;
type DispatchOptions = Dispatcher.DispatchOptions;

/** One request and its response: an undici handler that feeds a sink, and one promise for how it ended. */
export class UndiciExchange implements Dispatcher.DispatchHandler {
  readonly request: TransportRequest;
  /** Settles as `send` must. */
  readonly settled: Promise<void>;
  /** Whether the request may have been written. */
  started = false;
  over = false;
  /** Set while its connection is being opened: called when it is over before. */
  giveUp: (() => void) | undefined;
  readonly #host: ExchangeHost;
  readonly #sink: ResponseSink;
  readonly #paced: PacedSink;
  #body: BodyStage;
  /** While undici is at it. */
  #connection: Connection | undefined;
  #controller: Controller | undefined;
  #http2End: Http2End | undefined;
  #answered = false;
  #head: ResponseHead | undefined;
  #ended = false;
  #trailers: RawFields;
  #settle!: { resolve: () => void; reject: (reason: unknown) => void };
  readonly #onAbort = (): void => this.fail(this.request.signal.reason);

  constructor(request: TransportRequest, sink: ResponseSink, host: ExchangeHost) {
    this.request = request;
    this.#sink = sink;
    this.#host = host;
    this.#paced = new PacedSink(
      sink,
      (reason) => this.fail(reason),
      (failure) => this.#finished(failure),
    );
    this.#body = this.#paced;
    this.settled = new Promise((resolve, reject) => (this.#settle = { resolve, reject }));
    request.signal.addEventListener("abort", this.#onAbort);
  }

  /** Sends the request on a connection, or on a dispatcher of the caller's. */
  dispatch(connection: Connection | undefined, dispatcher: Dispatcher, options: DispatchOptions): void {
    this.#leave();
    this.#connection = connection;
    this.started = false;
    connection?.exchanges?.add(this);
    dispatcher.dispatch(options, this);
  }

  /** Its connection takes no request any more: ends it, unless the server has it. */
  strand(): void {
    const unprocessed = !this.started || this.#http2End?.closed;
    if (unprocessed) this.onResponseError(null, new StaleConnection("the connection was closed"));
  }

  /** Ends it with this reason, unless it is over. */
  fail(reason: unknown): void {
    if (this.over) return;
    this.#close();
    this.#settle.reject(reason);
    this.#cut();
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.over) return controller.abort(new Error("aborted"));
    if (this.started && this.#connection && !isSafe(this.request.method)) {
      // Over HTTP/2 undici sends a request again after GOAWAY or REFUSED_STREAM, whatever its method.
      return controller.abort(
        new TransportError("reset", "the server refused the request", { phase: "head", retryable: true }),
      );
    }
    this.started = true;
    if (!this.#connection) return;
    if (this.#connection.wire) this.#connection.wire.expectHead();
    else this.#http2End = new Http2End();
  }

  onResponseStarted(): void {
    this.#answered = true;
  }

  onResponseStart(controller: Controller, status: number, fields: RawFields, statusText = ""): void {
    if (this.over || (status < 200 && status !== 101)) return;
    this.#answered = true;
    try {
      const raw = { status, fields: controller.rawHeaders ?? fields, statusText };
      const head = readHead(this.request, raw, this.#connection);
      this.#head = head;
      this.#sink.head(head);
      if (this.over) return;
      const first = decodeContent(head.headers.get("content-encoding"), this.#paced);
      first.upstream = { pace: (hold) => this.#pace(hold) };
      this.#body = first;
      if (this.#connection?.wire && first === this.#paced) this.#connection.wire.onRead = this.#paced.join();
    } catch (reason) {
      return this.fail(reason);
    }
    // RFC 9110 section 15.3.6: 205 has no content, whatever its fields say; undici would wait for it.
    if (status === 205 && this.#head.headers.get("content-length") !== "0") {
      this.#ended = true;
      this.#cut();
      this.#body.finish(undefined);
    }
  }

  onResponseData(_controller: Controller, bytes: Uint8Array): void {
    if (!this.over && !this.#ended) this.#body.push(bytes);
  }

  onResponseEnd(controller: Controller, fields: RawFields): void {
    if (this.over || this.#ended) return;
    this.#trailers = controller.rawTrailers ?? fields;
    const connection = this.#connection;
    connection?.wire?.close();
    const failure = this.#unprovenEnd();
    if (connection?.wire && this.#head && endsConnection(this.#head, connection.socket)) this.#host.drop(connection);
    else if (connection) setImmediate(() => this.#host.release(connection));
    this.#end(failure);
  }

  onResponseError(_controller: Controller | null, error: unknown): void {
    if (this.over || this.#ended) return;
    const connection = this.#connection;
    const silent = !this.#answered && !connection?.wire?.heard;
    if (connection && silent && this.#host.repeat(connection, error)) return;
    if (connection?.wire) this.#host.drop(connection);
    this.#end(this.#errorOf(error));
  }

  /** What undici takes for the end of the body, and is none. */
  #unprovenEnd(): unknown {
    if (this.#http2End && !this.#http2End.proven) {
      return new TransportError("reset", "the connection was lost: RST_STREAM before the end of the stream", {
        phase: "body",
      });
    }
    const failure = this.#connection?.failure;
    return failure && this.#head && isCloseDelimited(this.#head) ? this.#errorOf(failure) : undefined;
  }

  #errorOf(error: unknown): unknown {
    if (error instanceof Error && error.name === "HeadraceError") return error;
    const head = this.#head;
    if (error instanceof StaleConnection || (this.#connection && !this.started)) {
      return new TransportError("reset", "the connection was lost before the server took the request", {
        phase: "head",
        retryable: true,
      });
    }
    return toTransportError(error, {
      head: head !== undefined,
      framed: head !== undefined && !isCloseDelimited(head),
      socketError: this.#http2End?.violation ?? this.#connection?.failure,
      connecting: this.started || this.#connection ? undefined : this.request.url.protocol,
    });
  }

  #pace(hold: boolean): void {
    const wire = this.#connection?.wire;
    if (wire) return hold ? wire.hold() : wire.release();
    if (hold) this.#controller?.pause();
    else this.#controller?.resume();
  }

  /** undici is done. */
  #end(failure: unknown): void {
    this.#paced.flush();
    this.#ended = true;
    this.#leave();
    this.#body.finish(failure);
  }

  /** The sink has taken all that there was. */
  #finished(failure: unknown): void {
    if (failure !== undefined) {
      this.#cut();
    } else {
      try {
        this.#deliverTrailers();
      } catch (reason) {
        return this.fail(reason);
      }
    }
    setImmediate(() => {
      if (this.over) return;
      this.#close();
      if (failure === undefined) this.#settle.resolve();
      else this.#settle.reject(failure);
    });
  }

  #deliverTrailers(): void {
    if (this.over || !this.#sink.trailers || !this.#trailers) return;
    const trailers = toHeaders(this.#trailers, "body");
    if (!trailers.keys().next().done) this.#sink.trailers(trailers);
  }

  #close(): void {
    this.over = true;
    this.#paced.stop();
    this.request.signal.removeEventListener("abort", this.#onAbort);
  }

  /** Takes the exchange off the wire, if it is still on it. */
  #cut(): void {
    const connection = this.#connection;
    this.giveUp?.();
    if (connection?.wire) this.#host.drop(connection);
    else {
      this.#http2End?.cancel();
      this.#controller?.abort(new Error("aborted"));
    }
    this.#leave();
  }

  #leave(): void {
    this.#connection?.exchanges?.delete(this);
    this.#connection = undefined;
    this.#controller = undefined;
  }
}
