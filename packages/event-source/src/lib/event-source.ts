import { HeadraceError, type ServerSentEvent, type SubscribeInit, type Transport } from "@headrace/core";
import { createMessageEvent } from "./create-message-event.ts";
import { type EventHandler, EventHandlerSlot } from "./event-handler-slot.ts";
import { EventSourceConnections } from "./event-source-connections.ts";
import { EventSourceErrorEvent } from "./event-source-error-event.ts";

/** What an EventSource takes: the standard's `withCredentials`, and of `subscribe` what its requests need. */
export interface EventSourceInit extends Pick<
  SubscribeInit,
  "credentialHeaders" | "headers" | "idleCounts" | "lastEventId" | "maxEventSize" | "timeouts"
> {
  /** Which HTTP stack: required. */
  transport: Transport;
  /** Whether a browser's fetch sends credentials to another origin, too. Default false. */
  withCredentials?: boolean | undefined;
  /** As in `subscribe`, but the server's `retry:` is obeyed also above `maxDelay`: `maxReconnectionTime` is `Infinity`. */
  retry?: SubscribeInit["retry"];
}

/** The platform's MessageEvent, whose `data` is a string here. */
export interface EventSourceMessageEvent extends MessageEvent {
  readonly data: string;
}

/** The events of an EventSource by type; those that the server names are messages, too. */
export interface EventSourceEventMap {
  error: EventSourceErrorEvent;
  message: EventSourceMessageEvent;
  open: Event;
}

/** An EventSource, the platform's too: what `this` is in a handler. */
type Handled = EventTarget & {
  readonly url: string;
  readonly withCredentials: boolean;
  readonly readyState: number;
  close(): void;
};
type Listener<E extends Event> = ((this: EventSource, event: E) => unknown) | { handleEvent(event: E): unknown } | null;
type HostListener = Parameters<EventTarget["addEventListener"]>[1];
type AddOptions = Parameters<EventTarget["addEventListener"]>[2];
type RemoveOptions = Parameters<EventTarget["removeEventListener"]>[2];

const CONNECTING = 0;
const OPEN = 1;
const CLOSED = 2;

/** 9.2.9: what has a listener lives until it is closed, referenced or not. */
const listenedTo = /* @__PURE__ */ new Set<EventSource>();
/** 9.2.9: what is collected while its connection is open has it aborted. */
const collected = /* @__PURE__ */ new FinalizationRegistry<EventSourceConnections>((connections) =>
  connections.close(),
);

/**
 * The WHATWG EventSource (HTML 9.2) over any transport. Only 200 with `text/event-stream` opens it; any other response
 * ends it for good; an end of the stream or a fault of the network connects again, with the last event ID.
 *
 * `error` events say why: they are `EventSourceErrorEvent`. Listeners that throw are reported as the host reports it
 * (`uncaughtException`, `window.onerror`), and the stream goes on.
 */
export class EventSource extends EventTarget {
  declare static readonly CONNECTING: 0;
  declare static readonly OPEN: 1;
  declare static readonly CLOSED: 2;
  declare readonly CONNECTING: 0;
  declare readonly OPEN: 1;
  declare readonly CLOSED: 2;

  readonly #url: string;
  readonly #withCredentials: boolean;
  readonly #connections: EventSourceConnections;
  // Made when they are set: most have one or two.
  #onopen: EventHandlerSlot<Handled, Event> | undefined;
  #onmessage: EventHandlerSlot<Handled, EventSourceMessageEvent> | undefined;
  #onerror: EventHandlerSlot<Handled, EventSourceErrorEvent> | undefined;
  #readyState: 0 | 1 | 2 = CONNECTING;

