import type { HeadraceErrorCode } from "./headrace-error.ts";

/** Codes that mean the same whenever they come. The first row that matches decides. */
const always: readonly (readonly [RegExp, HeadraceErrorCode])[] = [
  [/^(ENOTFOUND|ENODATA|EAI_\w+)$/, "dns"],
  // Z_BUF_ERROR is zlib's "unexpected end of file"; the others, brotli's and zstd's too, mean corrupt input.
  [/^Z_BUF_ERROR$/, "truncated"],
  [/^(Z_\w+_ERROR|ERR_+BROTLI\w*|ERR_+(?:ERROR|PADDING)\w*|ERR_ZLIB\w*|ZSTD_\w+)$/i, "protocol"],
  [/^(UND_ERR_INVALID_ARG|UND_ERR_NOT_SUPPORTED|ERR_INVALID_\w+|ERR_UNESCAPED_CHARACTERS)$/, "invalid-argument"],
  [/^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/, "timeout"],
  [/^(UND_ERR_SOCKS5\w*|UND_ERR_PRX\w*)$/, "proxy"],
  [/^(UND_ERR_CLOSED|UND_ERR_DESTROYED)$/, "closed"],
  // undici asserts what a server sends: a bare 101, a status of 099 (run).
  [/^ERR_ASSERTION$/, "protocol"],
];

const beforeHead: readonly (readonly [RegExp, HeadraceErrorCode])[] = [
  [
    /^(ECONNREFUSED|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|ETIMEDOUT|ENOENT|EACCES|EPERM|ENOTSOCK)$/,
    "connect",
  ],
  // OpenSSL's verification results reach Node as bare names (`X509_V_ERR_` taken off).
  [
    /^(EPROTO|ERR_(TLS|SSL|OSSL|CRYPTO)_[\w/]+|(DEPTH_ZERO_)?SELF_SIGNED_CERT\w*|UNABLE_TO_\w+|(CERT|CRL)_\w+|INVALID_(CA|PURPOSE)|HOSTNAME_MISMATCH|PATH_LENGTH_EXCEEDED|ERROR_IN_CERT_\w+)$/,
    "tls",
  ],
  [
    /^(HPE_INVALID_EOF_STATE|ECONNRESET|ECONNABORTED|EPIPE|ERR_STREAM_PREMATURE_CLOSE|UND_ERR_SOCKET|ERR_HTTP2_(SESSION|STREAM|GOAWAY)\w*)$/,
    "reset",
  ],
  [/^(HPE_\w+|ERR_HTTP2_\w+|UND_ERR_HEADERS_OVERFLOW|UND_ERR_RES_\w+|UND_ERR_RESPONSE)$/, "protocol"],
];

const afterHead: readonly (readonly [RegExp, HeadraceErrorCode])[] = [
  [
    /^(HPE_INVALID_EOF_STATE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|ERR_STREAM_PREMATURE_CLOSE|ERR_HTTP2_(SESSION|GOAWAY)\w*)$/,
    "truncated",
  ],
  [/^(ECONN\w+|EPIPE|ETIMEDOUT|E(HOST|NET)\w+|EPROTO|ERR_(TLS|SSL|OSSL)_[\w/]+|ERR_HTTP2_STREAM_ERROR)$/, "reset"],
  // undici says it of a trailer section, too.
  [/^(HPE_\w+|ERR_HTTP2_\w+|UND_ERR_HEADERS_OVERFLOW)$/, "protocol"],
];

/** Said only in words, by undici and by Node's own `net`, `tls` and fetch. */
const words: readonly (readonly [RegExp, HeadraceErrorCode])[] = [
  [/^bad port$/, "invalid-argument"],
  [/HTTP Tunneling/, "proxy"],
  [/before secure TLS connection was established/, "tls"],
  [/^bad (upgrade|response)$/, "protocol"],
  [/Invalid EOF state|"GOAWAY" frame/, "truncated"],
  [/^HTTP\/2: stream (closed|half-closed)/, "reset"],
  [/does not match the HTTP\/1\.1 protocol/, "protocol"],
];

/**
 * Says which code of ours an error of Node, undici or Node's own fetch is: the table of the contract,
 * section 7. Looks through `cause` and the first of an `AggregateError`, at most eight deep, and goes by
 * `code` and message alone, so it works across copies and in any runtime.
 *
 * @param afterTheHead whether the response's head had been read: a lost connection is then `truncated`
 * (FIN) or `reset` (RST), before it `reset`
 * @returns the code, or `undefined` where nothing is known
 */
export function codeOfNodeError(error: unknown, afterTheHead = false): HeadraceErrorCode | undefined {
  let current = error;
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    const { code, syscall, message, cause, errors } = current as Partial<Record<string, unknown>>;
    // A name that is too long to be looked up is EINVAL.
    if (syscall === "getaddrinfo") return "dns";
    const found =
      match(words, message) ??
      (typeof code === "string"
        ? (match(always, code) ?? match(afterTheHead ? afterHead : beforeHead, code))
        : undefined);
    if (found) return found === "truncated" && !afterTheHead ? "reset" : found;
    current = cause ?? (Array.isArray(errors) ? errors[0] : undefined);
  }
  return undefined;
}

function match(rows: readonly (readonly [RegExp, HeadraceErrorCode])[], text: unknown): HeadraceErrorCode | undefined {
  return typeof text === "string" ? rows.find(([pattern]) => pattern.test(text))?.[1] : undefined;
}
