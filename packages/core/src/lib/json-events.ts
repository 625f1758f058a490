import type { ServerSentEvent } from "./event-stream-parser.ts";
import { HeadraceError } from "./headrace-error.ts";

/** The part of Standard Schema 1 (standardschema.dev) that is used here: what zod, valibot, arktype and others implement. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[] };

/** An event whose data was JSON. */
export type JsonEvent<Data = unknown, Type extends string = string> = Omit<ServerSentEvent, "data" | "type"> & {
  readonly type: Type;
  readonly data: Data;
};

/** One schema for each event type. */
export type SchemaByType = Readonly<Record<string, StandardSchema>>;

type EventOfType<S extends SchemaByType> = {
  [T in keyof S & string]: S[T] extends StandardSchema<infer Output> ? JsonEvent<Output, T> : never;
}[keyof S & string];

/**
 * Parses the data of each event as JSON and, with a schema, validates it.
 *
 * With one schema for each type, events of another type are passed over, as WHATWG passes over events
 * that nobody listens for. Leaving the loop ends `events`.
 *
 * @param events a stream of `openEventStream`, or any iterable of events
 * @throws `invalid-data`, with the event, for malformed JSON or data that the schema refuses
 */
export function jsonEvents(events: AsyncIterable<ServerSentEvent>): AsyncGenerator<JsonEvent, void, undefined>;
export function jsonEvents<Data>(
  events: AsyncIterable<ServerSentEvent>,
  schema: StandardSchema<Data>,
): AsyncGenerator<JsonEvent<Data>, void, undefined>;
export function jsonEvents<S extends SchemaByType>(
  events: AsyncIterable<ServerSentEvent>,
  schemas: S,
): AsyncGenerator<EventOfType<S>, void, undefined>;
export async function* jsonEvents(
  events: AsyncIterable<ServerSentEvent>,
  schema?: StandardSchema | SchemaByType,
): AsyncGenerator<JsonEvent, void, undefined> {
  let delivered = 0;
  for await (const event of events) {
    const applies = schema === undefined || isSchema(schema) ? schema : ownSchema(schema, event.type);
    if (schema !== undefined && applies === undefined) continue;
    const failure = { event, eventsDelivered: delivered++, lastEventId: event.lastEventId };
    const parsed = parse(failure);
    const data = applies === undefined ? parsed : await validate(applies, parsed, failure);
    yield { ...event, data };
  }
}

/** An event's type is the server's word: it must not reach `constructor` and the like. */
function ownSchema(schemas: SchemaByType, type: string): StandardSchema | undefined {
  return Object.hasOwn(schemas, type) ? schemas[type] : undefined;
}

function isSchema(schema: StandardSchema | SchemaByType): schema is StandardSchema {
  return "~standard" in schema;
}

/** What an error says of the event that it is about. */
interface Failure {
  event: ServerSentEvent;
  eventsDelivered: number;
  lastEventId: string;
}

function parse(failure: Failure): unknown {
  const { event } = failure;
  try {
    return JSON.parse(event.data);
  } catch {
    const hint = event.data === "[DONE]" ? ': open the stream with terminal: "[DONE]"' : "";
    const message = `the data of a ${JSON.stringify(event.type)} event is not JSON${hint}`;
    throw new HeadraceError("invalid-data", message, failure);
  }
}

async function validate(schema: StandardSchema, value: unknown, failure: Failure): Promise<unknown> {
  const result = await schema["~standard"].validate(value);
  if (!result.issues) return result.value;
  const issues = result.issues.map(({ message }) => message).join("; ");
  const message = `the schema refuses the data of a ${JSON.stringify(failure.event.type)} event: ${issues}`;
  throw new HeadraceError("invalid-data", message, failure);
}
