import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type ScriptedConnection, type ScriptedServer, startScriptedServer } from "@headrace/conformance";
import type { ObservationPlan } from "./observe-event-source.ts";
import { type Answer, ended, type OracleCase, stream } from "./oracle-case.ts";

/** What came of a case: the events in order, and the requests that the server got. */
export interface Outcome {
  readonly events: readonly string[];
  /** The path, and the `Last-Event-ID` where there was one. */
  readonly requests: readonly string[];
}

/** Runs the cases side by side, each with a server of its own. */
export async function runCases(
  cases: readonly OracleCase[],
  observe: (plan: ObservationPlan) => Promise<string[]>,
  page: PageServer,
): Promise<Map<string, Outcome>> {
  const outcomes = await Promise.all(cases.map((each) => runCase(each, observe, page)));
  return new Map(outcomes.map((outcome, index) => [cases[index]?.name ?? "", outcome]));
}

async function runCase(
  { name, answers, events, types = [], close, slow }: OracleCase,
  observe: (plan: ObservationPlan) => Promise<string[]>,
  page: PageServer,
): Promise<Outcome> {
  const fired = page.counter(name);
  const requests: string[] = [];
  const other = await serve([ended("retry: 1\ndata: other\n\n"), stream("data: again\n\n")], {
    requests,
    prefix: "other ",
    other: "",
    fired,
  });
  const server = await serve(answers, { requests, prefix: "", other: other.origin, fired });
  const plan = {
    url: server.url("/events"),
    types,
    events,
    close: close ?? null,
    firedUrl: fired.url,
    limit: slow ? 12_000 : 6000,
  };
  const seen = await observe(plan);
  await Promise.all([server.close(), other.close()]);
  const named = (line: string): string => line.replace(server.origin, "origin").replace(other.origin, "other");
  return { events: seen.map(named), requests };
}

interface Serving {
  requests: string[];
  prefix: string;
  other: string;
  fired: Counter;
}

function serve(answers: readonly Answer[], { requests, prefix, other, fired }: Serving): Promise<ScriptedServer> {
  let next = 0;
  const script = async (connection: ScriptedConnection): Promise<void> => {
    for (;;) {
      const request = await connection.request();
      const id = request.value("last-event-id");
      const shown = id === undefined ? "" : ` Last-Event-ID: ${Buffer.from(id, "latin1").toString()}`;
      requests.push(`${prefix}${request.target}${shown}`);
      const answer = answers[Math.min(next++, answers.length - 1)];
      await answer?.(connection, { request, other, fired: (count) => fired.reached(count) });
    }
  };
  // A client that goes away in the middle is none of the cases' business.
  return startScriptedServer(script, { onScriptError: () => {} });
}

/** Counts the events of one case. */
export interface Counter {
  readonly url: string;
  reached(count: number): Promise<void>;
}

/** The server of the page, to which every event is told. */
export interface PageServer {
  readonly origin: string;
  counter(name: string): Counter;
  close(): Promise<void>;
}

export async function startPageServer(): Promise<PageServer> {
  const counts = new Map<string, { count: number; waiting: (() => void)[] }>();
  const server = createServer((request, response) => {
    const told = counts.get(request.url ?? "");
    if (told) {
      told.count++;
      for (const wake of told.waiting.splice(0)) wake();
    }
    response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>oracle</title>");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const counter = (name: string): Counter => {
    const path = `/fired/${encodeURIComponent(name)}`;
    const told = { count: 0, waiting: [] as (() => void)[] };
    counts.set(path, told);
    const reached = async (count: number): Promise<void> => {
      while (told.count < count) await new Promise<void>((resolve) => told.waiting.push(resolve));
    };
    return { url: origin + path, reached };
  };
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { origin, counter, close };
}
