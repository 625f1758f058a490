import { gzipSync } from "node:zlib";
import { type ResponseHead, TransportError, type TransportRequest } from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";
import { type Mutant, sends } from "./mutant.ts";

/** Breaks the head of responses over HTTP/2 alone. */
function overHttp2(
  name: string,
  fails: readonly string[],
  change: (head: ResponseHead, request: TransportRequest) => Headers | void,
): Mutant {
  return sends(
    name,
    fails,
    (send) => (request, sink) =>
      send(request, {
        head(head) {
          const headers = head.httpVersion === "2" ? change(head, request) : undefined;
          sink.head({ ...head, headers: headers ?? head.headers });
        },
        body: (bytes) => sink.body(bytes),
      }),
  );
}

/** Breaks the request where HTTP/2 is asked for. */
function asksOverHttp2(
  name: string,
  fails: readonly string[],
  change: (request: TransportRequest) => Partial<TransportRequest>,
): Mutant {
  return {
    name,
    fails,
    create(options) {
      const reference = referenceTransport(options);
      if (options.httpVersion !== "2") return reference;
      return { ...reference, send: (request, sink) => reference.send({ ...request, ...change(request) }, sink) };
    },
  };
}

/** What HTTP/1.1 has right, got wrong over HTTP/2. */
export const http2ResponseMutants: readonly Mutant[] = [
  asksOverHttp2("ignores-host-over-http2", ["h2.host"], ({ headers }) => ({
    headers: new Headers([...headers].filter(([name]) => name !== "host")),
  })),
  asksOverHttp2("has-no-connect-clock-for-http2", ["h2.connect-timeout"], () => ({ connectTimeout: 0 })),
  overHttp2("wants-the-content-of-head-over-http2", ["h2.head-request"], ({ headers }, { method }) => {
    if (method === "HEAD" && headers.has("content-length")) throw new TransportError("protocol", "no DATA came");
  }),
  overHttp2("wants-content-everywhere-over-http2", ["h2.none-204", "h2.none-304"], ({ status }) => {
    if (status === 204 || status === 304) throw new TransportError("truncated", "no DATA came");
  }),
  overHttp2(
    "keeps-the-last-cookie-over-http2",
    ["h2.set-cookie"],
    ({ headers }) => new Headers(Object.fromEntries(headers)),
  ),
  overHttp2("replaces-what-is-not-ascii-over-http2", ["h2.header-non-ascii"], ({ headers }) => {
    const ascii = ([name, value]: [string, string]): [string, string] => [name, value.replaceAll(/[^\0-\x7f]/g, "?")];
    return new Headers([...headers].map(ascii));
  }),
  sends("undoes-no-coding-over-http2", ["h2.gzip"], (send) => (request, sink) => {
    let isCoded = false;
    return send(request, {
      head(head) {
        isCoded = head.httpVersion === "2" && head.headers.get("content-encoding") === "gzip";
        sink.head(head);
      },
      body: (bytes) => sink.body(isCoded ? gzipSync(bytes) : bytes),
    });
  }),
];
