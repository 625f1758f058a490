import { codeOfNodeError, TransportError } from "@headrace/core/transport";

interface NodeError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
}

/** What is known of the exchange when it fails. */
export interface Circumstances {
  /** Whether the head had been read. */
  readonly head: boolean;
  /** Whether the message had a length, chunks or streams. */
  readonly framed: boolean;
  /** What the socket itself failed with first: undici blames its parser where the connection was reset. */
  readonly socketError: Error | undefined;
  /** The protocol, while a given dispatcher has not said that it is connected. */
  readonly connecting: string | undefined;
}

/** Turns what undici reports of an exchange into a `TransportError`: contract, section 7, rows 4 to 9. */
export function toTransportError(error: unknown, circumstances: Circumstances): TransportError {
  const { head, framed, socketError, connecting } = circumstances;
  const found = http2Mismatch(error) ?? codeOfNodeError(error, head);
  const lost = found === undefined || found === "truncated" || found === "reset";
  const socketCode = lost && socketError ? codeOfNodeError(socketError, head) : undefined;
  // An error that no table knows, after the request went out: the connection did not survive.
  const told = socketCode ?? found ?? (head && framed ? "truncated" : "reset");
  const code = connecting !== undefined && told === "reset" ? (connecting === "https:" ? "tls" : "connect") : told;
  const cause = socketCode ? socketError : error;
  const detail = detailOf(cause);
  // A parser's error carries the bytes it stumbled on, an argument's its value.
  const keep = code !== "protocol" && code !== "invalid-argument";
  return new TransportError(code, `${describe[code] ?? code}: ${messageOf(cause)}`, {
    phase: head ? "body" : connectCodes.has(code) ? "connect" : "head",
    ...(keep && { cause }),
    ...(detail && { detail }),
    ...(isRefusedStream(error) && { retryable: true }),
  });
}

/** Turns what failed while a connection was being opened into a `TransportError`: rows 1, 2 and 4. */
export function toConnectError(error: unknown, step: "tcp" | "tls", peer: string): TransportError {
  const code = step === "tls" ? "tls" : codeOfNodeError(error) === "dns" ? "dns" : "connect";
  const failed = { dns: "could not resolve", connect: "could not connect to", tls: "the TLS handshake failed with" }[
    code
  ];
  const detail = detailOf(error);
  return new TransportError(code, `${failed} ${peer}: ${messageOf(error)}`, {
    cause: error,
    phase: "connect",
    ...(detail && { detail }),
  });
}

// Of undici's clocks only the connect clock of a given dispatcher runs.
const connectCodes = new Set(["dns", "connect", "proxy", "tls", "timeout"]);

/** RFC 9113 section 7. */
const PROTOCOL_ERROR = 1;
const REFUSED_STREAM = 7;

const describe: Partial<Record<string, string>> = {
  protocol: "the response is not HTTP",
  reset: "the connection was lost",
  truncated: "the response was cut short",
  tls: "TLS failed",
  dns: "the name could not be resolved",
  connect: "no connection",
  proxy: "the proxy refused",
};

const details: readonly (readonly [RegExp, string])[] = [
  [/^ERR_TLS_CERT_ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, "hostname"],
  [/^CERT_HAS_EXPIRED$|^CERT_NOT_YET_VALID$/, "expired"],
  [/SELF_SIGNED|^UNABLE_TO_(GET_ISSUER|VERIFY)|^CERT_(UNTRUSTED|SIGNATURE)/, "untrusted"],
  [/^ECONNREFUSED$/, "refused"],
];

function detailOf(error: unknown): string | undefined {
  const { code } = (error ?? {}) as NodeError;
  return typeof code === "string" ? (details.find(([pattern]) => pattern.test(code))?.[1] ?? code) : undefined;
}

function messageOf(error: unknown): string {
  const { message, errors } = (error ?? {}) as NodeError;
  const first: unknown = Array.isArray(errors) ? (errors[0] as NodeError | undefined)?.message : undefined;
  return String(message || first || error);
}

/** undici calls any HTTP/2 stream short of its Content-Length a mismatch; without another's RST_STREAM it is one. */
function http2Mismatch(error: unknown): "protocol" | "reset" | undefined {
  const { code, http2ErrorCode } = (error ?? {}) as { code?: unknown; http2ErrorCode?: unknown };
  if (code !== "UND_ERR_RES_CONTENT_LENGTH_MISMATCH" || typeof http2ErrorCode !== "number") return undefined;
  return http2ErrorCode === PROTOCOL_ERROR ? "protocol" : "reset";
}

function isRefusedStream(error: unknown): boolean {
  return (error as { http2ErrorCode?: unknown } | null)?.http2ErrorCode === REFUSED_STREAM;
}
