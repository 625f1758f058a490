import { readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { fixtureRepository } from "@headrace/repo/fixture-repository";
import { describe, expect, test } from "vitest";
import { checkApi } from "./check-api.ts";

const entry = (name: string): object => ({ types: `./dist/${name}.d.mts`, default: `./dist/${name}.mjs` });
const manifest = {
  name: "@headrace/core",
  version: "0.0.0",
  type: "module",
  exports: { ".": entry("index"), "./parser": entry("parser") },
};
const compilerOptions = {
  isolatedDeclarations: true,
  declaration: true,
  module: "nodenext",
  target: "es2023",
  types: [],
};
const repository = (): string =>
  fixtureRepository({
    "packages/core/package.json": manifest,
    "packages/core/tsconfig.json": { compilerOptions: { ...compilerOptions, allowImportingTsExtensions: true } },
    "packages/core/src/lib/shared.ts": "/** Shared by both. */\nexport interface Shared {\n  readonly a: number;\n}\n",
    "packages/core/src/index.ts":
      'import type { Shared } from "./lib/shared.ts";\n/** Takes. */\nexport const take = (shared: Shared): void => void shared;\nexport type { Shared };\n',
    "packages/core/src/parser.ts":
      'import type { Shared } from "./lib/shared.ts";\n/** Gives. */\nexport const give = (): Shared => ({ a: 1 });\n',
  });

describe("checkApi", { timeout: 30_000 }, () => {
  test("writes one self-contained snapshot for each entry, and finds nothing then", async () => {
    const root = repository();
    expect(await checkApi(root, true)).toEqual([]);
    const parser = readFileSync(join(root, "packages/core/api/parser.d.ts"), "utf8");
    expect(parser).toContain("interface Shared");
    expect(parser).not.toContain("import");
    expect(await checkApi(root)).toEqual([]);
  });

  test("shows the difference when an entry changes", async () => {
    const root = repository();
    await checkApi(root, true);
    const shared = join(root, "packages/core/src/lib/shared.ts");
    writeFileSync(shared, readFileSync(shared, "utf8").replace("number", "string"));
    const problems = (await checkApi(root)).join("\n");
    expect(problems).toContain("packages/core/api/parser.d.ts is not what the entry offers");
    expect(problems).toMatch(/^-\s+readonly a: number;\n\+\s+readonly a: string;$/m);
  });

  test("asks for a snapshot that is not there, and for one without an entry to go", async () => {
    const root = repository();
    await checkApi(root, true);
    writeFileSync(join(root, "packages/core/api/gone.d.ts"), "");
    expect(await checkApi(root)).toEqual(["packages/core/api/gone.d.ts: no such entry (pnpm api)"]);
    await checkApi(root, true);
    expect(existsSync(join(root, "packages/core/api/gone.d.ts"))).toBe(false);
  });

  test("names an export without a docstring", async () => {
    const root = repository();
    writeFileSync(join(root, "packages/core/src/parser.ts"), "export const bare = (): void => {};\n");
    expect(await checkApi(root, true)).toEqual(["packages/core/api/parser.d.ts: bare has no docstring"]);
  });
});
