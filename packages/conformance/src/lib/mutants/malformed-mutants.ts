import { TransportError } from "@headrace/core/transport";
import { codeOf, type Mutant, settles } from "./mutant.ts";
import { rewrites } from "./relay.ts";

/** A reader that takes for HTTP what is none: each rewrites one fault into what it would have been taken for. */
export const malformedMutants: readonly Mutant[] = [
  rewrites("takes-any-version-for-http1", ["head.version"], {
    response: (text) => text.replace(/^(?:HTTP\/[123](?:\.10)?|http\/1\.1|ICY) /, "HTTP/1.1 "),
  }),
  rewrites("takes-any-number-for-a-status", ["head.status-line"], {
    response: (text) => text.replace(/^HTTP\/1\.1 \w+ OK/, "HTTP/1.1 200 OK"),
  }),
  rewrites("passes-over-lines-without-a-colon", ["head.no-colon"], {
    response: (text) => text.replaceAll(/(?<=\r\n)[^:\r\n]+\r\n(?=[^]*\r\n\r\n)/g, ""),
  }),
  rewrites("passes-over-fields-with-odd-names", ["head.name-invalid"], {
    response: (text) => text.replaceAll(/^(?:X[^\w-][^:]*|): 1\r\n/gm, ""),
  }),
  // A `Headers` cannot hold a NUL: what lets one through is seen by what it cuts or loses.
  rewrites("ends-a-value-at-a-nul", ["head.nul-in-value"], {
    response: (text) => text.replaceAll(/\0[^\r\n]*/g, ""),
  }),
  rewrites("passes-over-nul", ["head.nul-in-value"], { response: (text) => text.replaceAll("\0", "") }),
  rewrites("takes-101-for-a-response", ["head.101-unasked"], {
    response: (text) => text.replace(/^HTTP\/1\.1 101/, "HTTP/1.1 204"),
  }),
  rewrites("believes-the-first-length", ["head.length-differs"], {
    response: (text) => text.replace(/(Content-Length: \d+\r\n)Content-Length: \d+\r\n/, "$1"),
  }),
  rewrites("reads-the-chunks-of-any-coding", ["head.transfer-coding"], {
    response: (text) => text.replaceAll(/(Transfer-Encoding: )[^\r]+(?:\r\nTransfer-Encoding: [^\r]+)?/g, "$1chunked"),
  }),
  rewrites("has-no-limit-for-a-line", ["head.too-long-line"], {
    response: (text) => text.replace(/^X-A: a+/m, "X-A: a").replace(/^a+$/, ""),
  }),
  rewrites("has-no-limit-for-fields", ["head.too-many-fields"], {
    response: (text) => text.replaceAll(/X-\d+: 1\r\n/g, ""),
  }),
  rewrites("takes-a-bare-cr-for-a-line-end", ["head.bare-cr"], {
    response: (text) => text.replaceAll(/\r(?!\n)/g, "\r\n"),
  }),
  rewrites("joins-a-line-to-no-field", ["head.space-before-fields"], {
    response: (text) => text.replaceAll(/^[ \t]+(?=X-A)/gm, ""),
  }),
  rewrites("knows-no-chunks-in-http10", ["head.http10-chunked"], {
    response: (text) => text.replace(/^(HTTP\/1\.0 [^]*?)Transfer-Encoding: chunked\r\n/, "$1Content-Length: 15\r\n"),
  }),
  rewrites("passes-over-bad-trailers", ["body.trailers-malformed"], {
    response: (text) => text.replace(/^0\r\n[^]+\r\n\r\n$/, "0\r\n\r\n"),
  }),
  settles(
    "takes-any-close-for-an-end-under-connection-close",
    [
      "body.chunk-truncated-connection-close",
      "body.chunk-reset-connection-close",
      "body.length-short-connection-close",
      "body.length-reset-connection-close",
    ],
    (sent) =>
      sent.catch((error: unknown) => {
        if (codeOf(error) !== "truncated" && codeOf(error) !== "reset") throw error;
      }),
  ),
  settles("calls-every-reset-a-cut", ["body.length-reset", "body.chunk-reset", "body.http10-reset"], (sent) =>
    sent.catch((error: unknown) => {
      throw codeOf(error) === "reset" ? new TransportError("truncated", "cut") : error;
    }),
  ),
  settles("takes-a-reset-behind-data-for-an-end", ["body.close-delimited-reset-with-data"], (sent) =>
    sent.catch((error: unknown) => {
      if (codeOf(error) !== "reset") throw error;
    }),
  ),
];
