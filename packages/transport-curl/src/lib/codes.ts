import { constants } from "node:os";
import { TransportError, type TransportErrorOptions } from "@headrace/core/transport";
import type { Framing } from "./response-head.ts";

/** What libcurl says of a transfer that failed, and how far the exchange had come. */
export interface CurlFailure {
  /** `CURLcode`. */
  readonly code: number;
  /** `CURLOPT_ERRORBUFFER`, with nothing secret in it. */
  readonly text: string;
  readonly osErrno: number;
  /** Status of the answer to CONNECT; 0 for none. */
  readonly connectStatus: number;
  /** `CURLINFO_PROXY_ERROR`, a `CURLPX_*`. */
  readonly proxyError: number;
  /** Whether the connection stood, TLS included, when it failed. */
  readonly connected: boolean;
  /** Whether `connectTimeout` had passed. */
  readonly connectTimedOut: boolean;
  readonly headComplete: boolean;
  readonly framing: Framing;
  /** Whether the peer refused the stream unprocessed (RFC 9113 section 8.7). */
  readonly refused: boolean;
}

type Code = InstanceType<typeof TransportError>["code"];

/** Codes that mean the same whenever they come. */
const always: Readonly<Record<number, Code>> = {
  2: "internal", // FAILED_INIT
  3: "dns", // URL_MALFORMAT: core has checked the URL, so it is a name that libcurl will not look up, such as a$b
  4: "unsupported", // NOT_BUILT_IN
  5: "dns", // COULDNT_RESOLVE_PROXY
  6: "dns", // COULDNT_RESOLVE_HOST
  7: "connect", // COULDNT_CONNECT
  96: "connect", // QUIC_CONNECT_ERROR
  35: "tls", // SSL_CONNECT_ERROR
  51: "tls",
  53: "tls",
  54: "tls",
  58: "tls", // SSL_CERTPROBLEM
  59: "tls",
  60: "tls", // PEER_FAILED_VERIFICATION
  64: "tls",
  66: "tls",
  77: "tls", // SSL_CACERT_BADFILE
  80: "tls",
  82: "tls",
  83: "tls",
  90: "tls",
  91: "tls",
  98: "tls", // SSL_CLIENTCERT
  8: "protocol", // WEIRD_SERVER_REPLY
  61: "protocol", // BAD_CONTENT_ENCODING: a transfer coding, contents are not decoded by libcurl here
  63: "protocol", // FILESIZE_EXCEEDED
  100: "protocol", // TOO_LARGE
};

const unsupportedProtocol = 1;
const outOfMemory = 27;
const operationTimedOut = 28;
const receiveError = 56;
const partialFile = 18;
/** What 7.88.1 says of some chunks that are none ("Failed reading the chunked-encoded stream"). */
const badFunctionArgument = 43;
const proxyHandshake = 97;
/** `CURLPX_CLOSED`, `CURLPX_RECV_*` and `CURLPX_SEND_*`. */
const proxyLost: readonly number[] = [3, 13, 14, 15, 16, 28, 29, 30];
/** `CURLPX_RESOLVE_HOST`. */
const proxyResolveHost = 27;

/** libcurl has no code of its own for a bad chunk or an oversized head: `CURLE_RECV_ERROR` and these words. */
const notHttp = /chunk|hexadecimal|malformed encoding|response header/i;
const lostByFin =
  /closed|unexpected eof|non-properly terminated|GOAWAY|before end of the underlying stream|connection.*(lost|gone)/i;
const lostByReset = /reset by|was reset|broken pipe|not closed cleanly: |RST_STREAM/i;

/**
 * Says which code of ours a failure is: the first row that matches of the contract, section 7.
 */
export function codeOfCurlFailure(failure: CurlFailure): Code {
  const { code, connectStatus, proxyError, headComplete } = failure;
  if (code === operationTimedOut) return failure.connectTimedOut ? "timeout" : "connect";
  if (code === proxyHandshake) {
    if (proxyError === proxyResolveHost) return "dns";
    return proxyLost.includes(proxyError) ? "reset" : "proxy";
  }
  if (!failure.connected && connectStatus !== 0 && Math.trunc(connectStatus / 100) !== 2) return "proxy";
  const known = always[code];
  if (known) return known;
  if (!headComplete) return codeBeforeHead(failure);
  return codeInBody(failure);
}

