import { describe, expect, test } from "vitest";
import { codeOfCurlFailure, errorOfCurlFailure, scrub, type CurlFailure } from "./codes.ts";

const beforeHead: CurlFailure = {
  code: 0,
  text: "",
  osErrno: 0,
  connectStatus: 0,
  proxyError: 0,
  connected: true,
  tunnel: false,
  handshake: false,
  unixSocket: false,
  connectTimedOut: false,
  headComplete: false,
  framing: "none",
  hasLength: false,
  refused: false,
};
const inBody: CurlFailure = { ...beforeHead, headComplete: true, framing: "chunked" };
const inStream: CurlFailure = { ...inBody, framing: "stream" };
const connecting: CurlFailure = { ...beforeHead, connected: false };

// What servers on loopback cannot be made to cause here: other TLS libraries, other versions, other systems.
describe("codeOfCurlFailure", () => {
  test.each<[string, CurlFailure, string]>([
    ["look-up of a proxy", { ...connecting, code: 5 }, "dns"],
    ["the system's own limit on connecting", { ...connecting, code: 28 }, "connect"],
    ["ours", { ...connecting, code: 28, connectTimedOut: true }, "timeout"],
    ["a proxy that says no", { ...connecting, code: 56, connectStatus: 407 }, "proxy"],
    ["a proxy that says no, in newer versions", { ...connecting, code: 7, connectStatus: 502 }, "proxy"],
    ["a proxy that says yes, then TLS fails", { ...connecting, code: 35, connectStatus: 200 }, "tls"],
    ["SOCKS refused", { ...connecting, code: 97, proxyError: 19 }, "proxy"],
    ["SOCKS gone", { ...connecting, code: 97, proxyError: 3 }, "proxy"],
    ["an answer to CONNECT that is none", { ...connecting, tunnel: true, code: 8 }, "proxy"],
    [
      "an answer to CONNECT that is none, in 8.22",
      { ...connecting, tunnel: true, code: 7, text: "CONNECT tunnel failed, response 0" },
      "proxy",
    ],
    [
      "a tunnel that ends as it is asked for, in 7.74",
      { ...connecting, code: 56, text: "Proxy CONNECT aborted" },
      "proxy",
    ],
    ["a proxy for a tunnel that is unreachable", { ...connecting, tunnel: true, code: 7 }, "connect"],
    ["a tunnel that is lost", { ...beforeHead, tunnel: true, connectStatus: 200, code: 56 }, "reset"],
    ["a path that is too long, in 7.88.1", { ...connecting, unixSocket: true, code: 6 }, "connect"],
    ["SOCKS that resolves here", { ...connecting, code: 97, proxyError: 27 }, "dns"],
    [
      "RST inside the handshake, GnuTLS",
      { ...connecting, handshake: true, code: 56, text: "Recv failure: Connection reset by peer", osErrno: 104 },
      "tls",
    ],
    ["RST after the handshake", { ...beforeHead, handshake: true, code: 56, osErrno: 104 }, "reset"],
    [
      "an alert of GnuTLS",
      { ...beforeHead, code: 56, text: "GnuTLS recv error (-12): A TLS fatal alert has been received." },
      "tls",
    ],
    ["HTTP/0.9", { ...beforeHead, code: 1, text: "Received HTTP/0.9 when not allowed" }, "protocol"],
    [
      "no TLS at all",
      { ...beforeHead, code: 1, text: 'Protocol "https" not supported or disabled in libcurl' },
      "unsupported",
    ],
    ["a head too large", { ...beforeHead, code: 56, text: "Too large response headers: 307204 > 307200" }, "protocol"],
    ["a head too large, in newer versions", { ...beforeHead, code: 100 }, "protocol"],
    ["a header line too large", { ...beforeHead, code: 27 }, "protocol"],
    ["nothing at all", { ...beforeHead, code: 52, text: "Empty reply from server" }, "reset"],
    [
      "a chunk, in newer versions",
      { ...inBody, code: 56, text: "chunk hex-length char not a hex digit: 0x67" },
      "protocol",
    ],
    [
      "FIN without close_notify, GnuTLS",
      {
        ...inBody,
        framing: "close",
        code: 56,
        text: "GnuTLS recv error (-110): The TLS connection was non-properly terminated.",
      },
      "truncated",
    ],
    [
      "FIN without close_notify, Schannel",
      { ...inBody, framing: "close", code: 56, text: "schannel: server closed abruptly (missing close_notify)" },
      "truncated",
    ],
    [
      "a reset in another language",
      { ...inBody, code: 56, text: "Recv failure: Die Verbindung wurde zurückgesetzt", osErrno: 104 },
      "reset",
    ],
    ["lost, with framing", { ...inBody, code: 56, text: "Failure when receiving data from the peer" }, "truncated"],
    ["lost, without framing", { ...inBody, framing: "close", code: 56, text: "Failure when receiving data" }, "reset"],
    ["a chunk that is none", { ...inBody, code: 43, text: "Failed reading the chunked-encoded stream" }, "protocol"],
    ["a chunk that is none, of a head", { ...beforeHead, code: 43 }, "protocol"],
    [
      "DATA against Content-Length",
      { ...inBody, framing: "stream", hasLength: true, code: 92, text: "not closed cleanly: PROTOCOL_ERROR (err 1)" },
      "protocol",
    ],
    [
      "DATA against Content-Length, in 8.23",
      {
        ...inStream,
        code: 92,
        text: "[HTTP2] [1] received invalid frame: FRAME[DATA, len=7, eos=1, padlen=0], error -532: Violation in HTTP messaging rule",
      },
      "protocol",
    ],
    [
      "a frame that is none, in 8",
      { ...inStream, code: 16, text: "nghttp2 shuts down connection with error 6: FRAME_SIZE_ERROR" },
      "protocol",
    ],
    [
      "what is not HTTP/2, in 8",
      {
        ...beforeHead,
        code: 16,
        text: "Remote peer returned unexpected data while we expected SETTINGS frame.  Perhaps, peer does not support HTTP/2 properly.",
      },
      "protocol",
    ],
    ["GOAWAY that leaves the stream out, in 8.14", { ...inStream, code: 56 }, "truncated"],
    [
      "GOAWAY that leaves the stream out, in 8.23",
      { ...inStream, code: 92, text: "HTTP/2 stream 1 reset by curl (error 0x1 PROTOCOL_ERROR)", osErrno: 32 },
      "truncated",
    ],
    [
      "RST_STREAM, in 8.22",
      { ...inStream, code: 92, text: "HTTP/2 stream 1 reset by server (error 0x1 PROTOCOL_ERROR)" },
      "reset",
    ],
    ["RST_STREAM, and no TLS where libcurl asks again", { ...inStream, code: 35, text: "tls alert" }, "reset"],
    ["RST_STREAM, and nobody where libcurl asks again", { ...inStream, code: 7, text: "Connection refused" }, "reset"],
    ["RST_STREAM, and libcurl stopped from asking again", { ...inStream, code: 42, text: "not sent again" }, "reset"],
    [
      "RST_STREAM",
      { ...inBody, framing: "stream", hasLength: true, code: 92, text: "not closed cleanly: CANCEL (err 8)" },
      "reset",
    ],
    [
      "HTTP/3 stream, in 8.23",
      { ...inStream, code: 18, text: "HTTP/3 stream 84 reset by server (error 0x102 INTERNAL_ERROR)" },
      "reset",
    ],
    ["HTTP/3 stream", { ...inBody, framing: "stream", code: 95, text: "HTTP/3 stream 0 reset by server" }, "reset"],
  ])("%s", (_name, failure, code) => {
    expect(codeOfCurlFailure(failure)).toBe(code);
  });
});

