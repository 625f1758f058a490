import { writeSync } from "node:fs";
import { isMainThread } from "node:worker_threads";
import type { NetworkOptions, ResponseSink, Transport } from "@headrace/core/transport";
import { referenceTransport } from "../reference-transport.ts";

/** Leaves a timer behind. */
export function keepsTheProcessAlive(options: NetworkOptions): Transport {
  const reference = referenceTransport(options);
  const send: Transport["send"] = (request, sink) =>
    reference.send(request, sink).finally(() => setTimeout(() => {}, 60_000));
  return { ...reference, send };
}

/** Ends the process as soon as nothing else than an exchange would keep it. */
export function endsTheProcess(options: NetworkOptions): Transport {
  const reference = referenceTransport(options);
  const send: Transport["send"] = (request, sink) => {
    const body: ResponseSink["body"] = (bytes) => {
      setImmediate(() => process.exit(0));
      return sink.body(bytes);
    };
    return reference.send(request, { head: (head) => sink.head(head), body });
  };
  return { ...reference, send };
}

/** Writes to a descriptor, as a native library does. */
export function writesToADescriptor(options: NetworkOptions): Transport {
  const reference = referenceTransport(options);
  const send: Transport["send"] = (request, sink) => {
    writeSync(2, `> ${request.method} ${request.url.href}\n`);
    return reference.send(request, sink);
  };
  return { ...reference, send };
}

/** Works in the first thread only. */
export function worksInTheMainThreadOnly(options: NetworkOptions): Transport {
  if (!isMainThread) throw new Error("not in a worker");
  return referenceTransport(options);
}

/** Holds the sink by a weak reference. */
export function losesTheSink(options: NetworkOptions): Transport {
  const reference = referenceTransport(options);
  const send: Transport["send"] = (request, sink) => {
    const weak = new WeakRef(sink);
    return reference.send(request, {
      head: (head) => weak.deref()?.head(head),
      body: (bytes) => weak.deref()?.body(bytes),
    });
  };
  return { ...reference, send };
}