function codeBeforeHead({ code, text }: CurlFailure): Code {
  if (code === unsupportedProtocol) return /not supported/i.test(text) ? "unsupported" : "protocol";
  if (code === outOfMemory || code === badFunctionArgument) return "protocol";
  if (/\balert\b/i.test(text)) return "tls";
  return code === receiveError && notHttp.test(text) ? "protocol" : "reset";
}

function codeInBody({ code, text, osErrno, framing }: CurlFailure): Code {
  if (code === partialFile) return "truncated";
  if (code === badFunctionArgument) return "protocol";
  if (lostByReset.test(text)) return "reset";
  // RST_STREAM with REFUSED_STREAM after the head: 7.88.1 finds no words for it.
  if (code === receiveError && framing === "stream" && text === "") return "reset";
  if (code === receiveError && notHttp.test(text)) return "protocol";
  if (lostByFin.test(text)) return "truncated";
  if (osErrno !== 0) return "reset";
  return framing === "close" ? "reset" : "truncated";
}

const sentences: Partial<Record<Code, string>> = {
  dns: "the name could not be resolved",
  connect: "no connection could be made",
  proxy: "the proxy refused",
  tls: "the TLS handshake failed",
  timeout: "the connection was not made in time",
  protocol: "the response is not HTTP",
  truncated: "the connection ended before the response did",
  unsupported: "this libcurl cannot do that",
  internal: "libcurl could not start the transfer",
};

const details: readonly (readonly [RegExp, string])[] = [
  [/refused/i, "refused"],
  [/expired/i, "expired"],
  [/subject name|hostname|host name|alternative name|does not match|name mismatch/i, "hostname"],
  [/self.signed|unable to get|issuer|untrusted|unknown ca|not trusted|verify failed|trust/i, "untrusted"],
];

/** The error of a failed transfer. */
export function errorOfCurlFailure(failure: CurlFailure): Error {
  const code = codeOfCurlFailure(failure);
  const { headComplete, text } = failure;
  const sentence =
    sentences[code] ??
    `the connection was lost ${headComplete ? "before the response ended" : "before the response's head"}`;
  const said = [text, errnoName(failure.osErrno)].filter((words) => words !== "").join(", ");
  const message = `${sentence} (libcurl ${failure.code}${said === "" ? "" : `: ${said}`})`;
  const options: TransportErrorOptions = { phase: phaseOf(code, failure) };
  const detail = details.find(([pattern]) => pattern.test(said))?.[1];
  if (detail !== undefined && (code === "connect" || code === "tls")) options.detail = detail;
  if (code === "proxy" && failure.connectStatus !== 0) options.status = failure.connectStatus;
  if (code === "reset" && failure.refused) options.retryable = true;
  return new TransportError(code, message, options);
}

/** `ECONNREFUSED` and the like; `""` for none, or one that Node has no name for. */
function errnoName(errno: number): string {
  const name = Object.entries(constants.errno).find(([, value]) => value === errno)?.[0];
  return name ?? "";
}

function phaseOf(code: Code, { connected, headComplete }: CurlFailure): NonNullable<TransportErrorOptions["phase"]> {
  if (headComplete) return "body";
  if (code === "reset" || code === "protocol") return "head";
  return connected ? "head" : "connect";
}

/**
 * Takes what may be secret out of a text of libcurl's: URLs lose everything but their origin, and `secrets`
 * are replaced where they stand.
 */
export function scrub(text: string, secrets: readonly string[]): string {
  let clean = text.replaceAll(/\b([a-z][\w+.-]*:\/\/)(?:[^\s/?#@]*@)?([^\s/?#]*)[^\s]*/gi, "$1$2");
  for (const secret of secrets) if (secret !== "") clean = clean.replaceAll(secret, "[redacted]");
  return clean.trim();
}
