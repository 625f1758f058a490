import type { BodySource } from "./collect-body.ts";
import type { HeadersSource } from "../create-headers.ts";
import { isRequestBody, type RequestBody } from "../encode-body.ts";
import { invalidArgument } from "../headrace-error.ts";
import type { Transport } from "../transport.ts";

/** What a fetch takes first: a URL or a `Request`. */
export type FetchInput = Parameters<typeof globalThis.fetch>[0];

/** What one call of a fetch asks for, `init` laid over the `Request`. */
export interface FetchArguments {
  readonly url: string;
  readonly method: string;
  readonly headers: HeadersSource | undefined;
  readonly body: RequestBody | null;
  /** A body that comes in pieces; `body` is then null. */
  readonly stream: BodySource | null;
  readonly signal: AbortSignal | null | undefined;
  readonly redirect: NonNullable<RequestInit["redirect"]>;
  readonly credentials: RequestInit["credentials"];
}

/**
 * Reads the arguments of a fetch as the `Request` constructor does (Fetch Standard, section 5.4), without making one:
 * its errors would repeat what they complain of, which may be a credential.
 *
 * @throws `invalid-argument`
 */
export function readFetchArguments(
  input: FetchInput,
  init: RequestInit | null | undefined,
  transport: Transport,
): FetchArguments {
  const given = init ?? {};
  if (typeof given !== "object") throw invalidArgument("the second argument must be an object");
  const request = isRequest(input) ? input : undefined;
  const body: unknown = given.body ?? bodyOf(request);
  const credentials = given.credentials ?? request?.credentials;
  if (credentials !== undefined && !["omit", "same-origin", "include"].includes(credentials))
    throw invalidArgument('`credentials` must be "omit", "same-origin" or "include"');
  const { duplex = "half" } = given as { duplex?: unknown }; // Not every library of types has it.
  if (duplex !== "half") throw invalidArgument('`duplex` must be "half"');
  return {
    url: withoutUserinfo(isRequest(input) ? input.url : String(input)),
    method: given.method ?? request?.method ?? "GET",
    headers: sendable(given.headers ?? request?.headers, transport),
    ...(isSource(body) ? { body: null, stream: body } : { body: encodable(body), stream: null }),
    signal: given.signal === undefined ? request?.signal : given.signal,
    redirect: given.redirect ?? request?.redirect ?? "follow",
    credentials,
  };
}

/** By its shape: it may come from another realm, or from a library. */
function isRequest(input: FetchInput): input is Request {
  return typeof input === "object" && input !== null && "url" in input && "method" in input;
}

/** Firefox has no `Request.body`. */
function bodyOf(request: Request | undefined): BodySource | null {
  if (!request || request.method === "GET" || request.method === "HEAD") return null;
  if (request.body !== undefined) return request.body;
  return (async function* () {
    yield new Uint8Array(await request.arrayBuffer());
  })();
}

/** Section 5.4: "If parsedURL includes credentials, then throw a TypeError." What is no URL is found out later. */
function withoutUserinfo(url: string): string {
  if (!URL.canParse(url, "http://localhost")) return url;
  const { username, password } = new URL(url, "http://localhost");
  if (username || password)
    throw invalidArgument("the URL has credentials, which fetch does not take: send them as the header authorization");
  return url;
}

// Fetch Standard, "forbidden request-header", those of the connection: the transport makes them.
const ofConnection = /^(connection|content-length|expect|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$/i;

/** As `Headers` takes them: any value becomes a string, white space around it goes, forbidden names go without a word. */
function sendable(source: unknown, { supports }: Transport): HeadersSource | undefined {
  if (source === undefined || source === null) return undefined;
  if (typeof source !== "object") throw invalidArgument("`headers` must be Headers, an object, or pairs");
  const pairs: Iterable<unknown> = Symbol.iterator in source ? (source as Iterable<unknown>) : Object.entries(source);
  const kept: (readonly [string, string])[] = [];
  for (const pair of pairs) {
    const [name = "", value = "", ...rest] = isIterable(pair) ? Array.from(pair, String) : [];
    if (!isIterable(pair) || rest.length > 0) throw invalidArgument("`headers` must be pairs of a name and a value");
    const forbidden = ofConnection.test(name) || supports.forbiddenHeaders?.includes(name.toLowerCase());
    if (!forbidden) kept.push([name, value.replace(/^[\t\n\r ]+|[\t\n\r ]+$/g, "")]);
  }
  return kept;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function isSource(body: unknown): body is BodySource {
  return typeof body === "object" && body !== null && ("getReader" in body || Symbol.asyncIterator in body);
}

/** What is neither an object nor nothing is sent as text. Fetch would send an object as "[object Object]". */
function encodable(body: unknown): RequestBody | null {
  if (body === undefined || body === null) return null;
  if (isRequestBody(body)) return body;
  if (typeof body !== "object") return (body as number).toString();
  throw invalidArgument(
    "`body` must be a string, bytes, Blob, URLSearchParams, FormData, a stream or an async iterable; of an object, JSON.stringify makes a string",
  );
}
