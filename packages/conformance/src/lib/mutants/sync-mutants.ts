import { gzipSync } from "node:zlib";
import { type NetworkOptions, type ResponseSink, type SyncTransport, TransportError } from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";
import { codeOf, connectInVain, type Mutant, withHeader } from "./mutant.ts";
import { calls, verbs } from "./verb-mutant.ts";

type SendSync = SyncTransport["sendSync"];

/** Breaks `sendSync` in any way. */
function blocks(
  name: string,
  fails: readonly string[],
  change: (sendSync: SendSync, options: NetworkOptions) => SendSync,
): Mutant {
  return {
    name,
    fails,
    create(options) {
      const reference = referenceTransport(options) as SyncTransport;
      return { ...reference, sendSync: change(reference.sendSync, options) };
    },
  };
}

/** Breaks what `sendSync` throws; `change` gives what to throw, or nothing to return instead. */
function throws(name: string, fails: readonly string[], change: (error: unknown) => unknown): Mutant {
  return blocks(name, fails, (sendSync) => (request, sink, nextWait) => {
    try {
      sendSync(request, sink, nextWait);
    } catch (error) {
      const result = change(error);
      if (result !== undefined) throw result;
    }
  });
}

/** Breaks the calls of the sink. */
function hands(name: string, fails: readonly string[], change: (sink: ResponseSink) => Partial<ResponseSink>): Mutant {
  return blocks(name, fails, (sendSync) => (request, sink, nextWait) => {
    const through: ResponseSink = { head: (head) => sink.head(head), body: (bytes) => sink.body(bytes) };
    sendSync(request, { ...through, ...change(sink) }, nextWait);
  });
}

/** Breaks the options that `sendSync` alone is given. */
function forgets(name: string, fails: readonly string[], change: (options: NetworkOptions) => NetworkOptions): Mutant {
  return blocks(name, fails, (_sendSync, options) => (referenceTransport(change(options)) as SyncTransport).sendSync);
}

