import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { exampleModule } from "./example-module.ts";
import { startExampleServer } from "./example-server.ts";
import { createExampleWorkspace } from "./example-workspace.ts";

const folder = join(import.meta.dirname, ".readme-fixtures");
const workspace = createExampleWorkspace(folder);
afterAll(() => rmSync(folder, { recursive: true }));

test("an example that does not compile is reported with its line on the page", { timeout: 30_000 }, async () => {
  const wrong = {
    language: "ts",
    line: 40,
    pieces: [{ line: 41, code: "const a: number = '';" }],
    run: false,
  } as const;
  workspace.write("page/wrong.ts", exampleModule(wrong, ""));
  const right = 'import { HeadraceError } from "@headrace/core";\nexport const made: string = HeadraceError.name;\n';
  workspace.write("page/right.ts", right);
  const complaints = await workspace.typeCheck();
  expect(complaints.get("page/wrong.ts")).toEqual([expect.stringMatching(/^line 41: TS2322/)]);
  expect(complaints.get("page/right.ts")).toBeUndefined();
});

test("an example runs against the local server, from the packages' sources", { timeout: 30_000 }, async () => {
  const server = await startExampleServer();
  const code = [
    'import { HeadraceError } from "@headrace/core";',
    'const response = await fetch("https://api.example.com/v1/chat/completions", { method: "POST", body: "{}" });',
    'console.log(HeadraceError.name, (await response.text()).trimEnd().split("\\n").at(-1));',
  ].join("\n");
  const example = { language: "ts", line: 1, pieces: [{ line: 2, code }], run: true } as const;
  const result = await workspace.run(workspace.write("page/run.ts", exampleModule(example, server.origin)));
  await server.close();
  expect(result).toMatchObject({ exitCode: 0, output: "HeadraceError data: [DONE]\n" });
});

test("an example that fails says so", { timeout: 30_000 }, async () => {
  const result = await workspace.run(workspace.write("page/fail.mjs", "process.exitCode = 3;"));
  expect(result.exitCode).toBe(3);
});

test("npx in shell blocks finds the workspace's commands", async ({ skip }) => {
  if (process.platform === "win32") return skip("no POSIX shell on Windows");
  const result = await workspace.run(workspace.write("page/run.sh", 'npx echo "$(command -v npx)"\n'));
  expect(result.output).toBe(`${join(folder, "bin/npx")}\n`);
});
