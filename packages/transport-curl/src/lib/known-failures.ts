/**
 * Lists the conformance cases that a libcurl fails, each with the reason.
 *
 * @param version the transport's: `libcurl/7.88.1 …`
 * @returns reasons by the ids of cases
 */
export function knownFailures(version: string): Readonly<Record<string, string>> {
  const [, major = 0, minor = 0, patch = 0] = (/^libcurl\/(\d+)\.(\d+)\.(\d+)/.exec(version) ?? []).map(Number);
  const isOld = major * 1e6 + minor * 1e3 + patch <= 7_088_001;
  return {
    "h2.early-response":
      "libcurl drops a response that RST_STREAM(NO_ERROR) follows while the upload is not over (curl/curl#22984, curl/curl#986)",
    ...(isOld && {
      "h2.not-http2":
        "libcurl 7.88.1 keeps nghttp2's complaint to itself and says code 52, as of an HTTP/1.1 server that closes before its head (run; no upstream issue is known)",
    }),
  };
}
