import { spawn } from "node:child_process";
import { once } from "node:events";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { run } from "@headrace/repo/command";
import { nodeLines } from "@headrace/repo/node-lines";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { eventData, startEventServer, type EventServer } from "./event-server.ts";

const app = inject("app");
const packed = inject("packed");
const bins = packed.flatMap(({ manifest }) =>
  Object.entries(manifest.bin ?? {}).map(([name, file]) => ({
    name,
    version: manifest.version,
    file,
    owner: manifest.name,
  })),
);
const transports = packed
  .map(({ folder }) => /^packages\/transport-(.*)$/.exec(folder)?.[1])
  .filter((name) => name !== undefined);

describe.for(nodeLines())("Node $major", ({ executable, major }) => {
  let server: EventServer;
  beforeAll(async () => {
    server = await startEventServer();
    return () => server.close();
  });

  test.for(bins)("$name --version, by its link", { timeout: 30_000 }, async ({ name, version }, { skip }) => {
    if (executable === undefined) return skip(`npm has no Node ${major} for this platform`);
    const env = { PATH: `${dirname(executable)}${delimiter}${process.env["PATH"] ?? ""}` };
    const result = await run([join(app, "node_modules/.bin", name), "--version"], { cwd: app, env, timeout: 20_000 });
    expect(result.output.trim()).toContain(version);
    expect(result.exitCode).toBe(0);
  });

  test.for(transports)(
    "headrace prints each event of a stream as it comes, over %s",
    { timeout: 30_000 },
    async (transport, { skip }) => {
      if (executable === undefined) return skip(`npm has no Node ${major} for this platform`);
      const { lines, exitCode, errors } = await printInLockStep([
        executable,
        bin("headrace"),
        "--transport",
        transport,
        "--format",
        "json",
      ]);
      if (exitCode === 4 && errors.includes("library-missing")) return skip(`${transport} found no library`);
      expect(errors).toBe("");
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(
        eventData.map((data) => ({ type: "message", data, lastEventId: "" })),
      );
      expect(exitCode).toBe(0);
    },
  );

  async function printInLockStep([node = "", ...args]: readonly string[]): Promise<Printed> {
    const child = spawn(node, [...args, server.lockStepUrl], {
      cwd: app,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 20_000,
    });
    const lines: string[] = [];
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      server.sendNext();
    });
    const [exitCode] = (await once(child, "close")) as [number | null];
    return { lines, errors, exitCode };
  }
});

interface Printed {
  readonly lines: readonly string[];
  readonly errors: string;
  readonly exitCode: number | null;
}

function bin(name: string): string {
  const found = bins.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no package has the bin ${name}`);
  return join(app, "node_modules", found.owner, found.file);
}
