import type { Timeouts } from "./clocks.ts";
import { createHeaders, fieldValue, type HeadersSource, token } from "./create-headers.ts";
import { encodeBody, type RequestBody } from "./encode-body.ts";
import { HeadraceError, invalidArgument } from "./headrace-error.ts";
import type { Transport, TransportRequest } from "./transport.ts";

/** What may be said of a request, by every verb. */
export interface RequestOptions {
  /** Which HTTP stack: there is no default, it is the choice. */
  transport: Transport;
  /** Default: POST with `body` or `json`, else GET. */
  method?: string | undefined;
  /** Values are byte strings (U+0000 to U+00FF, as in Fetch). */
  headers?: HeadersSource | undefined;
  /** Read whole before anything is sent. `Blob` and `FormData` not in blocking calls. */
  body?: RequestBody | null | undefined;
  /** Serialised as the body, with `content-type: application/json` unless the headers have one. */
  json?: unknown;
  /** Ends the call: it fails with `signal.reason`. */
  signal?: AbortSignal | null | undefined;
  /** In ms; 0 is off. */
  timeouts?: Timeouts | undefined;
  /** Read by a browser's fetch alone. */
  credentials?: "omit" | "same-origin" | "include" | undefined;
}

/** What a verb adds: headers that a user's replace. */
export interface RequestDefaults {
  accept?: string;
  lastEventId?: string | undefined;
}

/** A request without its signal: each hop has one of its own. */
export type UnsentRequest = Omit<TransportRequest, "signal">;

/**
 * Checks everything that a user said and makes the request of it, before anything is sent and before any
 * constructor of the platform could put a credential into an error's message (contract, section 10).
 *
 * @returns a promise only where the body needs one (`Blob`, `FormData`)
 * @throws `invalid-argument`, or `unsupported` where this transport cannot do what is asked
 */
export function createRequest(
  url: string | URL,
  options: RequestOptions,
  defaults: RequestDefaults = {},
): UnsentRequest | Promise<UnsentRequest> {
  checkTransport(options.transport);
  const { target, authorization } = parseUrl(url);
  const connectTimeout = connectTimeoutOf(options);
  const method = methodOf(options);
  const headers = createHeaders(options.headers, options.transport.supports.forbiddenHeaders ?? []);
  addDefault(headers, "authorization", authorization);
  addDefault(headers, "accept", defaults.accept);
  if (!options.transport.supports.forbiddenHeaders?.includes("accept-encoding")) {
    addDefault(headers, "accept-encoding", "identity");
  }
  if (defaults.lastEventId) headers.set("last-event-id", lastEventIdBytes(defaults.lastEventId));
  const { credentials } = options;
  const finish = ({ bytes, type }: { bytes: Uint8Array | null; type?: string | undefined }): UnsentRequest => {
    if (bytes && (method === "GET" || method === "HEAD"))
      throw invalidArgument(`a ${method} request cannot have a body`);
    addDefault(headers, "content-type", type);
    return { url: target, method, headers, body: bytes, connectTimeout, ...(credentials && { credentials }) };
  };
  const body = encodeBody(options);
  return body instanceof Promise ? body.then(finish) : finish(body);
}

function checkTransport(transport: Transport | undefined): void {
  if (typeof transport?.send !== "function" || typeof transport.supports !== "object") {
    throw invalidArgument("`transport` is required: for instance undiciTransport() of @headrace/transport-undici");
  }
  const contract: number = transport.supports.contract ?? 1;
  if (contract > 1) {
    const message = `${transport.name} follows version ${contract} of the transport contract, this core version 1: update @headrace/core`;
    throw new HeadraceError("unsupported", message);
  }
}

function parseUrl(input: string | URL): { target: URL; authorization: string | undefined } {
  let target: URL;
  try {
    target = new URL(input, baseUrl());
  } catch {
    throw invalidArgument("the URL is not valid, or is relative where there is no document to be relative to");
  }
  if (target.protocol !== "http:" && target.protocol !== "https:") {
    throw invalidArgument(`the URL must be http or https, not ${target.protocol}`);
  }
  const { username, password } = target;
  // Setting one, were it to "", makes the URL anew: half a microsecond each.
  if (username || password) target.username = target.password = "";
  if (target.href.includes("#")) target.hash = "";
  const userinfo = username || password ? `${percentDecode(username)}:${percentDecode(password)}` : undefined;
  return { target, authorization: userinfo && `Basic ${btoa(byteString(userinfo))}` };
}

function baseUrl(): string | undefined {
  const host = globalThis as { document?: { baseURI?: string }; location?: { href?: string } };
  return host.document?.baseURI ?? host.location?.href;
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** UTF-8 as a byte string, which is what a field value is. */
function byteString(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join("");
}

function lastEventIdBytes(id: string): string {
  const value = byteString(id);
  if (!fieldValue.test(value)) {
    throw invalidArgument(
      "the last event ID (`lastEventId`) has a control character, which HTTP does not allow in a header",
    );
  }
  return value;
}

const upperCased = /^(delete|get|head|options|post|put)$/i;
const refusedMethods = /^(connect|trace|track)$/i;

function methodOf({ method, body, json }: RequestOptions): string {
  if (method === undefined) return body != null || json !== undefined ? "POST" : "GET";
  if (!token.test(method)) throw invalidArgument("`method` is not a token (RFC 9110 section 9.1)");
  if (refusedMethods.test(method)) throw invalidArgument(`the method ${method.toUpperCase()} is not for this`);
  return upperCased.test(method) ? method.toUpperCase() : method;
}

const clockNames = ["connect", "head", "firstEvent", "idle", "total"];

function connectTimeoutOf({ transport, timeouts = {} }: RequestOptions): number {
  for (const [name, ms] of Object.entries(timeouts)) {
    if (!clockNames.includes(name)) throw invalidArgument(`\`timeouts.${name}\` is none of ${clockNames.join(", ")}`);
    if (ms === undefined || (typeof ms === "number" && ms >= 0) || (name === "idle" && ms === "auto")) continue;
    throw invalidArgument(
      `\`timeouts.${name}\` must be a number of ms, 0 for none${name === "idle" ? ', or "auto"' : ""}`,
    );
  }
  const { connect } = timeouts;
  if (!transport.supports.connectTimeout) {
    if (connect && connect !== Infinity) {
      throw new HeadraceError(
        "unsupported",
        `${transport.name} cannot keep \`timeouts.connect\`: use \`timeouts.head\``,
      );
    }
    return 0;
  }
  return connect === Infinity ? 0 : (connect ?? 10_000);
}

function addDefault(headers: Headers, name: string, value: string | undefined): void {
  if (value !== undefined && !headers.has(name)) headers.set(name, value);
}
