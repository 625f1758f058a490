import type { ReceivedRequest, ScriptedConnection } from "@headrace/conformance";

/** One server, and what is done with the EventSource that connects to it: the same in a browser and over our transports. */
export interface OracleCase {
  readonly name: string;
  /** What the server does with each request, the last for all that follow. */
  readonly answers: readonly Answer[];
  /** It is over once so many events have been fired, and those that are still under way have had their time. */
  readonly events: number;
  /** Types to listen for besides `open`, `message` and `error`. */
  readonly types?: readonly string[];
  /** Closes in the handler of this event, or once a promise that it made has settled. */
  readonly close?: { readonly at: number; readonly afterTurns?: number };
  /** Only by Chromium's default reconnection time of 3 s, for the server never says another. */
  readonly slow?: true;
}

/** What an answer may use besides its connection. */
export interface AnswerContext {
  readonly request: ReceivedRequest;
  /** The origin of a server that answers with a stream of one event, `other`, and then with one, `again`, that stays. */
  readonly other: string;
  /** Resolves when the EventSource has fired so many events. */
  fired(count: number): Promise<void>;
}

export type Answer = (connection: ScriptedConnection, context: AnswerContext) => Promise<void>;

type Part = string | Uint8Array;

const anyOrigin = "Access-Control-Allow-Origin: *\r\n";
export const eventStream = "Content-Type: text/event-stream\r\n";

/** The head of a response, any origin allowed. */
export function head(status: string, fields: string): string {
  return `HTTP/1.1 ${status}\r\n${anyOrigin}${fields}\r\n`;
}

function chunk(part: Part): Uint8Array {
  const bytes = typeof part === "string" ? Buffer.from(part) : part;
  return Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")]);
}

const lastChunk = "0\r\n\r\n";

/** An event stream that stays open after these parts, each a chunk. */
export function stream(...parts: Part[]): Answer {
  return streamWith(eventStream, ...parts);
}

/** The same, with these header fields instead of the content type. */
export function streamWith(fields: string, ...parts: Part[]): Answer {
  return async (connection) => {
    await connection.send(head("200 OK", `${fields}Transfer-Encoding: chunked\r\n`));
    for (const part of parts) await connection.send(chunk(part));
    await connection.closed();
  };
}

/** An event stream that ends in good order. */
export function ended(...parts: Part[]): Answer {
  return async (connection) => {
    const head200 = head("200 OK", `${eventStream}Transfer-Encoding: chunked\r\n`);
    await connection.send(head200, ...parts.map(chunk), lastChunk);
  };
}

/** A response that ends at once, with this body. */
export function response(status: string, fields: string, body = ""): Answer {
  return async (connection) => {
    const length = /^(204|304)/.test(status) ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\n`;
    await connection.send(head(status, fields + length), body);
  };
}

/** Bytes as they are, then what `end` does once the EventSource has fired so many events. */
export function broken(bytes: string, end: "fin" | "rst", fired = 0): Answer {
  return async (connection, context) => {
    if (bytes !== "") await connection.send(bytes);
    await context.fired(fired);
    connection[end]();
  };
}

/** A redirect to a path of this server, or to the other one. */
export function redirect(status: string, location: string): Answer {
  return async (connection, { other }) => {
    const target = location.replace("other:", other);
    await connection.send(head(status, `Location: ${target}\r\nContent-Length: 0\r\n`));
  };
}
