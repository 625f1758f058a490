import { loadLibcurl } from "./load-libcurl.ts";

/**
 * Ids of conformance cases that the libcurl of this machine fails, each with the reason. For suites: to know the
 * version, this module loads libcurl when it is imported.
 */
export const knownFailures: Readonly<Record<string, string>> = {
  "h2.early-response":
    "libcurl drops a response that RST_STREAM(NO_ERROR) follows while the upload is not over (curl/curl#22984, curl/curl#986)",
  ...(versionNumber() <= 0x075801 && {
    "h2.not-http2":
      "libcurl 7.88.1 keeps nghttp2's complaint to itself and says code 52, as of an HTTP/1.1 server that closes before its head (run; no upstream issue is known)",
  }),
};

function versionNumber(): number {
  try {
    return loadLibcurl({ path: process.env["HEADRACE_LIBCURL"] }).versionNumber;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
