import { Worker } from "node:worker_threads";
import { allCases } from "./all-cases.ts";
import type { FromCaseProcess, SubjectInfo, ToCaseProcess } from "./case-process.ts";
import { describeError } from "./observed-exchange.ts";
import { runCase } from "./run-case.ts";
import { checkMade } from "./case-runner.ts";
import type { CreateTransport } from "./run-conformance.ts";
import type { WireEntry } from "./wire-log.ts";

/** What runs in the process of `CaseProcess`. */

type Start = Extract<ToCaseProcess, { kind: "start" }>;

/** As many as a log keeps; the last ones of a longer log are lost with the process. */
const maxWireEntries = 80;

/** Ends the process when the one that started it is gone, though the first thread be blocked. Source text, as bundlers do not find a worker's file. */
const lifeline = `
const { Socket } = require("node:net");
new Socket({ fd: 4 }).on("error", () => {}).on("close", () => process.kill(process.pid, "SIGKILL")).resume();`;

function tell(message: FromCaseProcess): void {
  process.send?.(message);
}

/** Name, version and capabilities of the transport, from one that is not used and so not closed: `close` may block. */
function describe(create: CreateTransport): SubjectInfo {
  const made = create({});
  checkMade(made);
  const { name, version, supports } = made;
  return { name, version, supports };
}

async function start({ url, name, scale }: Start): Promise<void> {
  const { [name]: create } = (await import(url)) as Record<string, CreateTransport | undefined>;
  if (typeof create !== "function") throw new TypeError(`${url} exports no function ${name}`);
  const subject = describe(create);
  const controller = new AbortController();
  const { signal } = controller;
  const options = { create, supports: subject.supports, scale, module: { url, name }, signal };
  const run = async (number: number, id: string): Promise<void> => {
    const conformanceCase = allCases.find((candidate) => candidate.id === id);
    if (conformanceCase === undefined) throw new Error(`there is no case ${id}`);
    let noted = 0;
    const onNote = (entry: WireEntry): void => {
      if (noted++ < maxWireEntries) tell({ kind: "wire", run: number, entry });
    };
    tell({ kind: "over", run: number, result: await runCase(conformanceCase, { ...options, onNote }) });
  };
  process.on("message", (message: ToCaseProcess) => {
    if (message.kind === "run") void run(message.run, message.id);
    else if (message.kind === "ping") tell({ kind: "pong" });
    else controller.abort();
  });
  tell({ kind: "ready", subject });
}

new Worker(lifeline, { eval: true, execArgv: [] }).unref();
// A terminal sends them to every process; the one that started this one says what is to happen.
for (const name of ["SIGINT", "SIGTERM"]) process.on(name, () => {});
process.once("message", (message: Start) => {
  start(message).catch((error: unknown) => tell({ kind: "unready", why: describeError(error) }));
});
