import type { Mutant } from "./mutant.ts";
import { reusesEveryConnection, rewrites } from "./relay.ts";

/** HTTP/1.1 written or read wrongly. */
export const wireMutants: readonly Mutant[] = [
  rewrites("forgets-the-length-of-no-body", ["req.post-empty", "req.post-null"], {
    request: (text) => text.replace(/content-length: 0\r\n/i, ""),
  }),
  rewrites("drops-short-packets", ["head.split-bytes", "body.chunked-bytewise"], {
    response: (text) => (text.length < 4 ? "" : text),
  }),
  rewrites("loses-the-body-that-comes-with-the-head", ["head.and-body-one-packet"], {
    response: (text) => text.replace(/^(HTTP[^]*?\r\n\r\n)[^]+$/, "$1"),
  }),
  rewrites("takes-1xx-for-the-response", ["head.informational-100", "head.informational-103"], {
    response: (text) => text.replace(/^HTTP\/1\.1 1\d\d/, "HTTP/1.1 204"),
  }),
  rewrites("gives-up-at-the-third-1xx", ["head.informational-many"], () => {
    let seen = "";
    const tooMany = (): boolean => seen.split("HTTP/1.1 1").length > 3;
    return {
      response(text) {
        seen += text;
        return tooMany() ? "\0" : text;
      },
    };
  }),
  rewrites("knows-fields-in-their-usual-case-only", ["head.header-case"], {
    response: (text) => text.replaceAll(/^(?![A-Z]?[a-z0-9]*(?:-[A-Z]?[a-z0-9]+)*:)[!-9;-~]+:.*\r\n/gm, ""),
  }),
  rewrites("takes-a-tab-for-text", ["head.header-ows"], { response: (text) => text.replaceAll("\t", "%09") }),
  rewrites("believes-the-length-of-a-chunked-body", ["head.length-and-chunked"], {
    response: (text) => text.replace(/(Content-Length: \d+\r\n)Transfer-Encoding: chunked\r\n/, "$1"),
  }),
  rewrites("refuses-upper-case-chunk-sizes", ["body.chunk-sizes", "body.chunked"], {
    response: (text) => text.replaceAll(/\n0*[A-F]\r/g, "\nG\r"),
  }),
  rewrites("refuses-chunk-extensions", ["body.chunk-extension", "body.chunk-extension-long"], {
    response: (text) => text.replaceAll(/^[0-9a-f]+;[^\r]*/gim, "g"),
  }),
  rewrites("minds-the-case-of-chunked", ["body.chunked-case"], {
    response: (text) => text.replace("Transfer-Encoding: Chunked", "Transfer-Encoding: unknown"),
  }),
  rewrites("takes-length-zero-for-no-length", ["body.length-zero"], {
    response: (text) => text.replace("Content-Length: 0\r\n", ""),
  }),
  rewrites("misses-a-last-chunk-that-is-the-first", ["body.chunked-empty"], {
    response: (text) => text.replace(/\r\n\r\n0\r\n\r\n$/, "\r\n\r\n"),
  }),
  rewrites("ignores-content-length-when-more-came", ["body.length-surplus"], {
    response: (text) =>
      text.replace(
        /Content-Length: 5\r\n\r\n([^]{6,})$/,
        (_whole, body: string) => `Content-Length: ${body.length}\r\n\r\n${body}`,
      ),
  }),
  reusesEveryConnection("reuses-every-connection", ["conc.no-reuse-after-break", "conc.close-option"]),
  reusesEveryConnection("knows-close-in-lower-case-only", ["conc.close-option"], /\r\nConnection: close\r\n/),
  reusesEveryConnection("knows-close-by-itself-only", ["conc.close-option"], /\r\nconnection: *close *\r\n/i),
];
