import { setImmediate as macrotask } from "node:timers/promises";
import { type ConformanceCase, defineCases } from "../conformance-case.ts";
import { expectEqual } from "../expect.ts";
import { ok } from "../http-text.ts";
import { programWith, startProcess } from "../own-process.ts";
import { respond } from "./respond.ts";

const consoleMethods = ["debug", "log", "info", "warn", "error", "trace", "dir"] as const;

/** Runs `work`; gives what was written or warned of meanwhile. */
async function saidDuring(work: () => Promise<void>): Promise<readonly string[]> {
  const said: string[] = [];
  const restores: (() => void)[] = [];
  const listen = <Name extends string>(owner: Record<Name, unknown>, name: Name, what: string): void => {
    const usual = owner[name];
    restores.push(() => (owner[name] = usual));
    owner[name] = (first: unknown): boolean => {
      said.push(`${what}: ${String(first)}`);
      return true;
    };
  };
  listen(process.stdout as { write: unknown }, "write", "stdout");
  listen(process.stderr as { write: unknown }, "write", "stderr");
  listen(process as { emitWarning: unknown }, "emitWarning", "warning");
  for (const method of consoleMethods) listen(console as Record<typeof method, unknown>, method, `console.${method}`);
  try {
    await work();
  } finally {
    for (const restore of restores) restore();
  }
  return said;
}

/** Nothing is logged: contract 2. */
export const quietCases: readonly ConformanceCase[] = defineCases("err", [
  {
    id: "err.nothing-logged",
    title: "an exchange writes nothing and warns of nothing, whether it ends, fails or is aborted",
    alone: true,
    spec: "contract 2: nothing logged; contract 10",
    async run({ serve, send }) {
      const well = await serve(respond(ok("Content-Length: 2"), "ok"));
      const bad = await serve(respond("nonsense\r\n\r\n"));
      const silent = await serve(async (connection) => void (await connection.request()));
      const headers = { authorization: "Bearer s3cret", cookie: "session=s3cret" };
      const said = await saidDuring(async () => {
        await send(well.url("/?key=s3cret"), { headers }).ends("ok");
        await send(bad.url("/?key=s3cret"), { headers }).fails("protocol");
        const aborted = send(silent.url("/?key=s3cret"), { headers });
        aborted.abort("enough");
        await aborted.rejectsWith("enough");
        for (let turn = 0; turn < 5; turn++) await macrotask();
      });
      expectEqual("what was written meanwhile", said, []);
    },
  },
  {
    id: "err.nothing-logged-natively",
    title: "a process that makes an exchange writes nothing, past the streams of the runtime neither",
    alone: true,
    needs: ["module", "machine:node"],
    spec: "contract 2: nothing logged; contract 10",
    async run(context) {
      const { module } = context;
      if (module === undefined) throw new Error("this case needs a module");
      const server = await context.serve(respond(ok("Content-Length: 2"), "ok"));
      const url = JSON.stringify(server.url("/?key=s3cret"));
      // The loader may warn of itself; what the transport warns of is looked for in the case above.
      const around = `
        const { spawnSync } = await import("node:child_process");
        const source = ${JSON.stringify(programWith(module, `await get(${url});`))};
        const env = { ...process.env, NODE_NO_WARNINGS: "1" };
        const ended = spawnSync(process.execPath, [...process.execArgv.slice(0, -1), source], { encoding: "utf8", env });
        console.log(ended.status, JSON.stringify(ended.stdout + ended.stderr));`;
      const own = startProcess(context, around);
      await context.limited(2500, own.ends('0 ""'), "the process to end by itself");
    },
  },
]);
