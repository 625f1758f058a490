import {
  asHeadraceError,
  type EventStreamInit,
  type EventStreamSummary,
  forEachEvent,
  forEachEventSync,
  type ServerSentEvent,
  type SyncTransport,
  type Transport,
} from "@headrace/core";
import type { CursorFile } from "./cursor-file.ts";
import { createDataFormat, createJsonFormat, type EventFormat, headText } from "./event-format.ts";
import { describeReconnection } from "./describe-failure.ts";
import { abortOnSignals } from "./interruption.ts";
import { createBlockingOutput, createFileOutput, StreamOutput, type Output, writeError } from "./output.ts";
import { createPaint } from "./paint.ts";
import { streamReconnecting } from "./reconnecting-stream.ts";
import { createRedactor, type Redactor } from "./redact.ts";
import { reportFailure } from "./report-failure.ts";
import { prepareCall, type StreamCall } from "./stream-call.ts";
import type { StreamFlags } from "./stream-flags.ts";
import { StreamStats } from "./stream-stats.ts";
import { holdTransport } from "./tap-transport.ts";
import { createTextFormat } from "./text-format.ts";
import { urlSecrets, userinfoSecrets } from "./url-secrets.ts";
import { usageError } from "./usage-error.ts";
import { verboseTransport } from "./verbose-transport.ts";

/** `headrace <url>`: streams the events of one response to the output. Returns the exit status. */
export async function streamCommand(target: string | undefined, flags: StreamFlags): Promise<number> {
  const secrets: [string, string][] = [];
  let call: StreamCall | undefined;
  try {
    checkFlags(flags);
    call = await prepareCall(target, flags);
    secrets.push(
      ...call.headers,
      ...urlSecrets(call.url),
      ...urlSecrets(flags.proxy),
      ...userinfoSecrets(flags.user ?? ""),
    );
    return await runCall(call, flags, createRedactor(secrets));
  } catch (reason) {
    return reportFailure(reason, flags, { redact: createRedactor(secrets), proxy: call?.proxy });
  } finally {
    await call?.transport.close({ force: true });
  }
}

function checkFlags({ blocking, comments, format = "text", include, maxEvents, parse, reconnect }: StreamFlags): void {
  if (comments && format === "data")
    throw usageError("--format data has no place for --comments: use json, text or raw");
  if (include && (format === "json" || format === "data"))
    throw usageError(`--format ${format} has no place for -i: use -v`);
  if (reconnect && blocking) throw usageError("--blocking makes one call: leave out --reconnect");
  if (reconnect && comments) throw usageError("--reconnect goes by events: leave out --comments");
  if (format !== "raw") return;
  if (maxEvents !== undefined)
    throw usageError("--format raw prints bytes and does not end between events: use another format with --max-events");
  if (reconnect) throw usageError("--format raw prints one body as it is: use another format with --reconnect");
  if (parse) throw usageError("--format raw parses nothing: leave out --parse");
}

interface Run {
  /** Ends the call from outside. */
  controller: AbortController;
  /** What must not be told of it. */
  redact: Redactor;
  stats: StreamStats;
  output: Output;
}

async function runCall(call: StreamCall, flags: StreamFlags, redact: Redactor): Promise<number> {
  const stats = new StreamStats();
  const controller = new AbortController();
  const output = createOutput(flags, (reason) => controller.abort(reason));
  // Before, where an input may never end, and where the thread blocks and runs no listener, the system's own way of
  // ending a process stays: a shell gives it the same status.
  const ignoreSignals = flags.blocking || output.blocks ? () => {} : abortOnSignals(controller);
  let summary: EventStreamSummary | undefined;
  try {
    summary = await stream(call, flags, { controller, redact, stats, output });
    output.write(""); // A file of an earlier run is emptied by a stream without events, too.
    return 0;
  } catch (reason) {
    if (asHeadraceError(reason, "no-content")) output.write("");
    throw reason;
  } finally {
    await Promise.race([output.end(), aborted(controller.signal)]);
    if (flags.stats) writeError(statsLine(stats, summary, flags));
    ignoreSignals();
  }
}

