/**
 * Lists the conformance cases that a libcurl fails, each with the reason.
 *
 * @param version the transport's: `libcurl/7.88.1 …`
 * @returns reasons by the ids of cases
 */
export function knownFailures(version: string): Readonly<Record<string, string>> {
  const [, major = 0, minor = 0, patch = 0] = (/^libcurl\/(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const number = major * 1e6 + minor * 1e3 + patch;
  return {
    ...(number < 7_080_000 && {
      "net.proxy-rst":
        "libcurl before 7.80 does not tell when a connection stands (no CURLOPT_PREREQFUNCTION): RST before the answer to CONNECT is like one after it",
    }),
    ...(number <= 7_088_001 && {
      "err.fin-in-upload":
        "libcurl 7.88.1 goes on waiting to send after the server has closed its side (run; no upstream issue is known; 8.14.1 does not)",
      "h2.early-response":
        "libcurl 7.88.1 drops a response that RST_STREAM(NO_ERROR) follows while the upload is not over (curl/curl#986)",
      "h2.not-http2":
        "libcurl 7.88.1 keeps nghttp2's complaint to itself and says code 52, as of an HTTP/1.1 server that closes before its head (run; no upstream issue is known)",
    }),
  };
}
