/** One dispatched event (WHATWG HTML 9.2.6). */
export interface ServerSentEvent {
  /** `message` unless an `event` field says otherwise. */
  readonly type: string;
  /** The data lines, joined by LF. */
  readonly data: string;
  /** The stream's memory: the last `id` seen so far, `""` if none. */
  readonly lastEventId: string;
  /** This event's own `id` field, or undefined. */
  readonly id: string | undefined;
}
