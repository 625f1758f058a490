const undiciVersion = Number.parseInt(globalThis.process?.versions["undici"] ?? "", 10);

/** Ids of conformance cases that Node's own fetch fails, each with the reason and the upstream issue. */
export const knownFailures: Readonly<Record<string, string>> = {
  "head.status-407-once": "the Fetch standard makes a network error of 407 (nodejs/undici#2896)",
  "head.status-421-once": "the Fetch standard sends a request again on 421, as RFC 9110 section 15.5.20 allows",
  "head.informational-100":
    "undici destroys the connection at a 100 that it did not ask for (client-h1.js; nodejs/undici#201)",
  "conc.close-releases": "Node's fetch has one pool for the process, and no way to close it",
  "tls.handshake-rst": "Node's fetch gives the same error for a reset in the handshake and one after it",
  "tls.abort-in-handshake":
    "an abort does not reach undici's connector: the socket stays until its own connect timeout",
  ...(undiciVersion < 7 && { "req.url-empty-query": "undici 6 drops the question mark of an empty query" }),
};
