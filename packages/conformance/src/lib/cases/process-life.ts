import type { CaseContext } from "../case-context.ts";
import { type CaseDefinition, type ConformanceCase, defineCases } from "../conformance-case.ts";
import { chunk, lastChunk, okChunked } from "../http-text.ts";
import { type OwnProcess, programWith, startProcess } from "../own-process.ts";
import type { ScriptedServer } from "../scripted-server.ts";
import { createGate } from "./gate.ts";

const ending = "the process to end by itself";

/** A server that sends `one`, `two` when it is told to go on, and the end; the connection stays open. */
async function serveTwo({ serve }: CaseContext): Promise<{ server: ScriptedServer; goOn(): void }> {
  const gate = createGate();
  const server = await serve(async (connection) => {
    for (;;) {
      const { target } = await connection.request();
      await connection.send(okChunked, chunk("one"));
      if (target === "/endless") continue;
      await gate.opened;
      await connection.send(chunk("two"), lastChunk);
    }
  });
  return { server, goOn: () => gate.open() };
}

/** The source of a program around the transport under test; `URL` in it is a server's. */
function program({ module }: CaseContext, server: ScriptedServer, body: string): string {
  if (module === undefined) throw new Error("this case needs a module");
  return programWith(module, body.replaceAll("ORIGIN", server.origin));
}

/** The source of a program that runs a thread with the transport in it, and then `main`. */
function threaded(context: CaseContext, server: ScriptedServer, thread: string, main: string): string {
  return program(
    context,
    server,
    `
    const { Worker } = await import("node:worker_threads");
    const source = ${JSON.stringify(program(context, server, thread))};
    const start = () => new Worker(new URL("data:text/javascript," + encodeURIComponent(source)));
    const said = (worker) => new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject));
    ${main}`,
  );
}

const collectAndStop = `
  const pieces = [];
  await get("ORIGIN/", (bytes) => void pieces.push(latin1(bytes)));`;

const streamForEver = `
  const { parentPort } = await import("node:worker_threads");
  await get("ORIGIN/endless", (bytes) => void parentPort.postMessage(latin1(bytes)));`;

/** Ends a process that does not end by itself; it says what keeps it. */
function endKept({ ms }: CaseContext): string {
  return `
    const endKept = () => {
      console.log("kept alive by", process.getActiveResourcesInfo().join(", "));
      process.exit(1);
    };
    setTimeout(endKept, ${ms(1000)}).unref();`;
}

const definitions: readonly CaseDefinition[] = [
  {
    id: "conc.exits-when-done",
    title: "a process whose exchange is over ends by itself, its connection and its transport open",
    spec: "contract 2: nothing keeps the process alive",
    async run(context) {
      const { server, goOn } = await serveTwo(context);
      goOn();
      const own = startProcess(
        context,
        program(context, server, `${collectAndStop} console.log(pieces.join("")); ${endKept(context)}`),
      );
      await context.limited(2500, own.ends("onetwo"), ending);
    },
  },
  {
    id: "conc.exits-after-abort",
    title: "a process whose exchange was aborted ends by itself",
    spec: "contract 2: nothing keeps the process alive",
    async run(context) {
      const { server } = await serveTwo(context);
      const body = `
        const controller = new AbortController();
        await get("ORIGIN/endless", () => controller.abort("enough"), controller.signal).catch(console.log);
        ${endKept(context)}`;
      const own = startProcess(context, program(context, server, body));
      await context.limited(2500, own.ends("enough"), ending);
    },
  },
  {
    id: "conc.lives-while-streaming",
    title: "an exchange in flight keeps the process alive until it settles",
    spec: "contract 2: nothing keeps the process alive after it settles",
    async run(context) {
      const { server, goOn } = await serveTwo(context);
      const body = `
        await get("ORIGIN/", (bytes) => console.log(latin1(bytes)));
        console.log("end");`;
      const own = startProcess(context, program(context, server, body));
      await context.limited(2000, own.wrote("one"), "the process to get the first piece");
      goOn();
      await context.limited(1500, own.ends("one", "two", "end"), ending);
    },
  },
  {
    id: "conc.worker",
    title: "it works in a worker thread, which then ends by itself",
    spec: "contract 1 and 2",
    async run(context) {
      const { server, goOn } = await serveTwo(context);
      goOn();
      const thread = `
        const { parentPort } = await import("node:worker_threads");
        ${collectAndStop}
        parentPort.postMessage(pieces.join(""));`;
      const main = `
        const worker = start();
        const exited = new Promise((resolve) => worker.once("exit", resolve));
        console.log(await said(worker));
        console.log(await exited);`;
      const own = startProcess(context, threaded(context, server, thread, main));
      await context.limited(2500, own.ends("onetwo", "0"), ending);
    },
  },
  {
    id: "conc.worker-terminated",
    title: "a worker thread ended in the middle of a stream harms neither the process nor the next thread",
    spec: "contract 1 and 2",
    async run(context) {
      const { server, goOn } = await serveTwo(context);
      goOn();
      const main = `
        for (let count = 0; count < 2; count++) {
          const worker = start();
          console.log(await said(worker));
          await worker.terminate();
        }
        ${collectAndStop}
        console.log(pieces.join(""));`;
      const own = startProcess(context, threaded(context, server, streamForEver, main));
      await context.limited(2500, own.ends("one", "one", "onetwo"), ending);
      await context.within(1000, server.closedByClient(), "the connections to be closed");
    },
  },
  {
    id: "conc.collected",
    title: "an exchange to which nobody holds a reference goes on when the garbage is collected",
    spec: "contract 2",
    async run(context) {
      const { server, goOn } = await serveTwo(context);
      const body = `
        const collect = async () => {
          for (let turn = 0; turn < 5; turn++) {
            globalThis.gc();
            await new Promise((resolve) => setImmediate(resolve));
          }
          console.log("collected");
        };
        const start = () => {
          const pieces = [];
          get("ORIGIN/", (bytes) => {
            pieces.push(latin1(bytes));
            if (pieces.length === 1) setImmediate(collect);
          }).then(() => console.log(pieces.join("")), console.log);
        };
        start();`;
      const own: OwnProcess = startProcess(context, program(context, server, body), "--expose-gc");
      await context.limited(2000, own.wrote("collected"), "the process to collect its garbage");
      goOn();
      await context.limited(1500, own.ends("collected", "onetwo"), ending);
    },
  },
];

/** The transport in a process and in threads of its own: what keeps them alive, and what their end does. */
export const processLifeCases: readonly ConformanceCase[] = defineCases(
  "conc",
  definitions.map((definition) => ({ needs: ["module", "machine:node"] as const, ...definition })),
);
