import { describe, expect, test } from "vitest";
import { checkPackages } from "./check-packages.ts";
import { fixtureRepository } from "./fixture-repository.ts";

const manifest = {
  name: "@headrace/core",
  version: "0.0.0",
  description: "Something that somebody can use",
  license: "MIT",
  files: ["dist"],
  type: "module",
  sideEffects: false,
  exports: {
    ".": { "@headrace/source": "./src/index.ts", types: "./dist/index.d.mts", default: "./dist/index.mjs" },
    "./package.json": "./package.json",
  },
  publishConfig: {
    access: "public",
    provenance: true,
    exports: {
      ".": { types: "./dist/index.d.mts", default: "./dist/index.mjs" },
      "./package.json": "./package.json",
    },
  },
  scripts: { build: "tsdown", typecheck: "tsc -p ." },
  engines: { node: ">=22.19" },
};
const good = {
  "package.json": { name: "root", engines: { node: ">=22.19" } },
  LICENSE: "MIT License",
  "packages/core/package.json": manifest,
  "packages/core/LICENSE": "MIT License",
  "packages/core/README.md": "# @headrace/core\n",
  "packages/core/src/index.ts": "",
  "packages/core/tsconfig.json": "{}",
  "packages/core/tsdown.config.ts": "",
  "packages/core/turbo.json": "{}",
  "tooling/repo/package.json": { name: "@headrace/repo", version: "0.0.0", private: true, license: "MIT" },
};
const withManifest = (changes: object): string =>
  fixtureRepository({ ...good, "packages/core/package.json": { ...manifest, ...changes } });

describe("checkPackages", () => {
  test("passes a package of the right shape", () => {
    expect(checkPackages(fixtureRepository(good))).toEqual([]);
  });

  test.for([
    ["another name", { name: "@headrace/kernel" }, 'name is not "@headrace/core"'],
    ["no description", { description: "" }, "description is missing"],
    ["another licence", { license: "ISC" }, 'license is not "MIT"'],
    ["CommonJS", { type: "commonjs" }, 'type is not "module"'],
    ["side effects", { sideEffects: true }, "sideEffects is not false"],
    ["a file that is not there", { files: ["dist", "corpus"] }, "files names corpus, which is not there"],
    ["other engines", { engines: { node: ">=20" } }, "engines.node is not the root's"],
    [
      "an install script",
      { scripts: { ...manifest.scripts, postinstall: "node x" } },
      'an install script: "postinstall"',
    ],
    [
      "no provenance",
      { publishConfig: { ...manifest.publishConfig, provenance: false } },
      "publishConfig.provenance is not true",
    ],
    [
      "a bin without a source",
      { bin: { tool: "./dist/main.mjs" } },
      "bin tool is ./dist/main.mjs, but there is no src/main.ts",
    ],
    [
      "a private dependency",
      { dependencies: { "@headrace/repo": "workspace:^" } },
      "depends on @headrace/repo, which is private",
    ],
  ] as const)("refuses %s", ([, changes, problem]) => {
    expect(checkPackages(withManifest(changes))).toContain(`packages/core: ${problem}`);
  });

  test("refuses an entry without a source, of another form, or that is published otherwise", () => {
    const exports = { ...manifest.exports, "./parser": "./dist/parser.mjs" };
    expect(checkPackages(withManifest({ exports }))).toEqual([
      'packages/core: publishConfig.exports is not exports without "@headrace/source"',
      'packages/core: exports["./parser"] has no src/parser.ts',
      expect.stringMatching(/^packages\/core: exports\["\.\/parser"\] is not \{"@headrace\/source":/),
    ]);
  });

  test("refuses a published source condition", () => {
    const publishConfig = { ...manifest.publishConfig, exports: manifest.exports };
    expect(checkPackages(withManifest({ publishConfig }))).toEqual([
      'packages/core: publishConfig.exports is not exports without "@headrace/source"',
    ]);
  });

  test("asks for the licence and a README under the package's name", () => {
    const files = { ...good, "packages/core/LICENSE": "other", "packages/core/README.md": "# Core\n" };
    expect(checkPackages(fixtureRepository(files))).toEqual([
      "packages/core: LICENSE is missing or is not the repository's",
      'packages/core: README.md does not begin with "# @headrace/core"',
    ]);
  });

  test("keeps private packages in tooling/", () => {
    const files = { ...good, "packages/core/package.json": { ...manifest, private: true } };
    expect(checkPackages(fixtureRepository(files))).toEqual(["packages/core: what is private belongs in tooling/"]);
  });
});
