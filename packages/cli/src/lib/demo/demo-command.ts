import { abortOnSignals, Interruption } from "../interruption.ts";
import { createPaint } from "../paint.ts";
import { grouped } from "../stream-stats.ts";
import { loadTransports, missingLines, supportTable, type TransportEntry } from "../transports-command.ts";
import { createCompletion } from "./completion.ts";
import { PACE, startDemoServer } from "./demo-server.ts";
import { createLane, findFault, receive } from "./lane.ts";
import { type Runner, runLive, type Screen } from "./live-view.ts";
import { laneFacts, supportFact } from "./plain-report.ts";
import { asynchronousLane, blockingLane } from "./run-lane.ts";

/** Codes that say that a transport cannot be here, which is no fault of it. */
const excused: readonly string[] = ["library-missing", "unsupported"];

/**
 * `headrace demo`: a server of our own streams a chat completion, and every transport that is here receives it, the
 * blocking call too. Returns 0 only if each of them received every event as it was sent.
 */
export async function demoCommand(): Promise<number> {
  const controller = new AbortController();
  const ignoreSignals = abortOnSignals(controller);
  const sent = createCompletion();
  const server = await startDemoServer(sent);
  const entries = await loadTransports();
  try {
    const runners = await createRunners(server.url, entries, controller.signal);
    const screen = { stream: process.stdout, paint: createPaint(process.stdout) };
    const live = process.stdout.isTTY && process.env["TERM"] !== "dumb";
    const show = live ? showLive : showPlain;
    await show({ runners, entries, screen, url: server.url, sent, signal: controller.signal });
    const whole = runners.every(({ lane }) => findFault(lane, sent) === undefined);
    return whole && entries.every((entry) => !("error" in entry) || excused.includes(entry.error.code)) ? 0 : 1;
  } catch (error) {
    const { reason } = controller.signal as { reason: unknown };
    if (reason instanceof Interruption) return reason.exitCode;
    throw error;
  } finally {
    ignoreSignals();
    server.close();
    await Promise.all(
      entries.map(async (entry) => "transport" in entry && (await entry.transport.close({ force: true }))),
    );
  }
}

async function createRunners(url: string, entries: readonly TransportEntry[], signal: AbortSignal): Promise<Runner[]> {
  const runners: Runner[] = [];
  for (const entry of entries) {
    if (!("transport" in entry)) continue;
    const { name, version } = entry.transport;
    runners.push({ lane: createLane(name, version), run: await asynchronousLane(url, entry.transport, signal) });
    if (!entry.transport.supports.sync) continue;
    runners.push({ lane: createLane(`${name}, blocking`, version), run: await blockingLane(url, signal) });
  }
  return runners;
}

interface Demo {
  runners: readonly Runner[];
  entries: readonly TransportEntry[];
  screen: Screen;
  url: string;
  sent: ReturnType<typeof createCompletion>;
  signal: AbortSignal;
}

const TITLE = "one event stream, every HTTP stack, one contract";

async function showLive({ runners, entries, screen, url, sent, signal }: Demo): Promise<void> {
  const { stream, paint } = screen;
  const { length } = sent.data;
  stream.write(`\n  ${paint("bold", "headrace")}  ${TITLE}\n`);
  stream.write(
    `  ${paint("dim", `${url}: ${length} events, ${grouped(sent.byteLength)} bytes, one every ${PACE} ms`)}\n\n`,
  );
  await runLive(runners, sent, screen);
  signal.throwIfAborted();
  const missing = entries.flatMap((entry) => ("error" in entry ? [`  ${missingLines(entry, paint)}`] : []));
  const there = entries.flatMap((entry) => ("transport" in entry ? [entry.transport] : []));
  stream.write(`\n${missing.join("")}${indent(supportTable(there, paint, stream.columns - 2))}\n`);
  stream.write(`  ${verdict(runners, sent)}\n`);
  stream.write(
    `  ${paint("dim", "next:")} headrace <url>  ${paint("dim", "·")}  headrace transports  ${paint("dim", "·")}  headrace --help\n\n`,
  );
}

async function showPlain({ runners, entries, screen, url, sent, signal }: Demo): Promise<void> {
  const { stream } = screen;
  stream.write(
    `headrace demo: ${TITLE}\nserver: ${url} sends ${sent.data.length} events, ${sent.byteLength} bytes, one every ${PACE} ms\n`,
  );
  await Promise.all(runners.map(({ lane, run }) => run((news) => receive(lane, news))));
  signal.throwIfAborted();
  const facts = runners.flatMap(({ lane }) => laneFacts(lane, sent));
  stream.write(
    [...facts, ...entries.map(supportFact), `demo: ${verdict(runners, sent)}`].map((line) => `${line}\n`).join(""),
  );
}

function verdict(runners: readonly Runner[], sent: Demo["sent"]): string {
  const whole = runners.filter(({ lane }) => findFault(lane, sent) === undefined).length;
  return `${whole} of ${runners.length} received every event, byte for byte`;
}

function indent(lines: string): string {
  return lines.replace(/^(?=.)/gm, "  ");
}
