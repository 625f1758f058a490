import type { HeadraceErrorCode } from "./headrace-error.ts";
import type { ResponseHead, Transport } from "./transport.ts";

/** Why a response is not what was asked for; its body is read for the error. */
export interface Refusal {
  code: HeadraceErrorCode;
  message: string;
}

/** What a verb asks of a response. */
export interface Demands {
  /** An event stream, so neither 204 nor 205, and `text/event-stream` unless `anyContentType`. */
  eventStream?: boolean;
  anyContentType?: boolean;
  /** A redirect is as good as 2xx: `redirect: "manual"` of `request`. */
  redirects?: boolean;
}

/** Judges a final response by its head: status, no-content, content coding, content type, in that order. */
export function judgeResponse(head: ResponseHead, transport: Transport, demands: Demands): Refusal | undefined {
  const { status, headers } = head;
  if (demands.redirects && status >= 300 && status < 400) return undefined;
  if (status < 200 || status > 299) return { code: "status", message: "the server refused" };
  if (demands.eventStream && (status === 204 || status === 205)) {
    return { code: "no-content", message: "the server has no stream to send" };
  }
  const codings = contentCodings(headers);
  if (codings.length > MAX_CODINGS) {
    return { code: "protocol", message: `${codings.length} content codings, one over the other` };
  }
  const known: readonly string[] = transport.supports.decompression ?? [];
  const coding = codings.find((name) => !known.includes(name));
  if (coding !== undefined) {
    return {
      code: "unsupported",
      message: `${transport.name} cannot undo the content coding ${quoted(coding)}: ask for another with accept-encoding`,
    };
  }
  if (!demands.eventStream || demands.anyContentType) return undefined;
  const type = headers.get("content-type") ?? "";
  if (essence(type) === "text/event-stream") return undefined;
  const what = type ? quoted(type) : "no content type";
  return {
    code: "content-type",
    message: `a response with ${what} where text/event-stream was asked for (contentType: "ignore" reads it all the same)`,
  };
}

/** The MIME type's essence (WHATWG MIME Sniffing), lower-case. */
function essence(contentType: string): string {
  return (contentType.split(/[;,]/, 1)[0] ?? "").trim().toLowerCase();
}

/** More than this is not a response but an attack: each may multiply the work. What implementations of Fetch accept. */
const MAX_CODINGS = 5;

/** The content codings (RFC 9110 section 8.4.1) but `identity`, lower-case. */
function contentCodings(headers: Headers): string[] {
  const value = headers.get("content-encoding");
  if (!value) return [];
  return value
    .split(",")
    .map((coding) =>
      coding
        .trim()
        .toLowerCase()
        .replace(/^x-gzip$/, "gzip"),
    )
    .filter((coding) => coding !== "" && coding !== "identity");
}

/** The server's words in a message: not many of them. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 100 ? `${text.slice(0, 100)}…` : text);
}

/** `Retry-After` (RFC 9110 section 10.2.3) in ms from now, or undefined. */
export function retryAfter(headers: Headers): number | undefined {
  const value = headers.get("retry-after")?.trim();
  if (!value) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
