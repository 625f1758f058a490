import type { CallController } from "./call-controller.ts";
import { callUser, END } from "./call-ends.ts";
import type { Clocks } from "./clocks.ts";
import {
  createEventStreamParser,
  type EventStreamParser,
  type EventStreamParserOptions,
  type ServerSentEvent,
} from "./event-stream-parser.ts";
import type { EventStreamInit, Terminal } from "./event-stream-init.ts";
import type { Progress } from "./progress.ts";
import { refuse, type RefusedResponse, throwFailure } from "./refusal.ts";
import type { CallSink } from "./run-call.ts";
import type { ResponseHead } from "./transport.ts";

/** What one of several connections begins with. */
export interface StreamStart {
  /** The stream's memory. */
  readonly memory: string;
  /** Bytes of the stream before it. */
  readonly offset: number;
  /** Whether its bytes go on from those: no byte order mark is taken off. */
  readonly isContinued: boolean;
  /** The call that it is a part of, which ends it instead of the options' signal. */
  readonly call: CallController;
}

/** What a verb does with the events. */
export interface EventConsumer {
  /** Default: a stream of its own, whose memory is the options' `lastEventId`. */
  readonly start?: StreamStart | undefined;
  /** The response is an event stream; its events follow. */
  accepted?(progress: Progress): void;
  event(event: ServerSentEvent): void;
  /** The stream's memory has changed. Default: that is where the call has got to. */
  lastEventId?(id: string): void;
  /** The server's `retry` field, in ms. */
  reconnectionTime?(ms: number): void;
  /** Default: the user's `onComment`, at once. */
  comment?(comment: string, onComment: (comment: string) => void): void;
  /** After each piece of body: a promise holds the transport back. */
  flush?(): void | Promise<void>;
}

/** A blank line, which means nothing, and after which no byte order mark is looked for. */
const lineFeed = /* @__PURE__ */ new Uint8Array([0x0a]);

/**
 * The sink of an event stream: judges the head, frames the body, knows what its end means. It is its parser's options, too:
 * an idle stream needs no closures for them.
 */
export class EventReader implements CallSink, EventStreamParserOptions {
  readonly progress: Progress;
  readonly #init: EventStreamInit;
  readonly #clocks: Clocks;
  readonly #consumer: EventConsumer;
  readonly #parser: EventStreamParser;
  #refused: RefusedResponse | undefined;
  #dispatched = false;
  #terminated = false;
  /** Whether the stream came to its end: its terminal or, where it has none, a clean end. */
  completed = false;

  constructor(init: EventStreamInit, consumer: EventConsumer, context: { progress: Progress; clocks: Clocks }) {
    this.#init = init;
    this.#consumer = consumer;
    this.#clocks = context.clocks;
    this.progress = context.progress;
    this.progress.lastEventId = this.lastEventId;
    this.#parser = createEventStreamParser(this);
    if (consumer.start?.isContinued) this.#parser.push(lineFeed);
  }

  /** The stream's memory to begin with. */
  get lastEventId(): string {
    return this.#consumer.start?.memory ?? this.#init.lastEventId ?? "";
  }

  get maxEventSize(): number | undefined {
    return this.#init.maxEventSize;
  }

  head(head: ResponseHead): void {
    const response = this.progress.headArrived(head);
    const anyContentType = this.#init.contentType === "ignore";
    this.#refused = refuse(head, this.#init.transport, { eventStream: true, anyContentType, clocks: this.#clocks });
    if (this.#refused) return;
    if (this.#init.onResponse) callUser(this.#init.onResponse, response);
    this.#consumer.accepted?.(this.progress);
  }

  body(bytes: Uint8Array): void | Promise<void> {
    if (this.#refused) return this.#refused.body(bytes);
    this.progress.bytesArrived(bytes);
    try {
      this.#parser.push(bytes);
    } finally {
      if (this.#dispatched) this.#eventsDispatched();
    }
    return this.#consumer.flush?.();
  }

  conclude(settled: { reason: unknown } | undefined): void {
    this.#failed(settled);
    if (!settled) this.#end();
  }

  rest(): void | Promise<void> {
    return this.#consumer.flush?.();
  }

  /** Bytes of body up to just after the event last dispatched. */
  get bytesConsumed(): number {
    return this.#parser.bytesConsumed - (this.#consumer.start?.isContinued ? lineFeed.length : 0);
  }

  get accepted(): boolean {
    return this.progress.response !== undefined && !this.#refused;
  }

  #failed(settled: { reason: unknown } | undefined): void {
    const ending = this.#consumer.start?.call ?? this.#init.signal;
    throwFailure(settled, ending, { progress: this.progress, refused: this.#refused });
  }

  /** Once a piece: its events have all come at the same time. */
  #eventsDispatched(): void {
    this.#dispatched = false;
    this.progress.eventsDispatched();
    this.#clocks.eventDispatched();
  }

  onEvent(event: ServerSentEvent): void {
    this.#dispatched = true;
    const { terminal } = this.#init;
    if (terminal === undefined || !matches(terminal, event)) {
      this.#consumer.event(event);
      return;
    }
    this.completed = this.#terminated = true;
    if (typeof terminal !== "string") this.#consumer.event(event);
    throw END;
  }

  onLastEventId(id: string): void {
    if (this.#consumer.lastEventId) this.#consumer.lastEventId(id);
    else this.progress.lastEventId = id;
  }

  onReconnectionTime(ms: number): void {
    this.#consumer.reconnectionTime?.(ms);
  }

  onComment(comment: string): void {
    this.progress.commentArrived();
    const { onComment } = this.#init;
    if (!onComment) return;
    if (this.#consumer.comment) this.#consumer.comment(comment, onComment);
    else callUser(onComment, comment);
  }

  /** A clean end of the message: what `eof` and `terminal` make of it. */
  #end(): void {
    const { eof = "dispatch", terminal } = this.#init;
    const pending = this.#parser.pending;
    const unsure = eof === "dispatch" && pending && !pending.lineEnded && this.#endIsAssumed();
    if (pending && (eof === "error" || unsure)) {
      const why = unsure ? "and this transport cannot prove that it was the end" : 'and `eof` is "error"';
      throw this.progress.error("incomplete", `the stream ended inside an event, ${why}`, { pending: pending.data });
    }
    try {
      this.#parser.end(eof === "dispatch" ? "dispatch" : "discard");
    } catch (reason) {
      this.#failed({ reason });
      if (!this.#terminated) return;
    }
    if (terminal !== undefined && !this.#terminated) {
      const dropped = eof === "discard" ? pending?.data : undefined;
      throw this.progress.error("incomplete", "the stream ended before its terminal event", { pending: dropped });
    }
    this.completed = true;
  }

  #endIsAssumed(): boolean {
    const { response } = this.progress;
    const proof = this.#init.transport.supports.endProof;
    if (!response) return false;
    const { headers, httpVersion } = response;
    if (headers.has("content-encoding") && !proof?.decompression) return true;
    if (httpVersion === "2" || httpVersion === "3") return !proof?.http2;
    if (headers.has("content-length") || headers.has("transfer-encoding")) return false;
    // RFC 9112 section 9.8: over TLS such an end is complete only with a closure alert, which no stack reports.
    return !proof?.closeDelimited || response.url.startsWith("https:");
  }
}

function matches(terminal: Terminal, event: ServerSentEvent): boolean {
  if (typeof terminal === "string") return event.data === terminal;
  if (typeof terminal === "function") return callUser(terminal, event);
  return event.type === terminal.type;
}
