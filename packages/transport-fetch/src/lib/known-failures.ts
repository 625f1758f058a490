import { fetchRuntime } from "./fetch-runtime.ts";

/** `node/22.23.1 undici/6.27.0`: the major of undici, NaN anywhere but over Node's own fetch. */
const undici = Number.parseInt(fetchRuntime(true).version.split(" undici/")[1] ?? "", 10);

const corruptCodings = Object.fromEntries(
  ["gzip", "deflate", "br"].map((coding) => [
    `enc.${coding}-corrupt`,
    "undici 6 drops the error of a decoder that had begun, and the body never ends",
  ]),
);

/**
 * Ids of the conformance cases that Node's own fetch fails, each with the reason and, where there is one, the upstream issue.
 *
 * The list is that of the Node at hand: what only some versions fail is bounded by the undici in them (6 in Node 22, 7 in
 * Node 24, 8 in Node 26), and the rest all of these fail. Elsewhere, and for a fetch that is given, it is empty or does
 * not hold. The suite runs a listed case all the same: when a later undici passes it, that is an error, and the entry
 * gets its bound.
 */
export const knownFailures: Readonly<Record<string, string>> = {
  ...(undici >= 6 && {
    "head.status-407-once": "the Fetch standard makes a network error of 407 (nodejs/undici#2896)",
    "head.status-421-once": "the Fetch standard sends a request again on 421, as RFC 9110 section 15.5.20 allows",
    "head.informational-100":
      "undici destroys the connection at a 100 that it did not ask for (client-h1.js; nodejs/undici#201)",
    "head.http10-chunked":
      "undici keeps the connection of an HTTP/1.0 response that came in chunks, and fetch tells no version",
    "conc.close-releases": "Node's fetch has one pool for the process, and no way to close it",
    "tls.handshake-rst": "Node's fetch gives the same error for a reset in the handshake and one after it",
    "tls.abort-in-handshake":
      "an abort does not reach undici's connector: the socket stays until its own connect timeout",
  }),
  ...(undici < 7 && {
    "req.url-empty-query": "undici 6 drops the question mark of an empty query",
    "head.bare-cr": "the parser of undici 6 takes a CR after an empty value for the line's end (nodejs/llhttp#228)",
    ...corruptCodings,
  }),
};
