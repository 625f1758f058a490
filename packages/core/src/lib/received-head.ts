import type { ResponseHead, TransportRequest } from "./transport.ts";
import { TransportError } from "./transport-error.ts";

/** Contract 7, row 5: more make the message not HTTP. */
const maxFields = 1000;

/**
 * Copies field lines as received: repeated ones in order, `Set-Cookie` lines apart.
 *
 * @param lines names and values in turn, one character a byte, such as `rawHeaders` and `rawTrailers` of node:http
 * @param phase `body` for trailers
 * @throws `protocol` for more than 1,000, or one that is no field; never with a value in it
 */
export function receivedHeaders(lines: readonly string[], phase: "head" | "body" = "head"): Headers {
  if (lines.length > 2 * maxFields) throw notHttp(`more than ${maxFields} fields`, phase);
  const headers = new Headers();
  try {
    for (let at = 0; at < lines.length; at += 2) headers.append(lines[at] ?? "", lines[at + 1] ?? "");
  } catch {
    throw notHttp("a field that HTTP does not allow", phase);
  }
  return headers;
}

/** What node:http says of a response, in an `IncomingMessage`. */
export interface RawHead {
  readonly statusCode?: number | undefined;
  readonly statusMessage?: string | undefined;
  /** Without `HTTP/`. */
  readonly httpVersion: string;
  /** Names and values in turn. */
  readonly rawHeaders: readonly string[];
}

/**
 * Reads a final head of HTTP/1 and refuses what HTTP stacks let pass: another version, a status below 200, such as a 101
 * that nobody asked for, and a transfer coding but `chunked` (RFC 9112 section 7), which would be left on the body.
 *
 * @throws `protocol`; also what `receivedHeaders` throws
 */
export function receivedHead({ url, method }: TransportRequest, raw: RawHead): ResponseHead {
  const { statusCode: status = 0, statusMessage: statusText = "" } = raw;
  if (!/^1\.[01]$/.test(raw.httpVersion)) throw notHttp("neither the version 1.0 nor 1.1");
  if (status < 200) throw notHttp("a status below 200 that nobody asked for");
  const headers = receivedHeaders(raw.rawHeaders);
  const codings = headers.get("transfer-encoding")?.toLowerCase().split(",") ?? [];
  // RFC 7230 took `identity` out.
  const applied = codings.map((coding) => coding.trim()).filter((coding) => coding !== "" && coding !== "identity");
  const hasBody = method !== "HEAD" && status !== 204 && status !== 304;
  if (hasBody && applied.length > 0 && applied.join() !== "chunked")
    throw notHttp("a Transfer-Encoding that nobody asked for");
  return { url: url.href, status, statusText, httpVersion: raw.httpVersion === "1.0" ? "1.0" : "1.1", headers };
}

function notHttp(what: string, phase: "head" | "body" = "head"): TransportError {
  return new TransportError("protocol", `the response is not HTTP: it has ${what}`, { phase });
}
