import { HeadraceErrorCode, SubscribeInit, Transport } from "@headrace/core";
/** What `onopen`, `onmessage` and `onerror` hold. */
type EventHandler<T extends EventTarget, E extends Event> = ((this: T, event: E) => unknown) | null;
/**
 * The `error` event of an EventSource: the plain event that the standard asks for, and why it came. `readyState` says
 * what follows: CONNECTING another connection, CLOSED nothing more.
 *
 * The fields are optional by type so that a handler that takes one can stand where one of a plain Event is asked for.
 */
export declare class EventSourceErrorEvent extends Event {
  /** The `HeadraceError`, or what the `headers` function threw; undefined where the stream came to a clean end. */
  readonly error?: unknown;
  /** The error's code; undefined where there is none. */
  readonly code?: HeadraceErrorCode | undefined;
  /** The HTTP status of the response, where there was one. */
  readonly status?: number | undefined;
  /** What happened, for people. */
  readonly message?: string;
  /** @param cause what ended the connection; undefined for a clean end */
  constructor(cause: unknown);
}
/** What an EventSource takes: the standard's `withCredentials`, and of `subscribe` what its requests need. */
interface EventSourceInit extends Pick<SubscribeInit, "credentialHeaders" | "headers" | "idleCounts" | "lastEventId" | "maxEventSize" | "timeouts"> {
  /** Which HTTP stack: required. */
  transport: Transport;
  /** Whether a browser's fetch sends credentials to another origin, too. Default false. */
  withCredentials?: boolean | undefined;
  /** As in `subscribe`, but the server's `retry:` is obeyed also above `maxDelay`: `maxReconnectionTime` is `Infinity`. */
  retry?: SubscribeInit["retry"];
}
/** The platform's MessageEvent, whose `data` is a string here. */
interface EventSourceMessageEvent extends MessageEvent {
  readonly data: string;
}
/** The events of an EventSource by type; those that the server names are messages, too. */
interface EventSourceEventMap {
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
type Listener<E extends Event> = ((this: EventSource, event: E) => unknown) | {
  handleEvent(event: E): unknown;
} | null;
type AddOptions = Parameters<EventTarget["addEventListener"]>[2];
type RemoveOptions = Parameters<EventTarget["removeEventListener"]>[2];
/**
 * The WHATWG EventSource (HTML 9.2) over any transport. Only 200 with `text/event-stream` opens it; any other response
 * ends it for good; an end of the stream or a fault of the network connects again, with the last event ID.
 *
 * `error` events say why: they are `EventSourceErrorEvent`. Listeners that throw are reported as the host reports it
 * (`uncaughtException`, `window.onerror`), and the stream goes on.
 */
export declare class EventSource extends EventTarget {
  #private;
  static readonly CONNECTING: 0;
  static readonly OPEN: 1;
  static readonly CLOSED: 2;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
  /**
   * @param url resolved against the document, where there is one
   * @throws a DOMException, `SyntaxError`, for a URL that is not valid; `invalid-argument` without a transport
   */
  constructor(url: string | URL, init: EventSourceInit);
  /** The URL as it was given, resolved. */
  get url(): string;
  get withCredentials(): boolean;
  /** CONNECTING (0), OPEN (1) or CLOSED (2). */
  get readyState(): 0 | 1 | 2;
  get onopen(): EventHandler<Handled, Event>;
  set onopen(handler: EventHandler<Handled, Event>);
  get onmessage(): EventHandler<Handled, EventSourceMessageEvent>;
  set onmessage(handler: EventHandler<Handled, EventSourceMessageEvent>);
  get onerror(): EventHandler<Handled, EventSourceErrorEvent>;
  set onerror(handler: EventHandler<Handled, EventSourceErrorEvent>);
  /** Ends it for good: the connection is closed, and no event is fired any more. */
  close(): void;
  override addEventListener<K extends keyof EventSourceEventMap>(type: K, listener: Listener<EventSourceEventMap[K]>, options?: AddOptions): void;
  override addEventListener(type: string, listener: Listener<EventSourceMessageEvent>, options?: AddOptions): void;
  override removeEventListener<K extends keyof EventSourceEventMap>(type: K, listener: Listener<EventSourceEventMap[K]>, options?: RemoveOptions): void;
  override removeEventListener(type: string, listener: Listener<EventSourceMessageEvent>, options?: RemoveOptions): void;
}
/** The class that `createEventSource` makes: it can stand where the platform's own is asked for. */
interface EventSourceConstructor {
  /** @param init what it gives replaces the defaults */
  new (url: string | URL, init?: Partial<EventSourceInit>): EventSource;
  readonly prototype: EventSource;
  readonly CONNECTING: 0;
  readonly OPEN: 1;
  readonly CLOSED: 2;
}
/**
 * Makes an EventSource class with these options filled in, for code that takes one or makes its own:
 * `createEventSource({ transport }) satisfies typeof globalThis.EventSource`.
 */
export declare function createEventSource(defaults: EventSourceInit): EventSourceConstructor;
export type { EventHandler, EventSourceConstructor, EventSourceEventMap, EventSourceInit, EventSourceMessageEvent };
