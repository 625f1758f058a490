import { writeSync } from "node:fs";
import type { NetworkOptions, ResponseSink, Transport } from "@headrace/core/transport";
import { referenceTransport } from "./reference-transport.ts";

/** The cases that `losesItsProcess` fails, with what is then said. */
export const lostCases = {
  "req.delete-body": "the thread was blocked",
  "body.identity-bytes": "the thread was blocked",
  "body.head-request": "the process ended by SIGSEGV",
  "body.none-205": "the process ended with status 0",
  "sync.request": "the thread was blocked",
} as const;

function block(): never {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

/** Sleeps in the middle of a body of 256 bytes; ends the process at a 205. */
function losing(sink: ResponseSink): ResponseSink {
  return {
    head(head) {
      if (head.status === 205) process.exit(0);
      sink.head(head);
    },
    body: (bytes) => (bytes.length === 256 ? block() : sink.body(bytes)),
    trailers: (trailers) => sink.trailers?.(trailers),
  };
}

/** Takes its thread or its process with it, each in one kind of exchange: by a loop, by sleep, by a fault of the system. */
export function losesItsProcess(options: NetworkOptions): Transport {
  const reference = referenceTransport(options);
  const { sendSync } = reference;
  return {
    ...reference,
    send(request, sink) {
      while (request.method === "DELETE");
      if (request.method === "HEAD") process.kill(process.pid, "SIGSEGV");
      return reference.send(request, losing(sink));
    },
    ...(sendSync && {
      sendSync: (request, sink, nextWait) => (request.method === "PUT" ? block() : sendSync(request, sink, nextWait)),
    }),
  };
}

/** Says which process it is in, then blocks. */
export function saysItsProcess(options: NetworkOptions): Transport {
  return {
    ...referenceTransport(options),
    send() {
      writeSync(1, `${process.pid}\n`);
      block();
    },
  };
}

/** Makes nothing. */
export function makesNothing(): Transport {
  throw new RangeError("no licence");
}
