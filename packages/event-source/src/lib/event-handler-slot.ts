/** What `onopen`, `onmessage` and `onerror` hold. */
export type EventHandler<T extends EventTarget, E extends Event> = ((this: T, event: E) => unknown) | null;

/**
 * One event handler IDL attribute (WHATWG HTML 8.1.8.1): a listener that keeps its place when its handler is replaced,
 * and loses it when the handler is set to null.
 */
export class EventHandlerSlot<T extends EventTarget, E extends Event> {
  readonly #type: string;
  #value: EventHandler<T, E> = null;

  constructor(type: string) {
    this.#type = type;
  }

  get value(): EventHandler<T, E> {
    return this.#value;
  }

  /**
   * @param value anything: `LegacyTreatNonObjectAsNull` (Web IDL 3.3.13) makes null of what is no object, and an object
   * that cannot be called is kept and never called
   */
  set(target: T, value: EventHandler<T, E>): void {
    const isObject = typeof value === "function" || typeof value === "object";
    const next = isObject ? value : null;
    if (next === null) target.removeEventListener(this.#type, this.#listener);
    else target.addEventListener(this.#type, this.#listener); // Does nothing where it is one already.
    this.#value = next;
  }

  readonly #listener = (event: Event): void => {
    if (typeof this.#value === "function") this.#value.call(event.currentTarget as T, event as E);
  };
}
