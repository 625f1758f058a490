import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import {
  type NetworkOptions,
  promiseOf,
  type ResponseHead,
  type ResponseSink,
  TransportError,
  type TransportErrorOptions,
  type TransportRequest,
} from "@headrace/core/transport";
import type { HeadraceErrorCode } from "@headrace/core";

type Fields = readonly (readonly [name: string, value: string])[];

/** What the thread is started with: a request fit for another thread, and the way back. */
export interface SyncCall {
  readonly options: NetworkOptions;
  readonly url: string;
  readonly method: string;
  readonly headers: Fields;
  readonly body: Uint8Array | null;
  readonly connectTimeout: number;
  /** Takes a `SyncMessage` for each call of the sink, and gives `"go on"` when that has returned. */
  readonly port: MessagePort;
  /** Counts the messages, for a thread that sleeps. */
  readonly posted: Int32Array<SharedArrayBuffer>;
}

/** What the thread tells the one that is blocked. */
export type SyncMessage =
  | { readonly kind: "head"; readonly head: Omit<ResponseHead, "headers">; readonly headers: Fields }
  | { readonly kind: "body"; readonly bytes: Uint8Array }
  | { readonly kind: "trailers"; readonly headers: Fields }
  | { readonly kind: "end" }
  | {
      readonly kind: "failure";
      readonly code: HeadraceErrorCode;
      readonly message: string;
      readonly options: TransportErrorOptions;
    };

/**
 * The blocking call (contract 4) in its shortest form: `send` runs in a thread of its own, and this one
 * sleeps until that has something to tell.
 *
 * @throws what `send` would reject with, and what `nextWait` throws, the connection closed
 */
export function referenceSendSync(
  request: TransportRequest,
  sink: ResponseSink,
  nextWait: () => number,
  options: NetworkOptions,
): void {
  const { signal, url, method, headers, body, connectTimeout } = request;
  signal.throwIfAborted();
  const posted = new Int32Array(new SharedArrayBuffer(4));
  const { port1: port, port2 } = new MessageChannel();
  nextWait();
  const call = { options, url: url.href, method, headers: [...headers], body, connectTimeout, port: port2, posted };
  const workerData: SyncCall = call;
  const thread = new Worker(new URL("./reference-send-sync-thread.ts", import.meta.url), {
    workerData,
    transferList: [port2],
  });
  thread.unref();
  try {
    for (let taken = 0; ;) {
      Atomics.wait(posted, 0, taken, nextWait());
      nextWait();
      taken = Atomics.load(posted, 0);
      for (let next = receive(port); next !== undefined; next = receive(port)) {
        if (next.kind === "end") return;
        deliver(next, sink);
        signal.throwIfAborted();
        port.postMessage("go on");
      }
    }
  } finally {
    port.close();
    void thread.terminate();
  }
}

function receive(port: MessagePort): SyncMessage | undefined {
  return receiveMessageOnPort(port)?.message;
}

function deliver(message: Exclude<SyncMessage, { kind: "end" }>, sink: ResponseSink): void {
  switch (message.kind) {
    case "head":
      return sink.head({ ...message.head, headers: toHeaders(message.headers) });
    case "trailers":
      return sink.trailers?.(toHeaders(message.headers));
    case "failure":
      throw new TransportError(message.code, message.message, message.options);
    case "body": {
      const promise = promiseOf(sink.body(message.bytes));
      if (!promise) return undefined;
      promise.catch(() => {});
      throw new TransportError("invalid-argument", "A sink may not return a promise to a call that blocks");
    }
  }
}

function toHeaders(fields: Fields): Headers {
  const headers = new Headers();
  for (const [name, value] of fields) headers.append(name, value);
  return headers;
}
