import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { abortOnSignals, Interruption } from "./interruption.ts";
import { writeError } from "./output.ts";
import { readInput } from "./read-input.ts";
import { eventsAfter, readRecording, type RecordedEvent } from "./recording.ts";
import { usageError } from "./usage-error.ts";

/** `headrace serve`: serves a recording on this machine until a signal ends it. Returns the exit status. */
export async function serveCommand(
  file: string,
  { port = 0, interval = 50 }: { port?: number; interval?: number },
): Promise<number> {
  const recording = readRecording(await readInput(file));
  const controller = new AbortController();
  const ignoreSignals = abortOnSignals(controller);
  const server = createRecordingServer(recording, interval);
  try {
    await listen(server, port);
    process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}/\n`);
    writeError(`serving ${recording.length} events, one every ${interval} ms; Ctrl-C ends it\n`);
    await once(controller.signal, "abort");
    return controller.signal.reason instanceof Interruption ? controller.signal.reason.exitCode : 0;
  } finally {
    ignoreSignals();
    server.close();
    server.closeAllConnections();
  }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
  } catch (error) {
    throw usageError(`cannot listen on port ${port}: ${(error as NodeJS.ErrnoException).code ?? "failed"}`);
  }
}

/**
 * Makes a server that answers any path and method with a recording, one event after another; to a client that
 * has seen its end, with 204, which ends an `EventSource` (WHATWG HTML 9.2.3). Pages of any origin may read it.
 *
 * @param interval ms between two events
 */
export function createRecordingServer(recording: readonly RecordedEvent[], interval: number): Server {
  return createServer((request, response) => {
    request.resume();
    response.setHeader("access-control-allow-origin", "*");
    if (request.method === "OPTIONS") {
      response.setHeader("access-control-allow-methods", "*");
      response.setHeader("access-control-allow-headers", request.headers["access-control-request-headers"] ?? "*");
      response.writeHead(204).end();
      return;
    }
    void replay(response, eventsAfter(recording, lastEventIdOf(request)), interval);
  });
}

/** Node reads a field value as bytes; the ID is UTF-8. */
function lastEventIdOf({ headers }: IncomingMessage): string {
  return Buffer.from(String(headers["last-event-id"] ?? ""), "latin1").toString();
}

async function replay(response: ServerResponse, events: readonly RecordedEvent[], interval: number): Promise<void> {
  if (events.length === 0) {
    response.writeHead(204).end();
    return;
  }
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.flushHeaders();
  try {
    for (const [at, { bytes }] of events.entries()) {
      if (at > 0) await delay(interval, undefined, { signal: gone.signal });
      if (!response.write(bytes)) await once(response, "drain", { signal: gone.signal });
    }
    response.end();
  } catch {
    response.destroy(); // The client has left.
  }
}