  /**
   * @param url resolved against the document, where there is one
   * @throws a DOMException, `SyntaxError`, for a URL that is not valid; `invalid-argument` without a transport
   */
  constructor(url: string | URL, init: EventSourceInit) {
    super();
    const target = parseUrl(url);
    checkTransport(init);
    this.#url = target.href;
    this.#withCredentials = Boolean(init.withCredentials);
    const self = new WeakRef(this);
    // Every task of the standard is one "which, if the readyState attribute is set to a value other than CLOSED, …".
    const unlessClosed = (task: (source: EventSource) => void): void => {
      const source = self.deref();
      if (source && source.#readyState !== CLOSED) task(source);
    };
    this.#connections = new EventSourceConnections(target, init, {
      announce: () => unlessClosed((source) => source.#announce()),
      dispatch: (event, origin) => unlessClosed((source) => source.#dispatch(event, origin)),
      reestablish: (cause) => unlessClosed((source) => source.#reestablish(cause)),
      fail: (cause) => unlessClosed((source) => source.#fail(cause)),
    });
    collected.register(this, this.#connections);
  }

  /** The URL as it was given, resolved. */
  get url(): string {
    return this.#url;
  }

  get withCredentials(): boolean {
    return this.#withCredentials;
  }

  /** CONNECTING (0), OPEN (1) or CLOSED (2). */
  get readyState(): 0 | 1 | 2 {
    return this.#readyState;
  }

  get onopen(): EventHandler<Handled, Event> {
    return this.#onopen?.value ?? null;
  }

  set onopen(handler: EventHandler<Handled, Event>) {
    (this.#onopen ??= new EventHandlerSlot("open")).set(this, handler);
  }

  get onmessage(): EventHandler<Handled, EventSourceMessageEvent> {
    return this.#onmessage?.value ?? null;
  }

  set onmessage(handler: EventHandler<Handled, EventSourceMessageEvent>) {
    (this.#onmessage ??= new EventHandlerSlot("message")).set(this, handler);
  }

  get onerror(): EventHandler<Handled, EventSourceErrorEvent> {
    return this.#onerror?.value ?? null;
  }

  set onerror(handler: EventHandler<Handled, EventSourceErrorEvent>) {
    (this.#onerror ??= new EventHandlerSlot("error")).set(this, handler);
  }

  /** Ends it for good: the connection is closed, and no event is fired any more. */
  close(): void {
    this.#readyState = CLOSED;
    listenedTo.delete(this);
    this.#connections.close();
  }

  override addEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: Listener<EventSourceEventMap[K]>,
    options?: AddOptions,
  ): void;
  override addEventListener(type: string, listener: Listener<EventSourceMessageEvent>, options?: AddOptions): void;
  override addEventListener(type: string, listener: Listener<never>, options?: AddOptions): void {
    super.addEventListener(type, listener as HostListener, options);
    if (listener && this.#readyState !== CLOSED) listenedTo.add(this);
  }

  override removeEventListener<K extends keyof EventSourceEventMap>(
    type: K,
    listener: Listener<EventSourceEventMap[K]>,
    options?: RemoveOptions,
  ): void;
  override removeEventListener(
    type: string,
    listener: Listener<EventSourceMessageEvent>,
    options?: RemoveOptions,
  ): void;
  override removeEventListener(type: string, listener: Listener<never>, options?: RemoveOptions): void {
    super.removeEventListener(type, listener as HostListener, options);
  }

  #announce(): void {
    this.#readyState = OPEN;
    this.dispatchEvent(new Event("open"));
  }

  #dispatch({ type, data, lastEventId }: ServerSentEvent, origin: string): void {
    this.dispatchEvent(createMessageEvent(type, { data, lastEventId, origin }));
  }

  #reestablish(cause: unknown): void {
    this.#readyState = CONNECTING;
    this.dispatchEvent(new EventSourceErrorEvent(cause));
  }

  #fail(cause: unknown): void {
    this.#readyState = CLOSED;
    listenedTo.delete(this);
    this.dispatchEvent(new EventSourceErrorEvent(cause));
  }

  static {
    const constants = { CONNECTING: constant(CONNECTING), OPEN: constant(OPEN), CLOSED: constant(CLOSED) };
    const tag = { value: "EventSource", configurable: true };
    Object.defineProperties(this, constants);
    Object.defineProperties(this.prototype, { ...constants, [Symbol.toStringTag]: tag });
    // Web IDL 3.7.6 and 3.7.7: attributes and operations are enumerable.
    for (const name of ["url", "withCredentials", "readyState", "onopen", "onmessage", "onerror", "close"]) {
      Object.defineProperty(this.prototype, name, { enumerable: true });
    }
  }
}

/** Web IDL 3.7.5. */
function constant(value: number): PropertyDescriptor {
  return { value, enumerable: true };
}

/** The message has nothing of the URL: it may carry a credential. */
function parseUrl(url: string | URL): URL {
  const host = globalThis as { document?: { baseURI?: string }; location?: { href?: string } };
  try {
    return new URL(url, host.document?.baseURI ?? host.location?.href);
  } catch {
    throw new DOMException(
      "the URL is not valid, or is relative where there is no document to be relative to",
      "SyntaxError",
    );
  }
}

function checkTransport(init: Partial<EventSourceInit> | undefined): void {
  if (typeof init?.transport?.send === "function") return;
  throw new HeadraceError(
    "invalid-argument",
    "`transport` is required: for instance undiciTransport() of @headrace/transport-undici",
  );
}
