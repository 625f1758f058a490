import { once } from "node:events";
import { workerData } from "node:worker_threads";
import type { TransportError } from "@headrace/core/transport";
import type { SyncCall, SyncMessage } from "./reference-send-sync.ts";
import { referenceTransport } from "./reference-transport.ts";

const { options, url, port, posted, ...request } = workerData as SyncCall;

function post(message: SyncMessage): void {
  port.postMessage(message);
  Atomics.add(posted, 0, 1);
  Atomics.notify(posted, 0);
}

async function postAndWait(message: SyncMessage): Promise<void> {
  const answered = once(port, "message");
  post(message);
  await answered;
}

/** Runs the exchange of `referenceSendSync`; the thread is ended from outside. */
async function run(): Promise<void> {
  let headTaken: Promise<void> = Promise.resolve();
  await referenceTransport(options).send(
    {
      ...request,
      url: new URL(url),
      headers: new Headers(request.headers as [string, string][]),
      signal: new AbortController().signal,
    },
    {
      head({ headers, ...head }) {
        headTaken = postAndWait({ kind: "head", head, headers: [...headers] });
      },
      async body(bytes) {
        const copy = new Uint8Array(bytes);
        await headTaken;
        await postAndWait({ kind: "body", bytes: copy });
      },
      trailers: (headers) => post({ kind: "trailers", headers: [...headers] }),
    },
  );
  await headTaken;
}

run().then(
  () => post({ kind: "end" }),
  ({ code, message, phase, detail, status, cause }: TransportError & { detail?: string; status?: number }) =>
    post({
      kind: "failure",
      code,
      message,
      options: {
        phase,
        ...(detail !== undefined && { detail }),
        ...(status !== undefined && { status }),
        ...(cause instanceof Error && { cause: new Error(cause.message) }),
      },
    }),
);