/** The call as the verbs take it, but for its callback. */
type Prepared = EventStreamInit & { onEvent: (event: ServerSentEvent, stop: () => void) => Promise<void> | undefined };

async function stream(call: StreamCall, flags: StreamFlags, run: Run): Promise<EventStreamSummary | undefined> {
  const { onEvent, transport, ...init } = eventStreamInit(call, flags, run);
  if (flags.blocking) return forEachEventSync(call.url, { ...init, transport: transport as SyncTransport }, onEvent);
  if (!flags.reconnect) return await forEachEvent(call.url, { ...init, transport }, onEvent);
  const style = { json: flags.format === "json", paint: createPaint(process.stderr), redact: run.redact };
  const { signal } = run.controller;
  await streamReconnecting(call.url, { ...init, transport, signal, onEvent }, (reconnection) => {
    if (!flags.silent) writeError(describeReconnection(reconnection, style));
  });
  return undefined;
}

function eventStreamInit(call: StreamCall, flags: StreamFlags, { stats, output, controller, redact }: Run): Prepared {
  const format = createFormat(flags);
  const { comment } = format;
  const raw = flags.format === "raw";
  let accepted = false;
  // Bytes and comments come between events: only the transport can be held back for them.
  const held = raw || flags.comments === true;
  const onBytes = (bytes: Uint8Array): void => void (raw && accepted && output.write(bytes));
  const transport = held ? holdTransport(call.transport, { onBytes, ready: () => output.ready() }) : call.transport;
  return {
    ...call.init,
    headers: call.headers,
    transport: flags.verbose ? verbose(transport, call.notes, redact) : transport,
    signal: controller.signal,
    ...(flags.comments && comment && { onComment: (text: string) => output.write(comment(text)) }),
    onResponse(response) {
      accepted = true;
      stats.headArrived();
      if (flags.include) output.write(format.head?.(response) ?? headText(response));
    },
    onEvent(event, stop) {
      const context = { delivered: stats.events, elapsed: stats.elapsed };
      stats.eventArrived();
      if (format.event) output.write(format.event(event, context));
      if (stats.events === flags.maxEvents) stop();
      if (call.cursorFile) return keepCursor(call.cursorFile, event, { output, blocking: flags.blocking });
      return held ? undefined : output.ready();
    },
  };
}

/** After the event itself is out: a run that is killed in between prints it again, and leaves out none. */
function keepCursor(
  file: CursorFile,
  { lastEventId }: ServerSentEvent,
  { output, blocking }: { output: Output; blocking: boolean | undefined },
): Promise<void> | undefined {
  if (!blocking) return output.flush().then((written) => void (written && file.set(lastEventId)));
  file.set(lastEventId); // That output has written, or thrown.
  return undefined;
}

/** A server echoes what it was sent here too: a `Location` repeats the query. */
function verbose(transport: Transport, notes: readonly string[], redact: Redactor): Transport {
  writeError([`over ${transport.name}, ${transport.version}`, ...notes].map((note) => `* ${note}\n`).join(""));
  return verboseTransport(transport, (text) => writeError(redact(text)));
}

function createFormat({ format = "text", parse = false, stats = false, output }: StreamFlags): EventFormat {
  if (format === "json") return createJsonFormat({ parse });
  if (format === "data") return createDataFormat({ parse });
  if (format === "raw") return {};
  const toFile = output !== undefined && output !== "-";
  return createTextFormat({ paint: toFile ? (_, text) => text : createPaint(process.stdout), parse, times: stats });
}

function createOutput({ output = "-", blocking }: StreamFlags, onFailure: (reason: unknown) => void): Output {
  if (output !== "-") return createFileOutput(output);
  return blocking ? createBlockingOutput(1) : new StreamOutput(process.stdout, onFailure);
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function statsLine(stats: StreamStats, summary: EventStreamSummary | undefined, { format }: StreamFlags): string {
  if (format === "json") return `${JSON.stringify({ stats: stats.toJSON(summary) })}\n`;
  return `${createPaint(process.stderr)("dim", stats.describe(summary?.bytesReceived))}\n`;
}
