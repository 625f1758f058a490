import { expect, test } from "vitest";
import { codeOfNodeError } from "./node-error-code.ts";

const error = (code: string | undefined, message = ""): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code });
const parser = (message: string, code?: string): Error =>
  error(code, `Response does not match the HTTP/1.1 protocol (${message})`);

/** What Node 22, 24 and 26, their fetch, and undici 8.12 were seen to fail with: before the head, after it. */
test.each<[string, Error, string | undefined, string | undefined]>([
  ["an unknown name", error("ENOTFOUND", "getaddrinfo ENOTFOUND x.test"), "dns", "dns"],
  ["a resolver that does not answer", error("EAI_AGAIN"), "dns", "dns"],
  [
    "a name too long to look up",
    Object.assign(error("EINVAL", "getaddrinfo EINVAL"), { syscall: "getaddrinfo" }),
    "dns",
    "dns",
  ],
  ["a closed port", error("ECONNREFUSED", "connect ECONNREFUSED 127.0.0.1:1"), "connect", "reset"],
  ["no route", error("EHOSTUNREACH"), "connect", "reset"],
  ["a missing Unix domain socket", error("ENOENT", "connect ENOENT /x"), "connect", undefined],
  ["a SYN without answer", error("ETIMEDOUT"), "connect", "reset"],
  ["undici's own connect timeout", error("UND_ERR_CONNECT_TIMEOUT"), "timeout", "timeout"],
  ["undici's bodyTimeout", error("UND_ERR_BODY_TIMEOUT"), "timeout", "timeout"],
  ["a self-signed certificate", error("DEPTH_ZERO_SELF_SIGNED_CERT"), "tls", undefined],
  ["an unknown authority", error("UNABLE_TO_VERIFY_LEAF_SIGNATURE"), "tls", undefined],
  ["an expired certificate", error("CERT_HAS_EXPIRED"), "tls", undefined],
  ["another's certificate", error("ERR_TLS_CERT_ALTNAME_INVALID"), "tls", "reset"],
  ["a fatal alert", error("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), "tls", "reset"],
  ["the same since OpenSSL 3.5", error("ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE"), "tls", "reset"],
  ["plain HTTP on a TLS port", error("EPROTO"), "tls", "reset"],
  [
    "FIN in the handshake",
    error("ECONNRESET", "Client network socket disconnected before secure TLS connection was established"),
    "tls",
    "tls",
  ],
  [
    "a proxy that refuses CONNECT",
    error("UND_ERR_ABORTED", "Proxy response (403) !== 200 when HTTP Tunneling"),
    "proxy",
    "proxy",
  ],
  ["RST", error("ECONNRESET", "read ECONNRESET"), "reset", "reset"],
  ["a write after RST", error("EPIPE"), "reset", "reset"],
  ["FIN", error("UND_ERR_SOCKET", "other side closed"), "reset", "truncated"],
  ["FIN or RST under Connection: close", parser("Invalid EOF state"), "reset", "truncated"],
  ["the same with its code", parser("Invalid EOF state", "HPE_INVALID_EOF_STATE"), "reset", "truncated"],
  ["a length that is wrong", error("UND_ERR_RES_CONTENT_LENGTH_MISMATCH"), "protocol", "truncated"],
  ["garbage", parser("Expected HTTP/, RTSP/ or ICE/", "HPE_INVALID_CONSTANT"), "protocol", "protocol"],
  ["a bad chunk", parser("Invalid character in chunk size"), "protocol", "protocol"],
  ["a head or a trailer section that is too large", error("UND_ERR_HEADERS_OVERFLOW"), "protocol", "protocol"],
  ["an unasked 101", error("UND_ERR_SOCKET", "bad upgrade"), "protocol", "protocol"],
  ["a status of 099", error("ERR_ASSERTION"), "protocol", "protocol"],
  ["corrupt gzip", error("Z_DATA_ERROR"), "protocol", "protocol"],
  ["corrupt br", error("ERR__ERROR_FORMAT_PADDING_1"), "protocol", "protocol"],
  ["corrupt zstd", error("ZSTD_error_prefix_unknown"), "protocol", "protocol"],
  ["gzip cut short", error("Z_BUF_ERROR"), "reset", "truncated"],
  ["RST_STREAM", error("ERR_HTTP2_STREAM_ERROR"), "reset", "reset"],
  ["GOAWAY with an error", error("ERR_HTTP2_SESSION_ERROR"), "reset", "truncated"],
  ["a port that fetch blocks", error(undefined, "bad port"), "invalid-argument", "invalid-argument"],
  ["an argument", error("UND_ERR_INVALID_ARG"), "invalid-argument", "invalid-argument"],
  ["a closed dispatcher", error("UND_ERR_CLOSED"), "closed", "closed"],
  ["something else", error("EWHATEVER", "whatever"), undefined, undefined],
])("%s", (_name, cause, before, after) => {
  expect([codeOfNodeError(cause), codeOfNodeError(cause, true)]).toEqual([before, after]);
});

test("it looks through causes and aggregates", () => {
  const refused = error("ECONNREFUSED");
  expect(codeOfNodeError(new TypeError("fetch failed", { cause: refused }))).toBe("connect");
  expect(
    codeOfNodeError(new TypeError("fetch failed", { cause: new AggregateError([refused, error("ENETUNREACH")]) })),
  ).toBe("connect");
});

test("it survives what is no error, and causes in a circle", () => {
  const circle: { cause?: unknown } = {};
  circle.cause = circle;
  for (const value of [undefined, null, "x", 1, circle, { code: 5 }]) expect(codeOfNodeError(value)).toBeUndefined();
});
