import { constants } from "node:os";
import { type ProxyServer, TransportError, type TransportErrorOptions } from "@headrace/core/transport";
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
  /** Whether it was, until `connected`, a proxy that was asked for a tunnel: by CONNECT, or SOCKS. */
  readonly tunnel: boolean;
  /** Whether, until `connected`, there was a TLS handshake to make. */
  readonly handshake: boolean;
  readonly unixSocket: boolean;
  /** Whether `connectTimeout` had passed. */
  readonly connectTimedOut: boolean;
  readonly headComplete: boolean;
  readonly framing: Framing;
  /** Whether there is a Content-Length. */
  readonly hasLength: boolean;
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
/** GOT_NOTHING, SEND_ERROR, RECV_ERROR. */
const lost: readonly number[] = [52, 55, receiveError];
/** Of `onPreRequest`, which stops a request from going out once more. */
const abortedByCallback = 42;
/** What 7.88.1 says of some chunks that are none ("Failed reading the chunked-encoded stream"). */
const badFunctionArgument = 43;
const proxyHandshake = 97;
/** What can only happen before a request goes out. */
const connectFailures: readonly number[] = [operationTimedOut, proxyHandshake, abortedByCallback];
/** `CURLPX_RESOLVE_HOST`. */
const proxyResolveHost = 27;

/** libcurl has no code of its own for a bad chunk or an oversized head: `CURLE_RECV_ERROR` and these words. */
const notHttp = /chunk|hexadecimal|malformed encoding|response header/i;
const notHttp2 = /received invalid frame|nghttp2 (shuts down|recv error)|expected SETTINGS frame/i;
/** An answer to CONNECT that is none has code 7 in 8.22, and before 7.80 nothing else tells of a tunnel. */
const askedForTunnel = /\bCONNECT\b/;
const lostByFin =
  /closed|reset by curl|unexpected eof|non-properly terminated|GOAWAY|before end of the underlying stream|connection.*(lost|gone)/i;
const lostByReset = /reset by (?!curl)|was reset|broken pipe|not closed cleanly: |RST_STREAM/i;

/** Whether a text is nghttp2's, of a frame that is none, or not where it stands. libcurl hands it on since 8. */
export function isNotHttp2(text: string): boolean {
  return notHttp2.test(text);
}

/**
 * Says which code of ours a failure is: the first row that matches of the contract, section 7.
 */
export function codeOfCurlFailure(failure: CurlFailure): Code {
  const { code, proxyError } = failure;
  if (failure.headComplete) return codeInBody(failure);
  if (code === operationTimedOut) return failure.connectTimedOut ? "timeout" : "connect";
  if (code === proxyHandshake) return proxyError === proxyResolveHost ? "dns" : "proxy";
  if (failure.connectStatus >= 300 && !failure.connected) return "proxy";
  if (!failure.connected && askedForTunnel.test(failure.text)) return "proxy";
  const known = always[code];
  // Whatever ends the asking for a tunnel is the proxy's, as whatever ends the TLS handshake is of TLS.
  if (failure.tunnel && !failure.connected && (known === undefined || known === "protocol")) return "proxy";
  // With OpenSSL the loss of the connection inside the handshake is 35, with GnuTLS it is one like any other.
  if (failure.handshake && !failure.connected && lost.includes(code)) return "tls";
  // 7.88.1 says of a path that is too long that it could not resolve the host.
  if (known) return known === "dns" && failure.unixSocket ? "connect" : known;
  return codeBeforeHead(failure);
}

function codeBeforeHead({ code, text }: CurlFailure): Code {
  if (isNotHttp2(text)) return "protocol";
  if (code === unsupportedProtocol) return /not supported/i.test(text) ? "unsupported" : "protocol";
  if (code === outOfMemory || code === badFunctionArgument) return "protocol";
  if (/\balert\b/i.test(text)) return "tls";
  return code === receiveError && notHttp.test(text) ? "protocol" : "reset";
}

function codeInBody({ code, text, osErrno, framing, hasLength }: CurlFailure): Code {
  const known = always[code];
  if (known === "protocol" || code === badFunctionArgument || isNotHttp2(text)) return "protocol";
  // After RST_STREAM(HTTP_1_1_REQUIRED) libcurl asks again over HTTP/1.1: for that it connects, and is stopped.
  if (known !== undefined || connectFailures.includes(code)) return "reset";
  // RFC 9113 section 8.1.1: what nghttp2 says of less or more DATA than Content-Length.
  if (framing === "stream" && hasLength && /PROTOCOL_ERROR \(err 1\)/.test(text)) return "protocol";
  if (lostByReset.test(text)) return "reset";
  if (code === partialFile) return "truncated";
  if (code === receiveError && notHttp.test(text)) return "protocol";
  if (lostByFin.test(text)) return "truncated";
  if (osErrno !== 0) return "reset";
  return framing === "close" ? "reset" : "truncated";
}

const sentences: Partial<Record<Code, string>> = {
  dns: "the name could not be resolved",
  connect: "no connection could be made",
  proxy: "the proxy made no tunnel",
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
  if (code === "proxy" && failure.connectStatus >= 300) options.status = failure.connectStatus;
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
 * Takes what may be secret out of a text of libcurl's: URLs lose everything but their origin, and a proxy's
 * user and password are replaced where they stand by themselves, plain or as in RFC 7617. Inside a longer
 * word they would be neither: a user `a` is no reason to redact every `a`.
 */
export function scrub(text: string, credentials?: ProxyServer["credentials"]): string {
  let clean = text.replaceAll(/\b([a-z][\w+.-]*:\/\/)(?:[^\s/?#@]*@)?([^\s/?#]*)[^\s]*/gi, "$1$2");
  for (const secret of secretsOf(credentials)) {
    const alone = new RegExp(`(?<!\\w)${secret.replaceAll(/\W/g, "\\$&")}(?!\\w)`, "g");
    clean = clean.replaceAll(alone, "[redacted]");
  }
  return clean.trim();
}

function secretsOf(credentials: ProxyServer["credentials"]): string[] {
  if (!credentials) return [];
  const { username, password } = credentials;
  const basic = Buffer.from(`${username}:${password}`, "latin1").toString("base64");
  return [basic, password, username].filter((secret) => secret !== "");
}
