import { setImmediate } from "node:timers";
import { promiseOf, TransportError, type ResponseHead, type ResponseSink } from "@headrace/core/transport";
import { view, type ByteArena, type Piece } from "./byte-arena.ts";
import { ContentDecoding } from "./content-decoding.ts";

/** Who is told how a delivery goes. */
export interface DeliveryOwner {
  /** A blocking exchange has nobody to wait for a promise. */
  readonly blocking: boolean;
  /** Everything taken so far has been delivered. */
  drained(): void;
  /** It is over: no call of the sink follows. */
  settled(): void;
}

/** How the response ended, as far as the stack and the framing say. */
export interface Ending {
  readonly error?: unknown;
  readonly trailers?: Headers | undefined;
}

/**
 * The sink's side of an exchange: what has arrived, in order, and the rules by which a sink is called
 * (contract, section 3). Knows nothing of libcurl.
 */
export class Delivery {
  /** Bytes that wait for the sink. */
  queued = 0;
  over = false;
  /** Why it ended, once over; `undefined` for a proven end. */
  failure: { readonly reason: unknown } | undefined;

  readonly #sink: ResponseSink;
  readonly #arena: ByteArena;
  readonly #owner: DeliveryOwner;
  #head: ResponseHead | undefined;
  /** What has arrived, as a chain. */
  #first: Piece | undefined;
  #last: Piece | undefined;
  /** Taken out of the queue, so that what arrives meanwhile is not added to it. */
  #inHand: Piece | undefined;
  #ending: Ending | undefined;
  /** The sink's last promise is pending. */
  #waiting = false;
  #decoding: ContentDecoding | undefined;
  /** What the piece in hand still decodes to. */
  #outputs: Iterator<Uint8Array> | undefined;
  #finished = false;
  /** The sink has had all; `send` settles a macrotask later (contract, section 3). */
  #settling = false;

  constructor(sink: ResponseSink, arena: ByteArena, owner: DeliveryOwner) {
    this.#sink = sink;
    this.#arena = arena;
    this.#owner = owner;
  }

  head(head: ResponseHead): void {
    this.#head = head;
  }

  /** Copies bytes at an address of libcurl's. */
  take(address: number, length: number): void {
    this.#queue(this.#arena.take(address, length, this.#last), length);
  }

  /** Copies bytes. */
  takeBytes(bytes: Uint8Array): void {
    this.#queue(this.#arena.takeBytes(bytes, this.#last), bytes.length);
  }

  #queue(piece: Piece, length: number): void {
    this.queued += length;
    if (piece === this.#last) return;
    if (this.#last === undefined) this.#first = piece;
    else this.#last.next = piece;
    this.#last = piece;
  }

  #shift(): Piece | undefined {
    const piece = this.#first;
    if (piece === undefined) return undefined;
    this.#first = piece.next;
    if (this.#first === undefined) this.#last = undefined;
    return piece;
  }

  end(ending: Ending): void {
    this.#ending ??= ending;
  }

  /** Calls the sink with what is there, as far as it lets. Never from inside libcurl. */
  flush(): void {
    if (this.#waiting || this.over) return;
    if (this.#head) this.#deliverHead(this.#head);
    while (this.#mayCall() && this.#guard(() => this.#deliverSome()));
    if (!this.#mayCall()) return;
    if (this.#ending) this.#deliverEnding(this.#ending);
    else this.#owner.drained();
  }

  /** Ends it at once: nothing more is delivered. */
  fail(reason: unknown): void {
    if (this.over) return;
    this.failure = { reason };
    this.#settle();
  }

  #mayCall(): boolean {
    return !this.#waiting && !this.#settling && !this.over;
  }

  #deliverHead(head: ResponseHead): void {
    this.#head = undefined;
    this.#guard(() => {
      this.#decoding = ContentDecoding.of(head.headers.get("content-encoding"));
      this.#sink.head(head);
    });
  }

  /** @returns whether there was anything to deliver */
  #deliverSome(): boolean {
    if (this.#outputs) {
      this.#deliverOutput(this.#outputs);
      return true;
    }
    const piece = this.#shift();
    if (piece === undefined) return false;
    this.#inHand = piece;
    if (this.#decoding) this.#outputs = this.#decoding.decode(view(piece));
    else {
      this.#body(view(piece));
      this.#dropInHand();
    }
    return true;
  }

  #deliverOutput(outputs: Iterator<Uint8Array>): void {
    let next: IteratorResult<Uint8Array>;
    try {
      next = outputs.next();
    } catch (error) {
      return this.fail(error);
    }
    if (!next.done) return this.#body(next.value);
    this.#outputs = undefined;
    this.#dropInHand();
  }

  #dropInHand(): void {
    const piece = this.#inHand;
    if (piece === undefined) return;
    this.#inHand = undefined;
    this.queued -= piece.end - piece.start;
    this.#arena.release(piece);
  }

  #body(bytes: Uint8Array): void {
    const promise = promiseOf(this.#guard(() => this.#sink.body(bytes)));
    if (!promise) return;
    if (this.over) return void promise.catch(() => {});
    if (this.#owner.blocking) {
      promise.catch(() => {});
      return this.fail(
        new TransportError("invalid-argument", "a blocking call cannot wait: the sink returned a promise"),
      );
    }
    this.#waiting = true;
    promise.then(
      () => {
        this.#waiting = false;
        this.flush();
      },
      (reason: unknown) => this.fail(reason),
    );
    for (let piece = this.#first; piece; piece = piece.next) this.#arena.detach(piece);
  }

  #deliverEnding({ error, trailers }: Ending): void {
    if (error === undefined && !this.#finished) {
      this.#finished = true;
      this.#outputs = this.#decoding?.finish();
      return this.flush();
    }
    if (error === undefined && trailers) this.#guard(() => this.#sink.trailers?.(trailers));
    if (this.over || this.#settling) return;
    this.#settling = true;
    const settle = (): void => (error === undefined ? this.#settle() : this.fail(error));
    if (this.#owner.blocking) settle();
    else setImmediate(settle);
  }

  /** What is thrown, by the sink or on the way to it, ends the exchange. */
  #guard<T>(call: () => T): T | undefined {
    try {
      return call();
    } catch (error) {
      this.fail(error);
      return undefined;
    }
  }

  #settle(): void {
    if (this.over) return;
    this.over = true;
    this.#outputs = undefined;
    this.#decoding?.destroy();
    this.#dropInHand();
    for (let piece = this.#shift(); piece; piece = this.#shift()) this.#arena.release(piece);
    this.queued = 0;
    this.#owner.settled();
  }
}
