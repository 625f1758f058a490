import { type EventStream, HeadraceError, type ServerSentEvent } from "@headrace/core";
import { breakVerbs, coreVerbs } from "../core-verbs.ts";
import { referenceTransport } from "../reference-transport.ts";
import { codeOf, delivers, type Mutant } from "./mutant.ts";
import { calls, verbs } from "./verb-mutant.ts";

const nothing = (): Promise<void> => Promise.resolve();

/** A stream with some of its members replaced. */
function changed(stream: EventStream, members: Partial<EventStream>): EventStream {
  const read = (target: EventStream, key: string | symbol): unknown => {
    const value: unknown = Reflect.get(key in members ? members : target, key);
    return typeof value === "function" ? value.bind(target) : value;
  };
  return new Proxy(stream, { get: read });
}

function streams(
  name: string,
  fails: readonly string[],
  change: (stream: EventStream) => Partial<EventStream>,
): Mutant {
  return verbs(name, fails, (core) => ({
    async openEventStream(url, init) {
      const stream = await core.openEventStream(url, init);
      return changed(stream, change(stream));
    },
  }));
}

/** Breaks each event on its way to the reader; `undefined` drops it. */
function events(
  name: string,
  fails: readonly string[],
  change: (event: ServerSentEvent) => ServerSentEvent | undefined,
): Mutant {
  return streams(name, fails, (stream) => ({
    async *[Symbol.asyncIterator](): AsyncGenerator<ServerSentEvent, undefined> {
      for await (const event of stream) {
        const result = change(event);
        if (result !== undefined) yield result;
      }
      return undefined;
    },
  }));
}

/** Verbs that make something else of a stream than it is, or leave it behind. */
export const verbStreamMutants: readonly Mutant[] = [
  events("forgets-last-event-ids", ["verb.events"], (event) => ({ ...event, lastEventId: "" })),
  events("drops-large-events", ["verb.large-event"], (event) => (event.data.length > 1_048_576 ? undefined : event)),
  streams("cancel-does-nothing", ["verb.cancel", "verb.dispose"], () => ({
    cancel: nothing,
    [Symbol.asyncDispose]: nothing,
  })),
  streams("leaving-the-loop-does-nothing", ["verb.break", "verb.throw-in-loop"], (stream) => ({
    [Symbol.asyncIterator]() {
      const iterator = stream[Symbol.asyncIterator]();
      return { next: () => iterator.next() } as ReturnType<EventStream[typeof Symbol.asyncIterator]>;
    },
  })),
  verbs("stop-does-nothing", ["verb.stop"], (core) => ({
    forEachEvent: (url, init, onEvent) => core.forEachEvent(url, init, (event) => onEvent(event, () => {})),
  })),
  verbs("wraps-what-the-callback-throws", ["verb.throw-in-callback", "verb.reject-in-callback"], (core) => ({
    forEachEvent: (url, init, onEvent) =>
      core.forEachEvent(url, init, onEvent).catch((cause: unknown) => {
        throw new Error("the callback failed", { cause });
      }),
  })),
  verbs("does-not-wait-for-the-callback", ["verb.promise-holds"], (core) => ({
    forEachEvent: (url, init, onEvent) =>
      core.forEachEvent(url, init, (event, stop) => void Promise.resolve(onEvent(event, stop)).catch(() => {})),
  })),
  calls(
    "ignores-the-signal",
    ["verb.abort-before", "verb.abort-in-loop", "verb.abort-in-callback", "redir.abort"],
    () => ({
      init: { signal: undefined },
    }),
  ),
  verbs("calls-a-refusal-a-protocol-error", ["verb.status"], (core) => ({
    openEventStream: (url, init) =>
      core.openEventStream(url, init).catch((error: unknown) => {
        throw codeOf(error) === "status" ? new HeadraceError("protocol", "not 2xx") : error;
      }),
  })),
  calls("minds-no-content-type", ["verb.content-type"], () => ({
    init: { contentType: "ignore" },
  })),
  delivers("takes-no-content-for-an-empty-stream", ["verb.no-content"], (sink) => ({
    head(head) {
      const headers = new Headers({ "content-type": "text/event-stream" });
      sink.head(head.status === 204 ? { ...head, status: 200, headers } : head);
    },
  })),
  delivers("hides-the-content-coding", ["verb.coding-undeclared"], (sink) => ({
    head(head) {
      const headers = new Headers(head.headers);
      headers.delete("content-encoding");
      sink.head({ ...head, headers });
    },
  })),
  calls("discards-the-unfinished-event", ["verb.eof-dispatch", "verb.eof-close-delimited"], (_url, { eof }) => ({
    init: { eof: eof ?? "discard" },
  })),
  calls("dispatches-whatever-eof-says", ["verb.eof-options"], () => ({ init: { eof: "dispatch" } })),
  calls("knows-no-terminal", ["verb.terminal"], () => ({ init: { terminal: undefined } })),
  calls("knows-no-limit", ["verb.too-large"], () => ({ init: { maxEventSize: undefined } })),
  verbs(
    "puts-the-url-into-every-error",
    [
      "verb.no-secrets-status",
      "verb.no-secrets-content-type",
      "verb.no-secrets-no-content",
      "verb.no-secrets-redirect",
      "verb.no-secrets-coding",
      "verb.no-secrets-incomplete",
      "verb.no-secrets-too-large",
      "verb.no-secrets-head-timeout",
      "verb.no-secrets-first-event-timeout",
      "verb.no-secrets-idle-timeout",
      "verb.no-secrets-total-timeout",
      "verb.no-secrets-protocol",
      "verb.no-secrets-arguments",
      "verb.no-secrets-closed",
    ],
    (core) => ({
      forEachEvent: (url, init, onEvent) =>
        core.forEachEvent(url, init, onEvent).catch((error: unknown) => {
          throw new HeadraceError((codeOf(error) ?? "internal") as "internal", `failed: ${String(url)}`);
        }),
    }),
  ),
  verbs("shows-the-response", ["verb.response-not-shown"], (core) => ({
    openEventStream: (url, init) =>
      core.openEventStream(url, init).catch((error: Error) => {
        throw Object.defineProperty(error, "body", { enumerable: true });
      }),
  })),
  {
    name: "believes-an-assumed-end",
    fails: ["verb.eof-assumed"],
    create(options) {
      const reference = referenceTransport(options);
      const endProof = { ...reference.supports.endProof, closeDelimited: false, http2: false, decompression: false };
      return breakVerbs(
        { ...reference, supports: { ...reference.supports, endProof } },
        {
          openEventStream: (url, init) =>
            coreVerbs.openEventStream(url, {
              ...init,
              transport: { ...init.transport, supports: reference.supports },
            }),
        },
      );
    },
  },
];