test("an error says what libcurl said, in which phase, and whether the request may be sent again", () => {
  const error = errorOfCurlFailure({ ...beforeHead, code: 42, text: "not sent again", refused: true });
  expect(error).toMatchObject({ code: "reset", phase: "head", retryable: true });
  expect(error.message).toBe("the connection was lost before the response's head (libcurl 42: not sent again)");
});

const credentials = { username: "a", password: "s3cret!" };

test.each([
  ["failed for https://user:secret@api.test:8443/v1?key=secret#secret now", "failed for https://api.test:8443 now"],
  ["Could not resolve proxy: a:s3cret!", "Could not resolve proxy: [redacted]:[redacted]"],
  ["answered Basic YTpzM2NyZXQh", "answered Basic [redacted]"],
  [
    "Recv failure: Connection was reset by a peer at a.test",
    "Recv failure: Connection was reset by [redacted] peer at [redacted].test",
  ],
  ["Failed to connect", "Failed to connect"],
])("scrub: %s", (text, clean) => {
  expect(scrub(text, credentials)).toBe(clean);
});

test("scrub takes nothing out where there is no secret", () => {
  const text = "a Og== : b";
  expect(scrub(text)).toBe(text);
  expect(scrub(text, { username: "", password: "" })).toBe("a [redacted] : b");
});
