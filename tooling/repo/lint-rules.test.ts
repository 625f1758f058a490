import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { run } from "./command.ts";
import { executable } from "./executable.ts";
import { fixtureRepository } from "./fixture-repository.ts";
import { repositoryRoot } from "./workspace.ts";

/** Who may import whom: the file, what it imports, and whether lint lets it. */
const cases = [
  ["packages/core/src/lib/a.ts", "node:fs", false],
  ["packages/core/src/lib/b.ts", "@headrace/transport-curl", false],
  ["packages/core/src/lib/c.ts", "undici", false],
  ["packages/core/src/lib/d.ts", "./e.ts", true],
  ["packages/core/src/lib/a.test.ts", "node:fs", true],
  ["packages/core/src/lib/b.test.ts", "../../../conformance/src/index.ts", false],
  ["packages/transport-fetch/src/a.ts", "node:http", false],
  ["packages/transport-fetch/src/b.ts", "@headrace/core", false],
  ["packages/transport-fetch/src/c.ts", "@headrace/core/transport", true],
  ["packages/transport-fetch/src/c.test.ts", "@headrace/conformance", true],
  ["packages/transport-undici/src/a.ts", "undici", true],
  ["packages/transport-undici/src/b.ts", "@headrace/core/parser", false],
  ["packages/transport-undici/src/c.ts", "@headrace/transport-fetch", false],
  ["packages/transport-undici/src/d.ts", "@headrace/core/transport", true],
  ["packages/transport-curl/src/a.ts", "headrace", false],
  ["packages/conformance/src/a.ts", "@headrace/transport-curl", false],
  ["packages/conformance/src/b.ts", "@headrace/core/parser", true],
  ["packages/cli/src/a.ts", "../../core/src/index.ts", false],
  ["packages/cli/src/b.ts", "@headrace/transport-curl", true],
] as const;

interface Diagnostic {
  readonly filename: string;
  readonly code: string;
}

test("every import rule of .oxlintrc.json refuses what it says and nothing else", { timeout: 30_000 }, async () => {
  const files = cases.map(([path, specifier]) => [path, `export { x } from "${specifier}";\n`] as const);
  const root = fixtureRepository(Object.fromEntries(files));
  cpSync(join(repositoryRoot, ".oxlintrc.json"), join(root, ".oxlintrc.json"));
  const { stdout } = await run([...executable("oxlint"), "--format", "json"], { cwd: root });
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  const refused = diagnostics
    .filter(({ code }) => code.includes("no-restricted-imports"))
    .map(({ filename }) => filename);
  expect(refused.toSorted()).toEqual(
    cases
      .filter(([, , allowed]) => !allowed)
      .map(([path]) => path)
      .toSorted(),
  );
});
