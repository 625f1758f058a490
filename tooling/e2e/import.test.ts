import { join } from "node:path";
import { run } from "@headrace/repo/command";
import { nodeLines } from "@headrace/repo/node-lines";
import { packageEntries } from "@headrace/repo/workspace";
import { describe, expect, inject, test } from "vitest";

const app = inject("app");
const entries = inject("packed").flatMap(({ manifest }) => packageEntries(manifest).map(({ specifier }) => specifier));

/** What a probe prints of the module it loaded. */
interface Probed {
  readonly names: string[];
  /** What the load left behind in the process. */
  readonly globals: string[];
  readonly resources: string[];
  readonly libraries: string[];
}

const probe = `
  const libraries = () => { process.report.excludeNetwork = true; return process.report.getReport().sharedObjects };
  const before = { globals: new Set(Object.getOwnPropertyNames(globalThis)), libraries: new Set(libraries()) };
  const settle = (module) => setImmediate(() => process.stdout.write(JSON.stringify({
    names: Object.keys(module).filter((name) => name !== "module.exports").sort(),
    globals: Object.getOwnPropertyNames(globalThis).filter((name) => !before.globals.has(name)),
    resources: process.getActiveResourcesInfo().filter((name) => !/Immediate|FSReqPromise|Pipe|TTY/.test(name)),
    libraries: libraries().filter((name) => !before.libraries.has(name)),
  })));
`;

describe.for(nodeLines())("Node $major", ({ executable, major }) => {
  test.for(entries)(
    "import %s does nothing, and require gives the same",
    { timeout: 30_000 },
    async (entry, { skip }) => {
      if (executable === undefined) return skip(`npm has no Node ${major} for this platform`);
      const [imported, required] = await Promise.all([
        load(executable, ["--input-type=module", "--eval", `${probe} settle(await import(${JSON.stringify(entry)}))`]),
        load(executable, ["--input-type=commonjs", "--eval", `${probe} settle(require(${JSON.stringify(entry)}))`]),
      ]);
      expect(imported).toEqual({ names: imported.names, globals: [], resources: [], libraries: [] });
      expect(required.names).toEqual(imported.names);
    },
  );
});

async function load(node: string, args: readonly string[]): Promise<Probed> {
  const { ok, stdout, output } = await run([node, ...args], { cwd: join(app), timeout: 20_000 });
  expect(ok, output).toBe(true);
  // a warning, or anything else that was printed, is more than the probe's own line
  expect(output).toBe(stdout);
  return JSON.parse(stdout) as Probed;
}