/** Breaks the questions to `nextWait`. */
function asks(name: string, fails: readonly string[], change: (nextWait: () => number) => () => number): Mutant {
  return blocks(name, fails, (sendSync) => (request, sink, nextWait) => sendSync(request, sink, change(nextWait)));
}

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocking calls that go wrong. */
export const syncMutants: readonly Mutant[] = [
  blocks("delivers-all-at-the-end", ["sync.each-event"], (sendSync) => (request, sink, nextWait) => {
    const late: (() => unknown)[] = [];
    sendSync(
      request,
      {
        head: (head) => void late.push(() => sink.head(head)),
        body: (bytes) => void late.push(() => sink.body(bytes)),
      },
      nextWait,
    );
    for (const call of late) call();
  }),
  blocks(
    "sends-no-body-when-it-blocks",
    ["sync.request"],
    (sendSync) => (request, sink, nextWait) => sendSync({ ...request, body: null }, sink, nextWait),
  ),
  blocks(
    "sends-no-fields-when-it-blocks",
    ["sync.request"],
    (sendSync) => (request, sink, nextWait) => sendSync({ ...request, headers: new Headers() }, sink, nextWait),
  ),
  blocks("turns-put-into-post-when-it-blocks", ["sync.request"], (sendSync) => (request, sink, nextWait) => {
    sendSync({ ...request, method: request.method === "PUT" ? "POST" : request.method }, sink, nextWait);
  }),
  blocks("sends-text-when-it-blocks", ["sync.request"], (sendSync) => (request, sink, nextWait) => {
    const body = request.body && new TextEncoder().encode(new TextDecoder().decode(request.body));
    sendSync({ ...request, body }, sink, nextWait);
  }),
  hands("reads-text-when-it-blocks", ["sync.request"], (sink) => ({
    body: (bytes) => sink.body(new TextEncoder().encode(new TextDecoder().decode(bytes))),
  })),
  throws(
    "takes-every-failure-for-an-end",
    ["sync.truncated", "sync.reset", "sync.reset-before-head", "sync.garbage", "sync.no-connection"],
    (error) => (codeOf(error) === undefined ? error : undefined),
  ),
  hands("wants-a-length-when-it-blocks", ["sync.close-delimited"], (sink) => ({
    head(head) {
      const framed = head.headers.has("content-length") || head.headers.has("transfer-encoding");
      if (!framed) throw new TransportError("protocol", "no length", { phase: "head" });
      sink.head(head);
    },
  })),
  hands("judges-the-status-when-it-blocks", ["sync.status"], (sink) => ({
    head(head) {
      if (head.status >= 400) throw new TransportError("protocol", `status ${head.status}`);
      sink.head(head);
    },
  })),
  hands("takes-no-content-for-an-empty-stream-when-it-blocks", ["sync.no-content"], (sink) => ({
    head(head) {
      const headers = new Headers({ "content-type": "text/event-stream" });
      sink.head(head.status === 204 ? { ...head, status: 200, headers } : head);
    },
  })),
  asks(
    "sleeps-longer-than-it-may",
    ["sync.head-timeout", "sync.first-event-timeout", "sync.idle-timeout", "sync.total-timeout", "sync.next-wait-kept"],
    (nextWait) => () => {
      const allowed = nextWait();
      Atomics.wait(sleeper, 0, 0, 900);
      return allowed;
    },
  ),
  blocks("asks-when-something-has-come", ["sync.next-wait-first"], (sendSync) => (request, sink, nextWait) => {
    let hasCome = false;
    const head: ResponseSink["head"] = (received) => {
      hasCome = true;
      sink.head(received);
    };
    sendSync(request, { head, body: (bytes) => sink.body(bytes) }, () => (hasCome ? nextWait() : 10));
  }),
  asks("asks-now-and-then", ["sync.next-wait-between"], (nextWait) => {
    let before = 0;
    return () => (before++ % 50 === 0 ? nextWait() : 10);
  }),
  throws("wraps-what-is-thrown-into-it", ["sync.next-wait", "sync.sink-throws"], (cause) =>
    codeOf(cause) === undefined ? new TransportError("internal", "it failed", { cause }) : cause,
  ),
  hands("ignores-a-promise-when-it-blocks", ["sync.sink-promise"], (sink) => ({
    body: (bytes) => void sink.body(bytes),
  })),
  hands("takes-anything-for-a-promise-when-it-blocks", ["sync.sink-returns"], (sink) => ({
    body(bytes) {
      const result = sink.body(bytes);
      if (result) throw new TransportError("invalid-argument", "a promise");
    },
  })),
  blocks(
    "ignores-an-abort-when-it-blocks",
    ["sync.sink-aborts"],
    (sendSync) => (request, sink, nextWait) =>
      sendSync({ ...request, signal: new AbortController().signal }, sink, nextWait),
  ),
  blocks("blocks-after-close", ["sync.after-close"], (_sendSync, options) => {
    const { sendSync } = referenceTransport(options) as SyncTransport;
    return sendSync;
  }),
  blocks("connects-in-vain-when-it-blocks", ["sync.after-close"], (sendSync) => (request, sink, nextWait) => {
    connectInVain(request.url);
    sendSync(request, sink, nextWait);
  }),
  verbs("connects-before-it-checks-when-it-blocks", ["sync.abort-before"], (core) => ({
    forEachEventSync(url, init, onEvent) {
      connectInVain(new URL(url));
      return core.forEachEventSync(url, init, onEvent);
    },
  })),
  blocks("sends-before-it-verifies-when-it-blocks", ["sync.tls-untrusted"], (sendSync, options) => {
    const { sendSync: sendUnverified } = referenceTransport({ ...options, insecure: true }) as SyncTransport;
    return (request, sink, nextWait) => {
      try {
        sendSync(request, sink, nextWait);
      } catch (error) {
        if (codeOf(error) === "tls") sendUnverified(request, { head() {}, body() {} }, () => 20);
        throw error;
      }
    };
  }),
  forgets("trusts-anyone-when-it-blocks", ["sync.tls-untrusted"], ({ ca: _ca, ...options }) => ({
    ...options,
    insecure: true,
  })),
  forgets("forgets-the-ca-when-it-blocks", ["sync.tls-ca"], ({ ca: _ca, ...options }) => options),
  forgets("verifies-anyway-when-it-blocks", ["sync.tls-insecure"], ({ insecure: _insecure, ...options }) => options),
  forgets(
    "forgets-its-certificate-when-it-blocks",
    ["sync.client-certificate"],
    ({ cert: _cert, key: _key, ...options }) => options,
  ),
  forgets("forgets-its-name-when-it-blocks", ["sync.user-agent"], ({ userAgent: _name, ...options }) => options),
  forgets("forgets-the-socket-when-it-blocks", ["sync.unix-socket"], ({ unixSocket: _path, ...options }) => options),
  forgets("forgets-the-proxy-when-it-blocks", ["sync.proxy-http"], ({ proxy: _proxy, ...options }) => options),
  forgets("forgets-resolve-when-it-blocks", ["sync.resolve"], ({ resolve: _resolve, ...options }) => options),
  hands("decodes-nothing-when-it-blocks", ["sync.gzip"], (sink) => ({ body: (bytes) => sink.body(gzipSync(bytes)) })),
  hands("joins-set-cookie-when-it-blocks", ["sync.set-cookie"], (sink) => ({
    head(head) {
      const headers = new Headers([...head.headers].filter(([name]) => name !== "set-cookie"));
      headers.append("set-cookie", head.headers.getSetCookie().join(", "));
      sink.head({ ...head, headers });
    },
  })),
  blocks("keeps-cookies-when-it-blocks", ["sync.cookies-ignored"], (sendSync) => {
    let cookie = "";
    return (request, sink, nextWait) => {
      const headers = cookie === "" ? request.headers : withHeader(request.headers, "cookie", cookie);
      const head: ResponseSink["head"] = (received) => {
        cookie = received.headers.getSetCookie()[0]?.split(";")[0] ?? cookie;
        sink.head(received);
      };
      sendSync({ ...request, headers }, { head, body: (bytes) => sink.body(bytes) }, nextWait);
    };
  }),
  hands("hears-no-trailers-when-it-blocks", ["sync.trailers"], () => ({})),
  blocks(
    "keeps-no-connect-clock-when-it-blocks",
    ["sync.connect-timeout"],
    (sendSync) => (request, sink, nextWait) => sendSync({ ...request, connectTimeout: 0 }, sink, nextWait),
  ),
  calls("ignores-the-signal-when-it-blocks", ["sync.abort", "sync.abort-before"], () => ({
    init: { signal: undefined },
  })),
  calls("knows-no-terminal-when-it-blocks", ["sync.terminal"], () => ({ init: { terminal: undefined } })),
  calls("minds-no-content-type-when-it-blocks", ["sync.content-type"], () => ({ init: { contentType: "ignore" } })),
  verbs("stop-throws-when-it-blocks", ["sync.stop"], (core) => ({
    forEachEventSync: (url, init, onEvent) =>
      core.forEachEventSync(url, init, (event) =>
        onEvent(event, () => {
          throw new Error("stopped");
        }),
      ),
  })),
  verbs("wraps-what-the-callback-throws-when-it-blocks", ["sync.throw"], (core) => ({
    forEachEventSync(url, init, onEvent) {
      try {
        return core.forEachEventSync(url, init, onEvent);
      } catch (cause) {
        throw new Error("the callback failed", { cause });
      }
    },
  })),
  verbs("waits-for-no-promise-when-it-blocks", ["sync.promise"], (core) => ({
    forEachEventSync: (url, init, onEvent) =>
      core.forEachEventSync(url, init, (event, stop) => void onEvent(event, stop)),
  })),
];
