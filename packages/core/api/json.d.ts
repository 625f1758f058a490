/** One dispatched event (WHATWG HTML 9.2.6). */
interface ServerSentEvent {
  /** `message` unless an `event` field says otherwise. */
  readonly type: string;
  /** The data lines, joined by LF. */
  readonly data: string;
  /** The stream's memory: the last `id` seen so far, `""` if none. */
  readonly lastEventId: string;
  /** This event's own `id` field, or undefined. */
  readonly id: string | undefined;
}
/** The part of Standard Schema 1 (standardschema.dev) that is used here: what zod, valibot, arktype and others implement. */
interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: {
      readonly input: unknown;
      readonly output: Output;
    } | undefined;
  };
}
type StandardResult<Output> = {
  readonly value: Output;
  readonly issues?: undefined;
} | {
  readonly issues: readonly {
    readonly message: string;
    readonly path?: readonly unknown[] | undefined;
  }[];
};
/** An event whose data was JSON. */
type JsonEvent<Data = unknown, Type extends string = string> = Omit<ServerSentEvent, "data" | "type"> & {
  readonly type: Type;
  readonly data: Data;
};
/** One schema for each event type. */
type SchemaByType = Readonly<Record<string, StandardSchema>>;
type EventOfType<S extends SchemaByType> = { [T in keyof S & string]: S[T] extends StandardSchema<infer Output> ? JsonEvent<Output, T> : never; }[keyof S & string];
/**
 * Parses the data of each event as JSON and, with a schema, validates it.
 *
 * With one schema for each type, events of another type are passed over, as WHATWG passes over events
 * that nobody listens for. Leaving the loop ends `events`.
 *
 * @param events a stream of `openEventStream`, or any iterable of events
 * @throws `invalid-data`, with the event, for malformed JSON or data that the schema refuses
 */
export declare function jsonEvents(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<JsonEvent, void, undefined>;
export declare function jsonEvents<Data>(events: AsyncIterable<ServerSentEvent>, schema: StandardSchema<Data>): AsyncGenerator<JsonEvent<Data>, void, undefined>;
export declare function jsonEvents<S extends SchemaByType>(events: AsyncIterable<ServerSentEvent>, schemas: S): AsyncGenerator<EventOfType<S>, void, undefined>;
export type { JsonEvent, SchemaByType, StandardSchema };
