import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { publishedPackages, repositoryRoot } from "@headrace/repo/workspace";
import { beforeAll, expect, test } from "vitest";
import { exampleExtension, exampleModule } from "./example-module.ts";
import { startExampleServer, type ExampleServer } from "./example-server.ts";
import { createExampleWorkspace } from "./example-workspace.ts";
import { matchesOutput } from "./matches-output.ts";
import { readExamples, type Example } from "./read-examples.ts";

const folders = publishedPackages().map(({ folder }) => folder);
const pages = ["README.md", "CONTRIBUTING.md", ...folders.map((folder) => `${folder}/README.md`)];
const mistakes: string[] = [];
const examples = pages.filter((page) => existsSync(join(repositoryRoot, page))).flatMap((page) => examplesOf(page));
const checked = examples.filter(({ language, skip }) => language === "ts" || skip !== undefined);
const runnable = examples.filter(({ run, skip }) => run && skip === undefined);

let server: ExampleServer;
let complaints: ReadonlyMap<string, readonly string[]>;
const workspace = createExampleWorkspace(join(import.meta.dirname, ".readme"));

beforeAll(async () => {
  server = await startExampleServer();
  for (const example of examples) workspace.write(example.file, exampleModule(example, server.origin));
  complaints = examples.length > 0 ? await workspace.typeCheck() : new Map();
  return () => server.close();
}, 60_000);

test("every block says its language, and every example comment is understood", () => {
  expect(mistakes).toEqual([]);
});

test.for(checked)("$page, line $line, compiles", ({ file, skip: reason }, { skip }) => {
  if (reason !== undefined) return skip(reason);
  expect(complaints.get(file) ?? []).toEqual([]);
});

test.for(runnable)("$page, line $line, runs", { timeout: 30_000 }, async (example, { skip }) => {
  if (example.language === "sh" && process.platform === "win32") return skip("no POSIX shell on Windows");
  const path = workspace.write(example.file, exampleModule(example, server.origin));
  const { exitCode, stdout, output } = await workspace.run(path);
  expect(exitCode, output).toBe(0);
  expect(stdout).toSatisfy((printed: string) => matchesOutput(printed, example.output ?? printed));
});

function examplesOf(page: string): (Example & { readonly page: string; readonly file: string })[] {
  const folder = page.replace(/\.md$/, "").replaceAll("/", "-");
  try {
    return readExamples(readFileSync(join(repositoryRoot, page), "utf8")).map((example) => ({
      ...example,
      page,
      file: `${folder}/line-${example.line}.${exampleExtension(example)}`,
    }));
  } catch (error) {
    mistakes.push(`${page}: ${String(error)}`);
    return [];
  }
}
